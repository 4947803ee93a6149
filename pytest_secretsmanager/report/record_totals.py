"""The totals of a test's calls for its record: counts, IAM actions, secrets read and written, repeated reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.layers.audit import Entry
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.matching import key_from
from pytest_secretsmanager.inspection.put_rate import SUSTAINED_WRITES, put_rate_warnings
from pytest_secretsmanager.report.records import Count, PutRate, Repeat

REPEATED_READS = 3
"""The number of reads of one secret, without a write in between, from which a cache is worth it."""

CACHE_SECONDS = 3600
"""The time after which a cache reads a secret again. DOC: the default of AWS's caching clients."""

READ = "GetSecretValue"


def asked_by(entry: Entry) -> str | None:
    """The name or ARN in a request; None for a call that names no secret."""
    parameters = entry.call.parameters
    asked = parameters.get("SecretId", parameters.get("Name"))
    return asked if isinstance(asked, str) else None


def asked_version(entry: Entry) -> str | None:
    """The version id or the label that a read names."""
    asked = entry.request.get("VersionId", entry.request.get("VersionStage")) if entry.operation == READ else None
    return asked if isinstance(asked, str) else None


def keys_of(entries: Iterable[Entry]) -> list[SecretKey | None]:
    """The key of the secret that each entry names; None for an event of AWS, and for a call that names none."""
    return [_key_of(entry) for entry in entries]


def _key_of(entry: Entry) -> SecretKey | None:
    asked, call = None if entry.by_service else asked_by(entry), entry.call
    return None if asked is None else key_from(asked, call.region, call.principal.account)


def counts_of(entries: Iterable[Entry]) -> tuple[Count, ...]:
    """The numbers of calls and errors of each operation, in the order of the first call."""
    found: dict[str, list[int]] = {}
    for entry in entries:
        if not entry.by_service and entry.within is None:
            count = found.setdefault(entry.call.operation, [0, 0])
            count[0] += 1
            count[1] += entry.error_code is not None
    return tuple([Count(operation, *count) for operation, count in found.items()])


def read_and_written(
    entries: Sequence[Entry], keys: Sequence[SecretKey | None]
) -> tuple[tuple[SecretKey, ...], tuple[SecretKey, ...]]:
    """The secrets whose value a call asks for, and those that a call would change, each once."""
    read: dict[SecretKey, None] = {}
    written: dict[SecretKey, None] = {}
    for entry, key in zip(entries, keys, strict=True):
        if key is None:
            continue
        operation = entry.call.operation
        if operation == READ:
            read[key] = None
        elif not model.operation(operation).reads:
            written[key] = None
    return tuple(read), tuple(written)


def repeats_of(entries: Sequence[Entry], keys: Sequence[SecretKey | None]) -> tuple[Repeat, ...]:
    """The secrets that were read again and again: one version, without a write in between, within a cache's time."""
    read = [key for entry, key in zip(entries, keys, strict=True) if entry.call.operation == READ]
    if len(read) - len(set(read)) < REPEATED_READS - 1:
        return ()
    found: dict[SecretKey, int] = {}
    for key, reads in _unchanged(entries, keys):
        if reads >= REPEATED_READS:
            found[key] = found.get(key, 0) + reads
    return tuple(Repeat(key, reads) for key, reads in found.items())


def _unchanged(entries: Sequence[Entry], keys: Sequence[SecretKey | None]) -> Iterator[tuple[SecretKey, int]]:
    """The number of successful reads of each secret and version between two writes, and within a cache's time."""
    open_runs: dict[SecretKey, dict[str, list[float]]] = {}
    for entry, key in zip(entries, keys, strict=True):
        if key is None or entry.error_code is not None or entry.within is not None:
            continue
        if entry.operation == READ:
            version = asked_version(entry) or "AWSCURRENT"
            times = open_runs.setdefault(key, {}).setdefault(version, [])
            if times and entry.time - times[0] >= CACHE_SECONDS:
                yield key, len(times)
                times.clear()
            times.append(entry.time)
        elif not model.operation(entry.operation).reads:
            yield from _ended(key, open_runs.pop(key, {}))
    for key, versions in open_runs.items():
        yield from _ended(key, versions)


def _ended(key: SecretKey, versions: Mapping[str, Sequence[float]]) -> Iterator[tuple[SecretKey, int]]:
    return ((key, len(times)) for times in versions.values())


def put_rates_of(entries: Sequence[Entry]) -> tuple[PutRate, ...]:
    """The secrets that were written at a sustained rate above AWS's advice."""
    if len(entries) <= SUSTAINED_WRITES:
        return ()
    return tuple(
        PutRate(warning.arn, warning.writes, (warning.end - warning.start).total_seconds())
        for warning in put_rate_warnings(entries)
    )
