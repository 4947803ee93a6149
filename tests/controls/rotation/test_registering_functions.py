"""`sm.rotation.register`: the ARN of a function, and the refusal of handlers, names and ARNs."""

from functools import partial
from typing import Any

import pytest
from rotating import FUNCTION, idle, refusal, rotate
from rotation_function import Database, Handler, rotation_function

from pytest_secretsmanager import Rotation, SecretsManager, UsageError


class CallableObject:
    def __call__(self, event: dict[str, str], context: object) -> None: ...

    def method(self, event: dict[str, str], context: object) -> None: ...


def named(name: str) -> Handler:
    def handler(event: dict[str, str], context: object) -> None: ...

    handler.__name__ = name
    return handler


@pytest.mark.parametrize(
    ("handler", "name"),
    [
        pytest.param(idle, "idle", id="function"),
        pytest.param(lambda event, context: None, "lambda", id="lambda expression"),  # noqa: ARG005
        pytest.param(CallableObject(), "CallableObject", id="callable object"),
        pytest.param(CallableObject().method, "method", id="method"),
        pytest.param(partial(idle), "partial", id="partial"),
        pytest.param(lambda *arguments: None, "lambda", id="any arguments"),  # noqa: ARG005
        pytest.param(lambda event, context, more=None: None, "lambda", id="optional arguments"),  # noqa: ARG005
        pytest.param(max, "max", id="no signature"),
        pytest.param(named("käse"), "kse", id="letters beyond ASCII"),
        pytest.param(named("…"), "function", id="no letter that Lambda takes"),
        pytest.param(named("x" * 80), "x" * 60, id="too long"),
    ],
)
def test_rotation_register_names_the_function_after_its_handler(
    sm: SecretsManager, handler: Handler, name: str
) -> None:
    assert sm.rotation.register(handler) == f"{FUNCTION}{name}"


@pytest.mark.parametrize(
    ("arguments", "arn"),
    [
        ({"name": "rotate-db"}, "arn:aws:lambda:us-east-1:123456789012:function:rotate-db"),
        ({"name": "x" * 64}, f"arn:aws:lambda:us-east-1:123456789012:function:{'x' * 64}"),
        ({"region": "eu-west-1"}, "arn:aws:lambda:eu-west-1:123456789012:function:idle"),
        ({"region": "eu-west-1", "name": "r"}, "arn:aws:lambda:eu-west-1:123456789012:function:r"),
        ({"region": "cn-north-1"}, "arn:aws-cn:lambda:cn-north-1:123456789012:function:idle"),
        ({"region": "us-gov-west-1"}, "arn:aws-us-gov:lambda:us-gov-west-1:123456789012:function:idle"),
        (
            {"arn": "arn:aws:lambda:eu-west-1:999999999999:function:r"},
            "arn:aws:lambda:eu-west-1:999999999999:function:r",
        ),
    ],
    ids=["name", "longest name", "region", "name and region", "region of China", "region of a government", "ARN"],
)
def test_rotation_register_returns_the_arn_of_the_given_name_and_region(
    sm: SecretsManager, arguments: dict[str, str], arn: str
) -> None:
    assert sm.rotation.register(idle, **arguments) == arn


def test_rotation_register_uses_the_region_and_account_of_the_manager() -> None:
    manager = SecretsManager(region="eu-west-1", account="999999999999")
    assert manager.rotation.register(idle) == "arn:aws:lambda:eu-west-1:999999999999:function:idle"


def test_rotation_register_numbers_handlers_of_the_same_name(sm: SecretsManager) -> None:
    handlers = [named("lambda_handler") for _ in range(3)]
    assert [sm.rotation.register(handler) for handler in handlers] == [
        f"{FUNCTION}lambda_handler",
        f"{FUNCTION}lambda_handler-2",
        f"{FUNCTION}lambda_handler-3",
    ]


def test_handlers_of_the_same_name_each_rotate_their_own_secret(sm: SecretsManager) -> None:
    databases = {"one": {"app": "1"}, "two": {"app": "2"}}
    for name, database in databases.items():
        value = {"username": "app", "password": database["app"]}
        sm.seed(name, value, rotation=Rotation(rotation_function(database)))
    for name, database in databases.items():
        rotate(sm, name)
        sm.assert_value(name, {"username": "app", "password": database["app"]})


def test_rotation_register_returns_the_same_arn_for_the_same_handler(sm: SecretsManager) -> None:
    first, other, second = named("same"), named("same"), named("same")
    arns = [sm.rotation.register(handler) for handler in (first, other, second, first, other, second)]
    assert arns[:3] == arns[3:]
    assert len(set(arns)) == 3


def test_rotation_register_gives_a_handler_one_function_in_each_region(sm: SecretsManager) -> None:
    assert len({sm.rotation.register(idle, region=region) for region in ("us-east-1", "eu-west-1")}) == 2


@pytest.mark.parametrize("place", ["arn", "name"])
def test_rotation_register_replaces_the_function_of_the_same_name_or_arn(
    sm: SecretsManager, database: Database, place: str
) -> None:
    names = {"arn": f"{FUNCTION}rotate", "name": "rotate"}
    arn = sm.rotation.register(idle, **{place: names[place]})
    assert rotate(sm, RotationLambdaARN=arn).state == "failed"
    assert sm.rotation.register(rotation_function(database), **{place: names[place]}) == arn
    sm.clock.advance(minutes=1)
    sm.assert_rotated("db")


