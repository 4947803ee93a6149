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
        pytest.param(lambda *arguments: None, "lambda", id="of any arguments"),  # noqa: ARG005
        pytest.param(lambda event, context, more=None: None, "lambda", id="of optional ones"),  # noqa: ARG005
        pytest.param(max, "max", id="that tells nothing of its arguments"),
        pytest.param(named("käse"), "kse", id="letters beyond ASCII"),
        pytest.param(named("…"), "function", id="no letter that Lambda takes"),
        pytest.param(named("x" * 80), "x" * 60, id="too long"),
    ],
)
def test_a_function_is_called_as_its_handler_is(sm: SecretsManager, handler: Handler, name: str) -> None:
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
def test_a_function_is_where_it_is_wanted(sm: SecretsManager, arguments: dict[str, str], arn: str) -> None:
    assert sm.rotation.register(idle, **arguments) == arn


def test_a_function_is_in_the_region_and_account_of_its_manager() -> None:
    manager = SecretsManager(region="eu-west-1", account="999999999999")
    assert manager.rotation.register(idle) == "arn:aws:lambda:eu-west-1:999999999999:function:idle"


def test_handlers_of_one_name_are_functions_of_their_own(sm: SecretsManager) -> None:
    handlers = [named("lambda_handler") for _ in range(3)]
    assert [sm.rotation.register(handler) for handler in handlers] == [
        f"{FUNCTION}lambda_handler",
        f"{FUNCTION}lambda_handler-2",
        f"{FUNCTION}lambda_handler-3",
    ]


def test_each_handler_of_one_name_rotates_its_own_secret(sm: SecretsManager) -> None:
    databases = {"one": {"app": "1"}, "two": {"app": "2"}}
    for name, database in databases.items():
        value = {"username": "app", "password": database["app"]}
        sm.seed(name, value, rotation=Rotation(rotation_function(database)))
    for name, database in databases.items():
        rotate(sm, name)
        sm.assert_value(name, {"username": "app", "password": database["app"]})


def test_a_handler_that_is_registered_twice_is_one_function(sm: SecretsManager) -> None:
    first, other, second = named("same"), named("same"), named("same")
    arns = [sm.rotation.register(handler) for handler in (first, other, second, first, other, second)]
    assert arns[:3] == arns[3:]
    assert len(set(arns)) == 3


def test_a_handler_has_a_function_in_each_region(sm: SecretsManager) -> None:
    assert len({sm.rotation.register(idle, region=region) for region in ("us-east-1", "eu-west-1")}) == 2


@pytest.mark.parametrize("place", ["arn", "name"])
def test_a_function_takes_the_place_of_the_one_that_was_there(
    sm: SecretsManager, database: Database, place: str
) -> None:
    names = {"arn": f"{FUNCTION}rotate", "name": "rotate"}
    arn = sm.rotation.register(idle, **{place: names[place]})
    assert rotate(sm, RotationLambdaARN=arn).state == "failed"
    assert sm.rotation.register(rotation_function(database), **{place: names[place]}) == arn
    sm.clock.advance(minutes=1)
    sm.assert_rotated("db")


@pytest.mark.parametrize("qualifier", ["$LATEST", "live", "7"])
def test_a_secret_may_name_a_version_or_an_alias_of_its_function(
    sm: SecretsManager, database: Database, qualifier: str
) -> None:
    arn = sm.rotation.register(rotation_function(database), name="rotate")
    run = rotate(sm, RotationLambdaARN=f"{arn}:{qualifier}")
    assert (run.function, run.state) == (f"{arn}:{qualifier}", "succeeded")


def test_a_function_that_is_not_registered_can_not_be_invoked(sm: SecretsManager, database: Database) -> None:
    with sm.assert_unchanged():
        found = refusal(sm.client().rotate_secret, SecretId="db", RotationLambdaARN=f"{FUNCTION}nobody")
    assert found == (
        "AccessDeniedException",
        "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy grants access to "
        "the principal secretsmanager.amazonaws.com.",
    )


def test_a_function_of_another_region_is_refused(sm: SecretsManager, database: Database) -> None:
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
            coroutine, "a rotation function is no coroutine function: Lambda awaits nothing", id="coroutine function"
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
def test_what_lambda_could_not_call_is_refused(sm: SecretsManager, handler: Any, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(handler)
    assert str(caught.value) == text


@pytest.mark.parametrize("name", ["rotate db", "rotate.db", "rotate:live", "käse", "x" * 65])
def test_what_can_be_no_name_of_a_function_is_refused(sm: SecretsManager, name: str) -> None:
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
def test_what_can_be_no_arn_of_a_function_is_refused(sm: SecretsManager, arn: str) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, arn=arn)
    assert str(caught.value) == (
        f"the ARN of a function is arn:aws:lambda:<region>:<account>:function:<name>, not {arn!r}"
    )


@pytest.mark.parametrize("more", [{"name": "rotate"}, {"region": "us-east-1"}, {"account": "123456789012"}], ids=str)
def test_an_arn_says_it_all(sm: SecretsManager, more: dict[str, str]) -> None:
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, arn=f"{FUNCTION}rotate", **more)
    assert str(caught.value) == "a function is named by its ARN, or by name, region and account, not by both"


def test_a_bound_method_is_one_function(sm: SecretsManager) -> None:
    class Deployment:
        def handle(self, event: object, context: object) -> None: ...

    deployment = Deployment()
    assert sm.rotation.register(deployment.handle) == sm.rotation.register(deployment.handle)


@pytest.mark.parametrize("arguments", [{"account": 5}, {"account": ""}, {"name": 5}, {"arn": 5}, {"arn": ""}], ids=str)
def test_a_function_is_not_named_by_what_is_no_text(sm: SecretsManager, arguments: dict[str, Any]) -> None:
    (what,) = arguments
    with pytest.raises(UsageError) as caught:
        sm.rotation.register(idle, **arguments)
    name = "ARN" if what == "arn" else what
    assert str(caught.value) == f"the {name} of a function is a str that is not empty, not {arguments[what]!r}"
