"""The records of a run's tests: plain values without any secret value, for the summary and the HTML report.

A worker of xdist sends them as JSON. A test with several managers has one record: its calls stand in the order in which
they were made, each with the number of its manager.
"""

import json
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, TypeAlias

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.histories import History, Life, Rotation, Span

TestOutcome: TypeAlias = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed", "rerun"]
"""`error` is a failure of a fixture only. `rerun` is a failed try of pytest-rerunfailures that was not the last."""

MOST_CALLS = 10_000
"""The number of calls that one record keeps: the last ones."""

MOST_HISTORIES = 1_000
"""The number of secrets whose history one record keeps: those of the last calls."""

LONGEST_ID = 2048
"""The number of characters that a record keeps of the id in a request: AWS refuses a longer one."""

MOST_FAILURE_LINES = 20
LONGEST_FAILURE = 2_000
"""The lines and the characters that a record keeps of a failure."""


class CallRecord(NamedTuple):
    """One call, or with `by_service` one event of AWS.

    `time` is that of the manager's clock, epoch seconds. `manager` is the number of its manager in the record, from
    0. `secret` is the name or ARN in the request, shortened; None for a call that names none. `version` has the
    labels and the beginning of the version id in the request. `history` is the index of the secret's history in the
    record. `caller` is `file:line`, relative to pytest's root directory if it is inside. `within` is the operation
    that made this call, such as BatchGetSecretValue. `is_undone` says that a rollback in the test's body has taken the
    call back.
    """

    time: float
    operation: str
    manager: int
    region: str
    account: str
    secret: str | None = None
    version: str | None = None
    history: int | None = None
    error: str | None = None
    caller: str | None = None
    within: str | None = None
    by_service: bool = False
    is_undone: bool = False


class Count(NamedTuple):
    """The number of a test's calls of one operation, and of those that AWS refused.

    Events of AWS are not counted, nor are the reads of a batch: the batch is one call.
    """

    operation: str
    calls: int
    errors: int


class Absent(NamedTuple):
    """A secret that calls asked for and that did not exist, with the reason or the nearest name in words.

    `advice` is empty if many other secrets were missing too.
    """

    secret: str
    region: str
    account: str
    advice: str
    calls: int


class PutRate(NamedTuple):
    """A secret that was written at a sustained rate above AWS's advice: its ARN, the writes, and the seconds."""

    arn: str
    writes: int
    seconds: float


class Repeat(NamedTuple):
    """A secret that a test read again and again without a write in between, and the number of these reads."""

    key: SecretKey
    reads: int


class Unfinished(NamedTuple):
    """The last rotation of a secret, or its last trial, if it did not succeed. `text` says where it ended and why."""

    key: SecretKey
    is_trial: bool
    text: str


class TestRecord(NamedTuple):
    """One run of one test, or with an empty `nodeid` the calls outside the tests, such as at collection.

    `file` is relative to pytest's root directory. `duration` is in seconds: setup, body and teardown. `failure` is
    the beginning of the failure's text, or only its first line if no HTML report is made. `worker` is that of
    xdist, else empty. `is_crashed` says that the worker crashed in this test, so that its calls are lost.

    `counts`, `actions` (the IAM actions that the calls need), `seeded`, `shared`, `read`, `written`, `absent`,
    `repeats`, `put_rates` and `unfinished` are about all calls. `seeded` are the secrets that the test seeded itself,
    `shared` those that a fixture of wider scope seeded in its set-up, for other tests too. Those of the run are in the
    record outside the tests. `read` and `written` are the secrets that a call names, refused or not.

    Only an HTML report needs `calls` and `histories`: without it they are empty. `calls` are the last `MOST_CALLS`;
    `left_out` is the number of those before. The positions in `histories` are indexes of `calls`; `managers` has the
    number of the manager of each history.
    """

    nodeid: str
    file: str
    outcome: TestOutcome = "passed"
    duration: float = 0.0
    failure: str = ""
    worker: str = ""
    is_crashed: bool = False
    calls: tuple[CallRecord, ...] = ()
    left_out: int = 0
    histories: tuple[History, ...] = ()
    managers: tuple[int, ...] = ()
    counts: tuple[Count, ...] = ()
    actions: tuple[str, ...] = ()
    seeded: tuple[SecretKey, ...] = ()
    shared: tuple[SecretKey, ...] = ()
    read: tuple[SecretKey, ...] = ()
    written: tuple[SecretKey, ...] = ()
    absent: tuple[Absent, ...] = ()
    repeats: tuple[Repeat, ...] = ()
    put_rates: tuple[PutRate, ...] = ()
    unfinished: tuple[Unfinished, ...] = ()

    def without_calls(self, parts: dict[object, object]) -> "TestRecord":
        """The record with its totals only. Equal parts of several records are one object, which `parts` keeps.

        So a long run keeps few objects, all of which the garbage collector visits again and again.
        """
        same = parts.setdefault
        totals = [same(part, part) for part in self[_FIRST_TOTAL:]]
        return TestRecord._make([*self[:_FIRST_CALLS], (), self.left_out, (), (), *totals])


_FIRST_CALLS = TestRecord._fields.index("calls")
_FIRST_TOTAL = TestRecord._fields.index("counts")


class RunRecords(NamedTuple):
    """The records of a whole run. `outside` has the calls and the seeds outside the tests."""

    tests: Sequence[TestRecord]
    outside: TestRecord


# --- to JSON and back ------------------------------------------------------------------------------------------------


def json_of(record: TestRecord) -> str:
    """A record as JSON: arrays in the order of the fields.

    >>> json_of(TestRecord("test_it.py::test_it", "test_it.py"))[:36]
    '["test_it.py::test_it", "test_it.py"'
    """
    return json.dumps(record)


def record_from(text: str) -> TestRecord:
    """The record that `json_of` made this text of.

    >>> record = TestRecord("test_it.py::test_it", "test_it.py", calls=(CallRecord(0.0, "ListSecrets", 0, "r", "a"),))
    >>> record_from(json_of(record)) == record
    True
    """
    read = TestRecord(*json.loads(text))
    return read._replace(
        calls=tuple(CallRecord(*fields) for fields in read.calls),
        histories=tuple(_history(*fields) for fields in read.histories),
        managers=tuple(read.managers),
        counts=tuple(Count(*fields) for fields in read.counts),
        actions=tuple(read.actions),
        seeded=tuple(SecretKey(*fields) for fields in read.seeded),
        shared=tuple(SecretKey(*fields) for fields in read.shared),
        read=tuple(SecretKey(*fields) for fields in read.read),
        written=tuple(SecretKey(*fields) for fields in read.written),
        absent=tuple(Absent(*fields) for fields in read.absent),
        repeats=tuple(Repeat(SecretKey(*key), reads) for key, reads in read.repeats),
        put_rates=tuple(PutRate(*fields) for fields in read.put_rates),
        unfinished=tuple(Unfinished(SecretKey(*one[0]), *one[1:]) for one in read.unfinished),
    )


def _history(*fields: Any) -> History:
    read = History(*fields)
    return read._replace(
        key=SecretKey(*read.key),
        versions=tuple(Life(*one) for one in read.versions),
        spans=tuple(Span(*one) for one in read.spans),
        rotations=tuple(_rotation(*one) for one in read.rotations),
        calls=tuple(read.calls),
    )


def _rotation(*fields: Any) -> Rotation:
    rotation = Rotation(*fields)
    return rotation._replace(steps=tuple(rotation.steps))
