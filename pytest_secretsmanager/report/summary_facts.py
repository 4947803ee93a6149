"""The facts of a run's summary, merged over the records of its tests. They don't depend on the order of the tests."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from pytest_secretsmanager.engine import arns
from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.report.records import Absent, Count, RunRecords, TestRecord

_Subject = TypeVar("_Subject", bound=Hashable)

OUTSIDE = "outside the tests"
"""Stands for a test in the facts about calls that no test made, and about the seeds of the run."""

_RAN = ("passed", "xpassed")
"""The outcomes of a test whose body ran to its end: any other test may not have come to its reads."""


class Finding(NamedTuple, Generic[_Subject]):
    """One fact about a subject: how often it was seen, and the tests in which it was."""

    subject: _Subject
    times: int
    tests: tuple[str, ...]


class MissingSecret(NamedTuple):
    """A secret that calls asked for, by name or ARN, and the advice in words."""

    key: SecretKey
    advice: str


class UnfinishedRotation(NamedTuple):
    """The rotation of a secret that did not succeed, in words."""

    key: SecretKey
    text: str


class TestCalls(NamedTuple):
    """The number of calls of one test, or of one try of it, and its duration in seconds."""

    test: str
    calls: int
    seconds: float


# --- calls -----------------------------------------------------------------------------------------------------------


def counts_of(records: RunRecords) -> list[Count]:
    """The calls and errors of each operation, the most frequent first."""
    found: dict[str, list[int]] = {}
    for record in _all(records):
        for operation, calls, errors in record.counts:
            count = found.setdefault(operation, [0, 0])
            count[0] += calls
            count[1] += errors
    counts = [Count(operation, *count) for operation, count in found.items()]
    return sorted(counts, key=lambda count: (-count.calls, count.operation))


def tests_by_calls(records: RunRecords) -> list[TestCalls]:
    """The tests that made calls, those with the most calls first."""
    found = [
        TestCalls(_name(record), sum(count.calls for count in record.counts), record.duration)
        for record in records.tests
        if record.counts
    ]
    return sorted(found, key=lambda one: (-one.calls, one.test))


def actions_of(records: RunRecords) -> list[str]:
    """The IAM actions that the calls need, in alphabetical order."""
    return sorted({action for record in _all(records) for action in record.actions})


def crashed_tests(records: RunRecords) -> list[str]:
    """The tests in which a worker of xdist crashed, each once: xdist may run one again on the next worker."""
    return sorted({record.nodeid for record in records.tests if record.is_crashed})


# --- secrets ---------------------------------------------------------------------------------------------------------


def missing_secrets(records: RunRecords) -> list[Finding[MissingSecret]]:
    """The secrets that calls asked for and that did not exist. `times` is the number of calls.

    The advice is that of most calls: it may differ from test to test, since each test has its own secrets.
    """
    advice: dict[SecretKey, dict[str, int]] = {}
    for one in (one for record in _all(records) for one in record.absent):
        texts = advice.setdefault(_asked(one), {})
        texts[one.advice] = texts.get(one.advice, 0) + one.calls
    found = _findings(records, lambda record: ((_asked(one), one.calls) for one in record.absent))
    return [Finding(MissingSecret(key, _most_frequent(advice[key])), times, tests) for key, times, tests in found]


def _asked(absent: Absent) -> SecretKey:
    return SecretKey(absent.region, absent.account, absent.secret)


def _most_frequent(texts: dict[str, int]) -> str:
    return min(texts, key=lambda text: (-texts[text], text))


def repeated_reads(records: RunRecords) -> list[Finding[SecretKey]]:
    """The secrets that a test read again and again. `times` is the number of these reads."""
    return _findings(records, lambda record: record.repeats)


def put_rates(records: RunRecords) -> list[Finding[SecretKey]]:
    """The secrets that were written at a sustained rate above AWS's advice. `times` is the number of writes."""
    return _findings(records, lambda record: ((_key_of(one.arn), one.writes) for one in record.put_rates))


def unfinished_rotations(records: RunRecords) -> list[Finding[UnfinishedRotation]]:
    """The rotations that did not succeed, and after which no other one did."""
    return _findings(records, lambda record: ((UnfinishedRotation(one.key, one.text), 1) for one in record.unfinished))


def unread_seeds(records: RunRecords) -> list[Finding[SecretKey]]:
    """The secrets of passed tests that no call of their test read, and those of the run that no call read.

    `times` is the number of tests. A replica counts as its primary secret: it has its name.
    """
    return _findings(_with_reads_of_the_run(records), lambda record: ((key, 1) for key in _unread(record)))


def only_written(records: RunRecords) -> set[SecretKey]:
    """Of the unread secrets, those that each test wrote that did not read them."""
    unread: set[SecretKey] = set()
    unwritten: set[SecretKey] = set()
    for record in _all(_with_reads_of_the_run(records)):
        written = {key.name for key in record.written}
        unread.update(_unread(record))
        unwritten.update(key for key in _unread(record) if key.name not in written)
    return unread - unwritten


def _with_reads_of_the_run(records: RunRecords) -> RunRecords:
    """The records, with all reads, writes and shared seeds in the one outside the tests, which has the run's seeds."""
    read = tuple(key for record in _all(records) for key in record.read)
    written = tuple(key for record in _all(records) for key in record.written)
    seeded = tuple(dict.fromkeys([*records.outside.seeded, *(key for one in records.tests for key in one.shared)]))
    return records._replace(outside=records.outside._replace(read=read, written=written, seeded=seeded))


def _unread(record: TestRecord) -> list[SecretKey]:
    if record.outcome not in _RAN:
        return []
    read = {key.name for key in record.read}
    return [key for key in record.seeded if key.name not in read]


# --- merging ---------------------------------------------------------------------------------------------------------


def _findings(
    records: RunRecords, look: Callable[[TestRecord], Iterable[tuple[_Subject, int]]]
) -> list[Finding[_Subject]]:
    """The subjects that `look` finds in the records, those seen most often first."""
    times: dict[_Subject, int] = {}
    tests: dict[_Subject, set[str]] = {}
    for record in _all(records):
        for subject, number in look(record):
            times[subject] = times.get(subject, 0) + number
            tests.setdefault(subject, set()).add(record.nodeid or OUTSIDE)
    found = [Finding(subject, number, tuple(sorted(tests[subject]))) for subject, number in times.items()]
    return sorted(found, key=lambda one: (-one.times, one.subject))


def _all(records: RunRecords) -> Sequence[TestRecord]:
    return (*records.tests, records.outside)


def _name(record: TestRecord) -> str:
    return f"{record.nodeid} (rerun)" if record.outcome == "rerun" else record.nodeid


def _key_of(arn: str) -> SecretKey:
    parsed = arns.parse(arn)
    return SecretKey("", "", arn) if parsed is None else SecretKey(*parsed[:3])