@pytest.mark.parametrize("qualifier", ["$LATEST", "live", "7"])
def test_rotate_secret_accepts_a_version_or_an_alias_of_a_function(
    sm: SecretsManager, database: Database, qualifier: str
) -> None:
    arn = sm.rotation.register(rotation_function(database), name="rotate")
    run = rotate(sm, RotationLambdaARN=f"{arn}:{qualifier}")
    assert (run.function, run.state) == (f"{arn}:{qualifier}", "succeeded")


def test_rotate_secret_refuses_a_function_that_is_not_registered(sm: SecretsManager, database: Database) -> None:
    with sm.assert_unchanged():
        found = refusal(sm.client().rotate_secret, SecretId="db", RotationLambdaARN=f"{FUNCTION}nobody")
    assert found == (
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
        "the principal secretsmanager.amazonaws.com.",
    )


def test_rotate_secret_refuses_a_function_of_another_region(sm: SecretsManager, database: Database) -> None:
    arn = sm.rotation.register(idle, region="eu-west-1")
    with sm.assert_unchanged():
        found = refusal(sm.client().rotate_secret, SecretId="db", RotationLambdaARN=arn)
    assert found == (
        "InvalidParameterException",
        "Invalid rotation Lambda ARN. Ensure the ARN matches format "
        "arn:aws:lambda:<region>:<account>:function:<functionName>.",
    )


async def coroutine(event: dict[str, str], context: object) -> None: ...


def of_one(event: dict[str, str]) -> None: ...


def of_three(event: dict[str, str], context: object, more: object) -> None: ...


def by_name(*, event: dict[str, str], context: object) -> None: ...


@pytest.mark.parametrize(
    ("handler", "text"),
    [
        pytest.param(5, "a rotation function is called as handler(event, context); 5 can't be", id="number"),
        pytest.param("arn", "a rotation function is called as handler(event, context); 'arn' can't be", id="text"),
        pytest.param(
            CallableObject,
            f"a rotation function is called as handler(event, context); {CallableObject!r} can't be",
            id="class",
        ),
        pytest.param(
            coroutine,
            "a rotation function is a plain function, not a coroutine function: Lambda does not await it",
            id="coroutine function",
        ),
        *(
            pytest.param(
                handler,
                f"a rotation function is called as handler(event, context); {handler!r} takes other arguments",
                id=handler.__name__,
            )
            for handler in (of_one, of_three, by_name)
        ),
    ],
)
def test_rotation_register_refuses_a_handler_that_lambda_could_not_call(
    sm: SecretsManager, handler: Any, text: str
) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(handler)
    assert str(caught.value) == text


@pytest.mark.parametrize("name", ["rotate db", "rotate.db", "rotate:live", "käse", "x" * 65])
def test_rotation_register_refuses_an_invalid_function_name(sm: SecretsManager, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, name=name)
    assert str(caught.value) == f"a function's name has 1 to 64 letters, digits, - or _, not {name!r}"


@pytest.mark.parametrize(
    "arn",
    [
        "rotate",
        "arn:aws:lambda:us-east-1:123456789012:function:rotate:live",
        "arn:aws:lambda:us-east-1:12345:function:rotate",
        "arn:aws:lambda::123456789012:function:rotate",
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-Ab12Cd",
    ],
    ids=["name", "with a qualifier", "account", "no region", "of a secret"],
)
def test_rotation_register_refuses_an_invalid_function_arn(sm: SecretsManager, arn: str) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, arn=arn)
    assert str(caught.value) == (
        f"the ARN of a function is arn:aws:lambda:<region>:<account>:function:<name>, not {arn!r}"
    )


@pytest.mark.parametrize("more", [{"name": "rotate"}, {"region": "us-east-1"}, {"account": "123456789012"}], ids=str)
def test_rotation_register_refuses_an_arn_beside_name_region_or_account(
    sm: SecretsManager, more: dict[str, str]
) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, arn=f"{FUNCTION}rotate", **more)
    assert str(caught.value) == "a function is named by its ARN, or by name, region and account, not by both"


def test_rotation_register_returns_the_same_arn_for_the_same_bound_method(sm: SecretsManager) -> None:
    class Deployment:
        def handle(self, event: object, context: object) -> None: ...

    deployment = Deployment()
    assert sm.rotation.register(deployment.handle) == sm.rotation.register(deployment.handle)


@pytest.mark.parametrize("arguments", [{"account": 5}, {"account": ""}, {"name": 5}, {"arn": 5}, {"arn": ""}], ids=str)
def test_rotation_register_refuses_names_accounts_and_arns_that_are_not_text(
    sm: SecretsManager, arguments: dict[str, Any]
) -> None:
    (what,) = arguments
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, **arguments)
    name = "ARN" if what == "arn" else what
    assert str(caught.value) == f"the {name} of a function is a str that is not empty, not {arguments[what]!r}"
