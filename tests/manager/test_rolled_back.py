"""`sm.snapshot()` restores the log, planned failures, request ids and clients."""

from pytest_secretsmanager import Rotation, SecretsManager
from pytest_secretsmanager.managing.rollback import rolled_back


def test_rolled_back_with_own_log_restores_the_earlier_log() -> None:
    with SecretsManager() as sm:
        sm.client().create_secret(Name="db")
        with rolled_back(sm._parts, own_log=True):
            sm.client().describe_secret(SecretId="db")
            assert [event.operation for event in sm.log] == ["DescribeSecret"]
        assert [event.operation for event in sm.log] == ["CreateSecret"]


def test_rolled_back_restores_a_planned_failure_that_its_block_used() -> None:
    with SecretsManager() as sm:
        sm.seed("db", "one", rotation=Rotation(lambda *_: None, days=30))
        sm.rotation.fail("createSecret", RuntimeError("on purpose"))
        for _ in range(2):
            with sm.snapshot():
                sm.client().rotate_secret(SecretId="db")
                (step,) = sm.rotation.runs[0].steps
                assert str(step.error) == "on purpose"
        assert sm.rotation.runs == ()


def test_request_ids_of_a_random_seed_do_not_depend_on_rolled_back_calls() -> None:
    ids = []
    with SecretsManager(random_seed=7) as sm:
        for calls in (3, 1):
            with sm.snapshot():
                for _ in range(calls):
                    sm.client().list_secrets()
                ids.append(sm.log[0].request_id)
    assert ids[0] == ids[1]


def test_rolled_back_forgets_the_clients_that_its_block_made() -> None:
    """Otherwise a hook of one test would act in the next."""
    with SecretsManager() as sm:
        kept = sm.client()
        with sm.snapshot():
            made = sm.client("eu-west-1")
            assert sm.client() is kept
        assert sm.client("eu-west-1") is not made
        assert sm.client() is kept
