"""Request rates in frozen time."""

from datetime import timedelta

import pytest
from botocore.config import Config


@pytest.fixture
def count(secretsmanager):
    """Return a function that makes calls without retries, and counts those that succeed."""
    client = secretsmanager.client(config=Config(retries={"total_max_attempts": 1}))

    def is_admitted():
        try:
            client.list_secrets()
        except client.exceptions.ClientError:
            return False
        return True

    return lambda times: sum(is_admitted() for _ in range(times))


def test_frozen_time_that_is_moved_by_a_second_refills_a_rate(secretsmanager, count, travel):
    secretsmanager.faults.throttle("ListSecrets", rate=2)
    start = secretsmanager.clock.now
    with travel(start):
        assert count(3) == 2
    with travel(start + timedelta(seconds=1)):
        assert count(3) == 2
