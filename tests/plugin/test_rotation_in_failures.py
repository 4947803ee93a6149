"""The section of a failing test names the rotations that never finished, and shows no secret value."""

from collections.abc import Callable
from textwrap import dedent

import pytest

Run = Callable[..., pytest.RunResult]
Sections = Callable[..., list[str]]

FILE = """
import boto3
import pytest
from pytest_secretsmanager import Rotation

def handler(event, context):
    client = boto3.client("secretsmanager")
    secret, token = event["SecretId"], event["ClientRequestToken"]
    if event["Step"] == "createSecret":
        client.put_secret_value(
            SecretId=secret, ClientRequestToken=token, SecretString="two-" "to-hide", VersionStages=["AWSPENDING"]
        )
    if event["Step"] == "finishSecret":
        current = client.get_secret_value(SecretId=secret)["VersionId"]
        client.update_secret_version_stage(
            SecretId=secret, VersionStage="AWSCURRENT", RemoveFromVersionId=current, MoveToVersionId=token
        )

def refusing(event, context):
    if event["Step"] == "setSecret":
        raise ValueError("two-" "to-hide")

def idle(event, context): ...

pytestmark = pytest.mark.secret("db", "one-to-hide", rotation=Rotation(handler))

@pytest.fixture
def sm(secretsmanager):
    return secretsmanager

def rotate(secret_id="db", **parameters):
    return boto3.client("secretsmanager").rotate_secret(SecretId=secret_id, **parameters)["VersionId"]

def test_it(sm):
"""
LINE_OF_RAISE = FILE.splitlines().index('        raise ValueError("two-" "to-hide")')


def file(body: str) -> str:
    """Return a test file whose test has this body."""
    return FILE.lstrip("\n") + "".join(f"    {line}\n" for line in dedent(body).strip().splitlines())


# --- what is named ---------------------------------------------------------------------------------------------------

ABANDONED = (
    "cancelled, or another version was written during the rotation (a function writes its own with "
    "ClientRequestToken=event['ClientRequestToken'])"
)
BEGINNING = "the rotation of secret 'db' in us-east-1 never finished:"


@pytest.mark.parametrize(
    ("point", "place"),
    [
        ('before="createSecret"', "before createSecret"),
        ('after="createSecret"', "between createSecret and setSecret"),
        ('before="finishSecret"', "between testSecret and finishSecret"),
        ('after="finishSecret"', "after finishSecret"),
    ],
)
def test_a_failing_test_names_a_held_rotation_and_its_place(sections: Sections, point: str, place: str) -> None:
    found = sections(
        file(
            f"""
            sm.rotation.hold("db", {point})
            rotate()
            assert not "done"
            """
        )
    )
    assert found == [f"{BEGINNING} it is held {place}"]


def test_a_failing_test_names_a_failed_rotation_its_step_its_error_and_the_line_that_raised(
    sections: Sections,
) -> None:
    found = sections(
        file(
            """
            rotate(RotationLambdaARN=sm.rotation.register(refusing))
            assert not "done"
            """
        )
    )
    assert found == [f"{BEGINNING} setSecret failed with ValueError at test_it.py:{LINE_OF_RAISE}"]


def test_a_failing_test_names_the_step_and_error_of_a_planned_rotation_failure(sections: Sections) -> None:
    found = sections(
        file(
            """
            sm.rotation.fail("testSecret", ConnectionError("to-hide"))
            rotate()
            assert not "done"
            """
        )
    )
    assert found == [f"{BEGINNING} testSecret failed with ConnectionError, as the test planned"]


def test_a_failing_test_names_the_version_that_a_rotation_has_not_made_awscurrent(sections: Sections) -> None:
    token = "2" * 32
    found = sections(
        file(
            f"""
            rotate(RotationLambdaARN=sm.rotation.register(idle), ClientRequestToken="{token}")
            assert not "done"
            """
        )
    )
    assert found == [f"{BEGINNING} all steps ran, but AWSCURRENT did not move to version {token}"]


@pytest.mark.parametrize(
    "ending",
    ['client.cancel_rotate_secret(SecretId="db")', 'client.put_secret_value(SecretId="db", SecretString="x-to-hide")'],
    ids=["cancelled", "overtaken"],
)
def test_a_failing_test_names_an_abandoned_rotation_and_its_place(sections: Sections, ending: str) -> None:
    found = sections(
        file(
            f"""
            client = sm.client()
            with sm.rotation.hold("db", before="setSecret"):
                rotate()
                {ending}
            assert not "done"
            """
        )
    )
    place = "between createSecret and setSecret"
    assert found == [f"{BEGINNING} it was abandoned {place}: {ABANDONED}"]


