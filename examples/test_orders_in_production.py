"""What production does to the program: its own role, a busy minute, and a reply that gets lost."""

from pathlib import Path

import pytest

from orders.__main__ import main
from pytest_secretsmanager import SecretsManager

POLICY = Path(__file__).parent / "orders" / "policy.json"
"""The policy of the program's role, as it is deployed."""

pytestmark = pytest.mark.secret("orders/db", {"user": "app", "password": "first password"})


def run(database: Path, *command: str) -> int:
    return main(["--database", str(database), "--secret", "orders/db", *command])


def use_everything(database: Path) -> None:
    for command in (["place", "tea", "3"], ["rotate"], ["list"]):
        assert run(database, *command) == 0


@pytest.mark.secretsmanager(policy="orders/policy.json")
def test_program_works_as_its_own_role(database: Path, secretsmanager: SecretsManager) -> None:
    use_everything(database)
    assert {event.principal.rpartition(":")[2].partition("/")[0] for event in secretsmanager.log} == {"assumed-role"}


def test_policy_of_the_role_has_no_permission_that_the_program_does_not_need(
    database: Path, secretsmanager: SecretsManager
) -> None:
    use_everything(database)

    secretsmanager.assert_allowed(POLICY)
    assert secretsmanager.iam.unused(POLICY) == []


@pytest.mark.secretsmanager(policy={"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}})
def test_program_explains_a_missing_permission(database: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(database, "list") == 1
    assert "not authorized to perform: secretsmanager:DescribeSecret" in capsys.readouterr().err


def test_program_gets_through_a_throttled_minute(
    database: Path, secretsmanager: SecretsManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_RETRY_MODE", "standard")  # as the program is deployed
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "10")
    began = secretsmanager.clock.now
    with secretsmanager.faults.throttle(["DescribeSecret", "GetSecretValue"], rate=1, burst=2) as throttle:
        for _ in range(15):
            assert run(database, "place", "tea", "1") == 0

    assert throttle.is_met
    assert 28 <= (secretsmanager.clock.now - began).total_seconds() <= 120


@pytest.mark.secret_fault("PutSecretValue", "connection closed", after=True)
def test_rotation_stages_one_password_although_a_reply_is_lost(database: Path, secretsmanager: SecretsManager) -> None:
    assert run(database, "rotate") == 0

    assert len(secretsmanager.secret("orders/db").versions) == 2
    secretsmanager.assert_label("orders/db", "AWSPREVIOUS", 1)


def test_program_reads_its_login_at_most_once(database: Path, secretsmanager: SecretsManager) -> None:
    with secretsmanager.assert_calls("GetSecretValue", exactly=1):
        assert run(database, "list") == 0
