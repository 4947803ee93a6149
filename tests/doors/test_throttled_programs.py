"""Request rates as a program at the endpoint meets them: it waits in real time."""

import os
import subprocess
import sys

PROGRAM = """
import time, boto3, botocore
from botocore.config import Config
client = boto3.client("secretsmanager", config=Config(retries={"total_max_attempts": 1}))
refused = 0
for _ in range(3):
    while True:
        try:
            client.list_secrets()
            break
        except botocore.exceptions.ClientError as error:
            refused += error.response["Error"]["Code"] == "ThrottlingException"
            time.sleep(0.05)
print(refused > 0)
"""


def test_the_real_time_refills_a_rate_for_a_program_at_the_endpoint(secretsmanager):
    secretsmanager.faults.throttle("ListSecrets", rate=5, burst=1)
    env = os.environ | secretsmanager.endpoint().env
    ran = subprocess.run([sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, timeout=300)
    assert (ran.stderr, ran.stdout.strip()) == ("", "True")
    assert [event.error for event in secretsmanager.log].count(None) == 3
