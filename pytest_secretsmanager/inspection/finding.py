"""Finding the view of a secret by its name, its ARN, or another view."""

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.errors import UsageError
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.named_secret import key_of
from pytest_secretsmanager.inspection.views import SecretId, SecretView, frozen_view, world_of
from pytest_secretsmanager.inspection.world import World

__tracebackhide__ = True


def find(world: World, secret_id: SecretId, region: str | None, account: str | None) -> SecretView:
    """The view of a secret by name, ARN or view. Raises SecretNotFound, with the nearest names.

    `region` and `account` win over those of an ARN or a view: so a replica is found by its primary.
    """
    if region is not None:
        world.regions.require(region)
    if isinstance(secret_id, SecretView):
        _require_own(world, secret_id)
        own = key_of(secret_id)
        key = own._replace(region=region or own.region, account=account or own.account)
        return secret_id if key == own else _existing(world, key.name, key)
    if not isinstance(secret_id, str):
        raise UsageError(f"a secret is named by its name, its ARN or its view, not by {type(secret_id).__name__}")
    parsed = arns.parse(secret_id)
    if parsed is None:
        return _existing(world, secret_id, SecretKey(region or world.region(), account or world.account, secret_id))
    key = SecretKey(region or parsed.region, account or parsed.account, parsed.name)
    found = _existing(world, secret_id, key)
    if not found.arn.startswith(arns.in_region(secret_id, key.region, key.account)):
        raise world.not_found(secret_id, key)
    return found


def find_frozen(world: World, secret_id: SecretId, region: str | None, account: str | None) -> SecretView:
    """As `find`, with the secret's state of now: an assertion looks several times while other threads write."""
    return frozen_view(find(world, secret_id, region, account))


def _existing(world: World, secret_id: str, key: SecretKey) -> SecretView:
    if world.state_of(key) is None:
        raise world.not_found(secret_id, key)
    return SecretView(world, key)


def _require_own(world: World, view: SecretView) -> None:
    if world_of(view) is not world:
        raise UsageError(f"{view!r} is a view of another SecretsManager")
