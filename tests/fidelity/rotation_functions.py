"""The rotation functions that scenarios register by name."""

import re
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

CallByDoor = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Makes a call of the secret's owner through the door under test, and returns the reply."""
Handler = Callable[[dict[str, str], Any], object]


def by_the_book(call: CallByDoor) -> Handler:
    """A function like AWS's templates. Its values are `value-1`, `value-2`, …"""
    made = count(1)

    def handler(event: dict[str, str], _: object) -> str:
        secret, token = event["SecretId"], event["ClientRequestToken"]
        if event["Step"] == "createSecret":
            value = {"SecretString": f"value-{next(made)}", "VersionStages": ["AWSPENDING"]}
            call("PutSecretValue", {"SecretId": secret, "ClientRequestToken": token, **value})
        if event["Step"] == "finishSecret":
            stages = call("DescribeSecret", {"SecretId": secret})["VersionIdsToStages"]
            current = next((holder for holder, labels in stages.items() if "AWSCURRENT" in labels), None)
            source = {} if current is None else {"RemoveFromVersionId": current}
            label = {"VersionStage": "AWSCURRENT", "MoveToVersionId": token}
            call("UpdateSecretVersionStage", {"SecretId": secret, **label, **source})
        return "AWS ignores the return value"

    return handler


def idle(_: CallByDoor) -> Handler:
    """A function that does nothing, so that no rotation ends."""
    return lambda _event, _context: None


def checking(_: CallByDoor) -> Handler:
    """A function that fails unless its event and context are AWS's. The control `steps` then shows the failed step."""

    def handler(event: dict[str, str], context: Any) -> None:
        assert event.keys() == {"Step", "SecretId", "ClientRequestToken", "RotationToken"}
        assert re.fullmatch(r"arn:aws:secretsmanager:us-east-1:123456789012:secret:db-\w{6}", event["SecretId"])
        assert re.fullmatch(r"[a-zA-Z0-9-]{36,256}", event["RotationToken"])
        assert re.fullmatch(r"arn:aws:lambda:us-east-1:\d{12}:function:checking", context.invoked_function_arn)

    return handler


HANDLERS: dict[str, Callable[[CallByDoor], Handler]] = {
    function.__name__: function for function in (by_the_book, idle, checking)
}