def test_a_failing_test_names_a_failed_trial_of_a_rotation_function(sections: Sections) -> None:
    found = sections(
        file(
            """
            sm.rotation.fail("testSecret", ConnectionError)
            rotate(RotateImmediately=False)
            assert not "done"
            """
        )
    )
    assert found == [
        "the trial of the rotation function of secret 'db' in us-east-1 never finished: testSecret failed with "
        "ConnectionError, as the test planned"
    ]


def test_a_failing_test_names_a_trial_for_which_aws_could_create_no_version(sections: Sections) -> None:
    found = sections(
        file(
            """
            key = sm.kms.create_key(alias="alias/pay")
            sm.seed("db", "x", kms_key="alias/pay", rotation=Rotation(handler))
            sm.kms.deny(key)
            rotate(RotateImmediately=False)
            assert not "done"
            """
        )
    )
    assert found == [
        "the trial of the rotation function of secret 'db' in us-east-1 never finished: "
        "AWS could not create its version"
    ]


def test_a_failing_test_shows_one_line_for_each_secret_with_an_unfinished_rotation(sections: Sections) -> None:
    found = sections(
        file(
            """
            sm.seed("other", "x", rotation=Rotation(idle))
            sm.seed("done", "x", rotation=Rotation(handler))
            sm.seed("db", "x", region="eu-west-1", rotation=Rotation(handler, days=1))
            sm.rotation.hold("db", before="setSecret", region="eu-west-1")
            sm.rotation.fail("createSecret", ConnectionError, secret="other")
            for secret in ("other", "done"):
                rotate(secret)
            sm.clock.advance(days=1)
            sm.rotation.fail("finishSecret", KeyError)
            rotate("db")
            assert not "done"
            """
        )
    )
    assert [line.partition(" never finished: ")[0] for line in found[0].splitlines()] == [
        "the rotation of secret 'other' in us-east-1",
        "the rotation of secret 'db' in eu-west-1",
        "the rotation of secret 'db' in us-east-1",
    ]


def test_a_failing_test_names_the_last_try_of_a_rotation(sections: Sections) -> None:
    found = sections(
        file(
            """
            sm.rotation.fail("createSecret", KeyError)
            sm.rotation.fail("setSecret", OSError)
            rotate()
            sm.clock.advance(minutes=1)
            assert not "done"
            """
        )
    )
    assert found == [f"{BEGINNING} setSecret failed with OSError, as the test planned"]


# --- where the section is shown --------------------------------------------------------------------------------------


def test_the_section_of_unfinished_rotations_stands_below_the_failure(run: Run) -> None:
    result = run(
        file(
            """
            sm.rotation.hold("db", before="setSecret")
            rotate()
            assert not "done"
            """
        )
    )
    result.stdout.fnmatch_lines(
        [
            "test_it.py:*: AssertionError",
            "-* secretsmanager -*",
            f"{BEGINNING} it is held between",
            "  createSecret and setSecret",
        ],
        consecutive=True,
    )


def test_a_failing_fixture_names_an_unfinished_rotation(sections: Sections) -> None:
    source = file("pass") + dedent(
        """
        @pytest.fixture
        def app(sm):
            sm.rotation.hold("db", before="setSecret")
            rotate()
            assert not "done"

        def test_with_fixture(app): ...
        """
    )
    assert sections(source, passed=1, errors=1) == [f"{BEGINNING} it is held between createSecret and setSecret"]


def test_a_failure_inside_a_hold_names_the_place_of_the_held_rotation(sections: Sections) -> None:
    found = sections(
        file(
            """
            with sm.rotation.hold("db", before="setSecret"):
                rotate()
                assert not "done"
            """
        )
    )
    assert found == [f"{BEGINNING} it is held between createSecret and setSecret"]


# --- when there is no section ----------------------------------------------------------------------------------------

UNFINISHED = """
sm.rotation.hold("db", before="setSecret")
rotate()
"""

FINISHED = {
    "a rotation that succeeded": "rotate()",
    "a rotation that has recovered": """
        sm.rotation.fail("setSecret", ConnectionError)
        rotate()
        sm.clock.advance(minutes=1)
        """,
    "a rotation that was resumed": """
        with sm.rotation.hold("db", before="setSecret"):
            rotate()
        """,
    "a trial that succeeded": "rotate(RotateImmediately=False)",
    "a rotation that was refused": """
        sm.seed("gone", deleted=True)
        with pytest.raises(sm.client().exceptions.InvalidRequestException):
            rotate("gone")
        """,
    "no rotation": "pass",
}


