"""The calls, readings and refusals that the tests of RotateSecret share."""

from datetime import UTC, datetime

from pytest_secretsmanager.controls.holds import Hold
from pytest_secretsmanager.controls.step_plans import PlannedStop
from pytest_secretsmanager.engine.state import SecretKey

V1, V2, V3, V4 = (f"version-{number}".ljust(32, "-") for number in (1, 2, 3, 4))
PLACE = "arn:aws:lambda:us-east-1:123456789012:function:"
FUNCTION = f"{PLACE}rotate"
OTHER_FUNCTION = f"{PLACE}rotate-otherwise"
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
EVERY_30_DAYS = {"AutomaticallyAfterDays": 30}
MEMBERS = {
    *["RotationEnabled", "RotationLambdaARN", "RotationRules", "LastRotatedDate", "NextRotationDate"],
    *["ExternalSecretRotationMetadata", "ExternalSecretRotationRoleArn"],
}
ROLE = "arn:aws:iam::123456789012:role/rotates-abroad"
NO_FUNCTION = ("InvalidRequestException", "No Lambda rotation function ARN is associated with this secret.")
NOT_INVOKABLE = (
    "AccessDeniedException",
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to the "
    "principal secretsmanager.amazonaws.com.",
)
BAD_FUNCTION_ARN = (
    "InvalidParameterException",
    "Invalid rotation Lambda ARN. Ensure the ARN matches format "
    "arn:aws:lambda:<region>:<account>:function:<functionName>.",
)
NOT_COMPLETE = (
    "InvalidRequestException",
    "A previous rotation isn't complete. That rotation will be reattempted.",
)
MISSING = ("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
MANAGED = (
    "InvalidRequestException",
    "This secret is managed by an AWS service, and you must use that service to update it.",
)
KMS_DISABLED = (
    "is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; "
    "Request ID: 00000000-0000-4000-8000-000000000000; Proxy: null)"
)


class RotationFunction:
    """A function like AWS's templates: a step may run again. A callable of `on` runs at the beginning of its step."""

    def __init__(self, world):
        self.world = world
        self.events = []
        self.on = {}

    @property
    def steps(self):
        return [event["Step"] for event in self.events]

    def __call__(self, event):
        self.events.append(dict(event))
        if event["Step"] in self.on:
            self.on[event["Step"]]()
        name = event["SecretId"].split(":")[6][:-7]
        if event["Step"] == "createSecret":
            self.create(name, event["ClientRequestToken"])
        if event["Step"] == "finishSecret":
            self.finish(name, event["ClientRequestToken"])

    def create(self, name, token):
        if self.world.state(name).versions[token].sealed is None:
            value = {"ClientRequestToken": token, "SecretString": "two", "VersionStages": ["AWSPENDING"]}
            self.world.call("PutSecretValue", SecretId=name, **value)

    def finish(self, name, token):
        current = self.world.state(name).labels["AWSCURRENT"]
        if current != token:
            ends = {"RemoveFromVersionId": current, "MoveToVersionId": token}
            self.world.call("UpdateSecretVersionStage", SecretId=name, VersionStage="AWSCURRENT", **ends)


def rotate(world, token=V2, **parameters):
    """RotateSecret with a function, as the first call for a secret."""
    given = {"SecretId": "db", "ClientRequestToken": token, "RotationLambdaARN": FUNCTION, **parameters}
    return world.call("RotateSecret", **given)


def hold(world, step, when="before"):
    """Hold the next rotation of `db` there; the returned hold resumes it."""
    place = SecretKey(world.region, world.account, "db")
    stop = PlannedStop(place, step, when)
    world.steps.planned_stops.append(stop)
    return Hold(stop, world.service.effects.rotations.resume)


def fail(error):
    """A callable that fails a step."""

    def step():
        raise error

    return step


def described(world, name="db"):
    """The members of DescribeSecret about rotation."""
    reply = world.call("DescribeSecret", SecretId=name)
    return {member: shown for member, shown in reply.items() if member in MEMBERS}


def listed(world, name="db"):
    """The members of ListSecrets about rotation."""
    secrets = world.call("ListSecrets")["SecretList"]
    (entry,) = [entry for entry in secrets if entry["Name"] == name]
    return {member: shown for member, shown in entry.items() if member in MEMBERS}


def date(world, member):
    """A date of DescribeSecret, or None."""
    shown = described(world).get(member)
    return None if shown is None else datetime.fromtimestamp(shown, UTC).replace(tzinfo=None).isoformat()


def value(world, stage="AWSCURRENT", name="db"):
    return world.call("GetSecretValue", SecretId=name, VersionStage=stage)["SecretString"]


def labels(world, name="db"):
    return dict(world.state(name).labels)


def events(world):
    """The service events in the log: names and error messages."""
    return [
        (entry.operation, entry.error_message) if entry.error_message else entry.operation
        for entry in world.entries
        if entry.by_service
    ]


def states(world):
    return [run.state for run in world.service.runs]


def failed_in(step):
    return ("RotationFailed", f"Error when executing lambda {FUNCTION} during {step} step")


GIVEN = {"RotationLambdaARN": FUNCTION}


def put_versions(world, numbers):
    for number in numbers:
        token = f"put-{number}".ljust(32, "-")
        world.call("PutSecretValue", SecretId="db", SecretString=f"value {number}", ClientRequestToken=token)


def place_labels(world, number):
    for name in [f"label-{index}" for index in range(number)]:
        world.call("UpdateSecretVersionStage", SecretId="db", VersionStage=name, MoveToVersionId=V1)


VERSION_QUOTA_MET = ("InvalidRequestException", "You can't have more than 100 versions of a secret.")
LABEL_QUOTA_MET = ("InvalidRequestException", "You can't attach more than 20 staging labels to a secret.")


def try_out(world, **parameters):
    return rotate(world, RotateImmediately=False, **parameters)


def rotate_managed(world, token=V2, **parameters):
    return world.call("RotateSecret", SecretId="rds!db", ClientRequestToken=token, **parameters)


def put(world, token=V3, **parameters):
    return world.call("PutSecretValue", SecretId="db", SecretString="by hand", ClientRequestToken=token, **parameters)