@pytest.mark.parametrize("body", FINISHED.values(), ids=FINISHED)
def test_a_failing_test_names_no_unfinished_rotation_after(sections: Sections, body: str) -> None:
    assert sections(file(f'{dedent(body)}\nassert not "done"')) == []


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [("pass", "passed"), ('pytest.skip("enough")', "skipped"), ('pytest.xfail("known")', "xfailed")],
    ids=["passes", "skips", "fails as expected"],
)
def test_a_test_that_does_not_fail_names_no_unfinished_rotation(sections: Sections, ending: str, outcome: str) -> None:
    assert sections(file(f"{UNFINISHED}\n{ending}"), **{outcome: 1}) == []


def test_a_failing_test_without_the_fixture_shows_no_section_of_the_plugin(sections: Sections) -> None:
    assert sections('def test_it():\n    assert not "done"\n') == []


def test_an_unfinished_rotation_is_not_shown_in_the_next_test(sections: Sections) -> None:
    source = file(UNFINISHED) + '\n\ndef test_next(sm):\n    assert not "done"\n'
    assert sections(source, passed=1, failed=1) == []


# --- what is not shown -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [[], ["-l", "-vv"]], ids=["short", "with locals"])
def test_the_report_of_an_unfinished_rotation_shows_no_secret_value(run: Run, arguments: list[str]) -> None:
    result = run(
        file(
            """
            rotate(RotationLambdaARN=sm.rotation.register(refusing))
            runs, run, hold = sm.rotation.runs, sm.rotation.runs[0], sm.rotation.hold("db", before="setSecret")
            step, log = run.steps[-1], sm.log
            assert (runs, run, hold, step, log) == ()
            """
        ),
        *arguments,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([f"{BEGINNING} setSecret failed with", "  ValueError at *"])
    assert "to-hide" not in result.stdout.str() + result.stderr.str()


def test_a_failure_of_assert_rotated_shows_the_raising_line_of_the_function_as_its_cause(run: Run) -> None:
    result = run(
        file(
            """
            rotate(RotationLambdaARN=sm.rotation.register(refusing))
            sm.assert_rotated("db")
            """
        )
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            '>           raise ValueError("two-" "to-hide")',
            "E           ValueError: two-to-hide",
            "The above exception was the direct cause of the following exception:",
            '>       sm.assert_rotated("db")',
            "E       AssertionError: the last rotation of secret 'db' did not succeed: setSecret failed with *",
        ]
    )


def test_a_failure_of_assert_rotated_shows_no_frame_of_the_plugin(run: Run) -> None:
    result = run(
        file(
            """
            rotate(RotationLambdaARN=sm.rotation.register(refusing))
            sm.assert_rotated("db")
            """
        )
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*pytest_secretsmanager/*")


def test_the_section_of_rotations_is_shown_if_a_project_fixture_returns_another_object(run: Run) -> None:
    """The project's fixture builds on the plugin's and returns a client; the report still uses the plugin's manager."""
    result = run(
        """
        import pytest
        from pytest_secretsmanager import Rotation

        @pytest.fixture
        def secretsmanager(secretsmanager):
            secretsmanager.seed("db", "one", rotation=Rotation(lambda event, context: None))
            secretsmanager.client().rotate_secret(SecretId="db")
            return secretsmanager.client()

        def test_it(secretsmanager):
            assert secretsmanager.list_secrets()["SecretList"] == []
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["the rotation of secret 'db' in us-east-1 never finished: *"])


def test_a_failing_test_with_an_unrelated_fixture_secretsmanager_has_no_internal_error(run: Run) -> None:
    result = run(
        """
        import pytest

        @pytest.fixture
        def secretsmanager():
            return {}

        def test_it(secretsmanager):
            assert secretsmanager == {"a": 1}
        """
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*INTERNALERROR*")


def test_a_failing_test_names_a_failed_rotation_despite_a_later_trial_that_succeeded(run: Run) -> None:
    result = run(
        """
        from pytest_secretsmanager import Rotation

        def test_it(secretsmanager):
            rotation = Rotation(lambda event, context: None)
            secretsmanager.seed("db", "one", rotation=rotation)
            client = secretsmanager.client()
            client.rotate_secret(SecretId="db")
            version = secretsmanager.secret("db").pending.id
            client.update_secret_version_stage(SecretId="db", VersionStage="AWSPENDING", RemoveFromVersionId=version)
            client.rotate_secret(SecretId="db", RotateImmediately=False)
            assert False
        """
    )
    result.stdout.fnmatch_lines(["the rotation of secret 'db' in us-east-1 never finished: all steps ran, *"])
