"""Runs scenarios: facts about AWS, as data, checked through a door.

A scenario is a `[[scenario]]` table in a TOML file under `scenarios/`, one file for each topic:

| key | |
| --- | --- |
| `name` | a sentence, unique over all files, and the id of the test; the ledger refers to scenarios by it |
| `source` | the source of the fact; `sources.toml` explains the short names |
| `confidence` | RECORDED, DOC, REPORTED or GUESS, as `pytest_secretsmanager/engine/__init__.py` explains them |
| `setup`, `steps` | rows, below; `setup` prepares the fact, and runs first |
| `manager` | optional: keyword arguments of `SecretsManager` |
| `each` | optional: sets of variables, which the name may use too; the scenario runs once with each |
| `needs` | optional: an operation; with a botocore that doesn't know it, the scenario is skipped for every door |
| `xfail` | optional: the reason why the package still differs from AWS; the scenario has to fail |

A row is `[operation, parameters, expectation]`, so that rows read as a table. Without an expectation the call has to
succeed. The expectation may have:

| key | |
| --- | --- |
| `reply` | members and their values; the reply may have more members, but no more items or versions |
| `exactly` | the whole reply, without other members at any depth |
| `absent` | members that the reply doesn't have |
| `ordered` | members whose lists have this order; for all other lists only the items count |
| `save` | variables, each with the member that gives its value (`Versions.0.VersionId` goes deeper) |
| `error` | `[code, message]` of the refusal, exact except for `{any}`; `refusals.toml` has variables for common ones |
| `status` | the HTTP status of the refusal, if it is not 400 |
| `top_level` | whether the parsed error has the message at the top level too; by default, true for modelled codes |
| `by` | the caller, one of `CALLERS`; by default the account itself, with an ordinary client |
| `times` | the number of calls; `{n}` counts from 1 |

A row whose first cell begins in lower case is not a call but a control, `[control, argument]`: one of `CONTROLS`.

Texts may have `{variable}`; `{v1}`, `{v2}`, … are version ids of 36 characters, `{x*300}` is 300 times x, `{hex:00ff}`
is bytes. A list item `{ repeat = 51, item = … }` stands for 51 items, and `and = { … }` in a table adds members to it.
In expected values, `{any}` stands for anything, `{absent}` for a missing member, `{now}`, `{now+30d}` and `{midnight}`
for times, and a text that begins with `re:` is a pattern.

After every call the runner also checks the reply against the output shape of the service description. It checks that a
refusal has a text and a code that is declared for the operation or common to all, and that no secret has changed.

`scenario_doors.py` has the doors.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import rotation_functions
from botocore.model import StructureShape
from botocore.validate import ParamValidator
from scenario_doors import ACCOUNT, CALLERS, DOORS, REGION, Answer, Call, Caller

from pytest_secretsmanager import Event, Rotation, SecretsManager, Version
from pytest_secretsmanager.controls.roles import principal_of
from pytest_secretsmanager.engine import model
from pytest_secretsmanager.engine.callers import Acting

SCENARIOS = Path(__file__).parent / "scenarios"
REFUSALS = tomllib.loads(Path(__file__).with_name("refusals.toml").read_text(encoding="utf-8"))
"""Code and message of refusals that many scenarios expect, by their variable."""
CONFIDENCES = ("RECORDED", "DOC", "REPORTED", "GUESS")
COMMON_ERRORS = {"ValidationException", "SerializationException", "AccessDeniedException"}
"""Codes that every service may send, so that no service description declares them."""

START = datetime.fromisoformat("2026-03-03T12:00:00+00:00")

# --- reading -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scenario:
    """One scenario, with its first variables."""

    name: str
    source: str
    confidence: str
    steps: list[list[Any]]
    setup: list[list[Any]] = field(default_factory=list)
    manager: dict[str, Any] = field(default_factory=dict)
    variables: dict[str, Any] = field(default_factory=dict)
    xfail: str | None = None
    needs: str | None = None
    file: str = ""


@cache
def scenarios() -> tuple[Scenario, ...]:
    """All scenarios of all files; a scenario with `each` counts once for each set of variables."""
    return tuple(
        scenario
        for path in sorted(SCENARIOS.glob("*.toml"))
        for table in tomllib.loads(path.read_text(encoding="utf-8"))["scenario"]
        for scenario in _each(table, path.stem)
    )


def _each(table: dict[str, Any], file: str) -> Iterator[Scenario]:
    sets = table.pop("each", [{}])
    scenario = Scenario(**table, file=file)
    for variables in sets:
        named = replace(scenario, variables=variables)
        yield replace(named, name=Variables(variables).put_into(scenario.name))


class Variables(dict[str, Any]):
    """The values of `{…}` in a scenario's texts."""

    _FILLED = re.compile(r"\{([a-z]\w*)\}|\{(.)\*(\d+)\}")
    _BYTES = re.compile(r"\{hex:([0-9a-f]*)\}")
    MATCHERS = re.compile(r"any|absent|now|midnight")

    def put_into(self, value: Any) -> Any:
        """The same value with all variables filled in."""
        if isinstance(value, dict):
            filled = {self.put_into(name): self.put_into(item) for name, item in value.items()}
            more = filled.pop("and", {})
            return filled | more
        if isinstance(value, list):
            return [self.put_into(item) for entry in value for item in self._repeated(entry)]
        if not isinstance(value, str):
            return value
        if whole := self._FILLED.fullmatch(value):
            return self._fill(whole)
        if raw := self._BYTES.fullmatch(value):
            return bytes.fromhex(raw[1])
        return self._FILLED.sub(lambda found: str(self._fill(found)), value)

    def _repeated(self, entry: Any) -> Iterator[Any]:
        if isinstance(entry, dict) and entry.keys() == {"repeat", "item"}:
            for number in range(1, entry["repeat"] + 1):
                yield Variables({**self, "n": number}).put_into(entry["item"])
        else:
            yield entry

    def _fill(self, found: re.Match[str]) -> Any:
        name, character, count = found.groups()
        if name is None:
            return character * int(count)
        if name in self:
            return self.put_into(self[name])
        if self.MATCHERS.fullmatch(name):
            return found[0]
        if re.fullmatch(r"v\d+", name):
            return version_id(int(name[1:]))
        raise KeyError(f"{found[0]} is not a variable such as {sorted(self)}")


def version_id(number: int) -> str:
    """The value of `{v1}`, `{v2}`, …"""
    return f"00000000-0000-4000-8000-{number:012}"


# --- running -----------------------------------------------------------------------------------------------------


class Mismatch(AssertionError):  # noqa: N818 - a difference, not an error
    """The difference between the expectation and the answer."""


def run(scenario: Scenario, door: str) -> "Outcome":
    """Run one scenario through one door. Raise AssertionError at the first row that differs."""
    if scenario.needs is not None and scenario.needs not in model.operation_names():
        pytest.skip(f"this botocore is older than {scenario.needs}")
    manager = SecretsManager(REGION, ACCOUNT, **{"now": START, **scenario.manager})
    with manager as sm, DOORS[door](sm) as call:
        runner = Runner(sm, call, Variables(REFUSALS | scenario.variables))
        for number, row in enumerate([*scenario.setup, *scenario.steps], start=1):
            try:
                runner.row(row)
            except Mismatch as mismatch:
                raise AssertionError(f"{scenario.name}, row {number} {row[0]}, by {door}: {mismatch}") from None
        return Outcome(runner.answers, [logged(event) for event in sm.log])


class Outcome(NamedTuple):
    """The answers to a scenario's calls, and the log."""

    answers: list[Answer]
    log: list[dict[str, Any]]


def logged(event: Event) -> dict[str, Any]:
    """The log entry of a call without its request id, which is unique."""
    names = ("operation", "request", "hidden", "response", "error", "error_message", "time", "region", "principal")
    return {name: getattr(event, name) for name in names}


class Runner:
    """One run of one scenario."""

    def __init__(self, sm: SecretsManager, call: Call, variables: Variables) -> None:
        self.sm = sm
        self.variables = variables
        self.answers: list[Answer] = []
        self._call = call

    def call(self, caller: Caller, operation: str, parameters: Mapping[str, Any]) -> Answer:
        answer = self._call(caller, operation, parameters)
        self.answers.append(answer)
        return answer

    def row(self, row: list[Any]) -> None:
        first, argument, *rest = row
        expectation = rest[0] if rest else {}
        first = self.variables.put_into(first)
        if first[0].islower():
            if rest:
                raise Mismatch(f"the control {first} has no answer, so its row can't have an expectation")
            CONTROLS[first](self, self.variables.put_into(argument))
            return
        for number in range(1, expectation.get("times", 1) + 1):
            self.variables["n"] = number
            self.step(first, self.variables.put_into(argument), expectation)

    def step(self, operation: str, parameters: dict[str, Any], expectation: dict[str, Any]) -> None:
        unknown = expectation.keys() - _EXPECTATIONS
        if unknown:
            raise Mismatch(f"an expectation has no key {sorted(unknown)}")
        unread = expectation.keys() & (_OF_A_REPLY if "error" in expectation else _OF_A_REFUSAL)
        if unread:
            raise Mismatch(
                f"{sorted(unread)} has no effect in a row {'with' if 'error' in expectation else 'without'} an error"
            )
        young = parameters.keys() - model.operation(operation).input_shape.members.keys()
        if young:
            pytest.skip(f"this botocore is older than {', '.join(sorted(young))} of {operation}")
        before = self.sm._parts.service.secrets()
        caller = CALLERS[self.variables.put_into(expectation.get("by", "owner"))]
        answer = self.call(caller, operation, parameters)
        require_well_formed(operation, answer)
        if answer.code is not None:
            require(self.sm._parts.service.secrets() == before, f"the refusal {answer.code} has changed something")
        if "error" in expectation:
            self.require_error(answer, expectation)
            return
        require(answer.code is None, f"refused with {answer.code}: {answer.message}")
        ordered = set(expectation.get("ordered", ()))
        for kind, whole in (("reply", False), ("exactly", True)):
            if kind in expectation:
                expected = as_far_as_known(operation, self.variables.put_into(expectation[kind]))
                Match(self.sm, ordered, whole).require(expected, answer.reply, kind)
        for member in expectation.get("absent", ()):
            require(member not in answer.reply, f"the reply has {member}: {answer.reply.get(member)!r}")
        for name, path in expectation.get("save", {}).items():
            self.variables[name] = value_at(answer.reply, path)

    def require_error(self, answer: Answer, expectation: dict[str, Any]) -> None:
        code, message = self.variables.put_into(expectation["error"])
        require(answer.code is not None, f"not refused with {code}, but answered with {dict(answer.reply)!r}")
        match = Match(self.sm, set(), whole=True)
        match.require((code, message), (answer.code, answer.message), "error")
        match.require(expectation.get("status", 400), answer.status, "status")
        declared = expectation.get("top_level", answer.code in model.modelled_errors())
        match.require(answer.message if declared else None, answer.top_level, "message at the top level")


_OF_A_REPLY = {"reply", "exactly", "absent", "ordered", "save"}
_OF_A_REFUSAL = {"status", "top_level"}
_EXPECTATIONS = {*_OF_A_REPLY, *_OF_A_REFUSAL, "error", "by", "times"}


YOUNG_IN_REPLIES = {"PolicyName"}
"""Members of replies that AWS added later than the oldest botocore that is supported."""


def as_far_as_known(operation: str, expected: Any) -> Any:
    """The expected reply, without the young members that this botocore doesn't know."""
    shape = model.operation(operation).output_shape
    unknown = YOUNG_IN_REPLIES - (shape.members.keys() if shape else set())
    return {name: value for name, value in expected.items() if name not in unknown} if unknown else expected


def require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Mismatch(otherwise)


def value_at(reply: Any, path: str) -> Any:
    for name in path.split("."):
        reply = reply[int(name)] if name.isdigit() else reply[name]
    return reply


def require_well_formed(operation: str, answer: Answer) -> None:
    """Check what is true of every answer to every call."""
    described = model.service_model().operation_model(operation)
    if answer.code is None:
        require(answer.status == 200, f"status {answer.status}")
        require_shape(described.output_shape, answer.reply)
        return
    declared = {shape.name for shape in described.error_shapes} | COMMON_ERRORS
    require(answer.code in declared, f"{answer.code} ({answer.message}) is not declared for {operation}")
    require(bool(answer.message), f"{answer.code} has no text")


def require_shape(shape: StructureShape | None, reply: Mapping[str, Any]) -> None:
    """Require the members of the service description, and no others."""
    if shape is None:
        require(not reply, f"an operation without output answers with {dict(reply)!r}")
        return
    report = ParamValidator().validate(dict(reply), shape)
    require(not report.has_errors(), report.generate_report())


# --- comparing ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Match:
    """Compares a value with a pattern. With `whole`, the value has no member that the pattern doesn't have."""

    sm: SecretsManager
    ordered: set[str]
    whole: bool

    _MAPS = ("VersionIdsToStages", "SecretVersionsToStages")
    _TIME = re.compile(r"\{(now|midnight)(?:\+(\d+)d)?\}")

    def require(self, expected: Any, actual: Any, path: str) -> None:
        if isinstance(expected, str):
            self._require_text(expected, actual, path)
        elif isinstance(expected, dict) and isinstance(actual, Mapping):
            self._require_members(expected, actual, path)
        elif isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
            self._require_items(list(expected), list(actual), path)
        else:
            require(expected == actual, f"{path} is {actual!r}, not {expected!r}")

    def holds(self, expected: Any, actual: Any) -> bool:
        try:
            self.require(expected, actual, "")
        except Mismatch:
            return False
        return True

    def _require_text(self, expected: str, actual: Any, path: str) -> None:
        if expected == "{any}":
            return
        if time := self._TIME.fullmatch(expected):
            self._require_time(time[1], int(time[2] or 0), actual, path)
            return
        pattern = expected[3:] if expected.startswith("re:") else ".+".join(map(re.escape, expected.split("{any}")))
        matches = isinstance(actual, str) and re.fullmatch(pattern, actual, re.DOTALL)
        require(bool(matches), f"{path} is {actual!r}, not {expected!r}")

    def _require_time(self, name: str, days: int, actual: Any, path: str) -> None:
        now = self.sm.clock.now
        expected = (now if name == "now" else now.replace(hour=0, minute=0, second=0, microsecond=0)) + timedelta(days)
        tolerance = timedelta(minutes=1 if name == "now" else 0)
        matches = isinstance(actual, datetime) and abs(actual - expected) <= tolerance
        require(matches, f"{path} is {actual!r}, not about {expected}")

    def _require_members(self, expected: dict[str, Any], actual: Mapping[str, Any], path: str) -> None:
        for name, value in expected.items():
            if value == "{absent}":
                require(name not in actual, f"{path} has {name}: {actual.get(name)!r}")
            else:
                require(name in actual, f"{path} has no {name}, only {sorted(actual)}")
                self.require(value, actual[name], f"{path}.{name}")
        if self.whole or path.endswith(self._MAPS):
            more = actual.keys() - expected.keys()
            require(not more, f"{path} has more members: { {name: actual[name] for name in sorted(more)} }")

    def _require_items(self, expected: list[Any], actual: list[Any], path: str) -> None:
        require(len(expected) == len(actual), f"{path} has {len(actual)} items, not {len(expected)}: {actual!r}")
        if path == "error" or path.rpartition(".")[2] in self.ordered:
            for index, (wanted, item) in enumerate(zip(expected, actual, strict=True)):
                self.require(wanted, item, f"{path}.{index}")
            return
        require(self._pairs_up(expected, actual), f"{path} is {actual!r}, not {expected!r} in any order")

    def _pairs_up(self, expected: list[Any], actual: list[Any]) -> bool:
        if not expected:
            return True
        first, *others = expected
        return any(
            self.holds(first, item) and self._pairs_up(others, actual[:index] + actual[index + 1 :])
            for index, item in enumerate(actual)
        )


# --- controls ----------------------------------------------------------------------------------------------------


def seed(runner: Runner, options: dict[str, Any]) -> None:
    """`["seed", { name, value, versions, … }]`: seeds a secret, with the options of `sm.seed`.

    `rotation = { days, schedule, duration }` uses the registered function.
    """
    versions = [_version(item) if isinstance(item, dict) else item for item in options.pop("versions", ())]
    if "rotation" in options:
        options["rotation"] = Rotation(runner.variables.get("function"), **options["rotation"])
    runner.variables["arn"] = runner.sm.seed(**options, versions=versions).arn


def _version(item: dict[str, Any]) -> Version:
    age = timedelta(days=item.pop("age_days", 0))
    return Version(item.pop("value"), age=age, **item)


def key(runner: Runner, options: dict[str, Any]) -> None:
    """`["key", { alias, region, account }]`: makes a KMS key, which `{key_id}` and `{key_arn}` name."""
    made = runner.sm.kms.create_key(**options)
    runner.variables |= {"key_id": made.id, "key_arn": made.arn}


def role(runner: Runner, options: dict[str, Any]) -> None:
    """`["role", { name, policy, … }]`: makes a role; ordinary clients of the owner act as it from now on.

    `{caller}` is the ARN of its session, `{role}` its own.
    """
    made = runner.sm.iam.role(**options)
    runner.variables |= {"role": made.arn, "caller": f"arn:aws:sts::{made.account}:assumed-role/{made.name}/pytest"}
    runner.sm._parts.callers.begin(Acting(principal_of(made)))


def enforce(runner: Runner, _: object) -> None:
    """`["enforce", true]`: puts IAM in force without a role."""
    runner.sm.iam.enforce()


def advance(runner: Runner, options: dict[str, Any]) -> None:
    """`["advance", { days, hours, … }]`: advances the clock."""
    runner.sm.clock.advance(**options)


def set_clock(runner: Runner, moment: datetime) -> None:
    """`["set", moment]`: sets the clock."""
    runner.sm.clock.set(moment)


def labels(runner: Runner, expected: dict[str, list[str]]) -> None:
    """`["labels", { v1 = ["AWSCURRENT"], … }]`: checks the labels of each version of `db`.

    DescribeSecret has to show those labels, and ListSecretVersionIds with IncludeDeprecated all versions that have a
    value.
    """
    stages = {version_id(int(name[1:])): sorted(names) for name, names in expected.items()}
    shown = runner.call(CALLERS["owner"], "DescribeSecret", {"SecretId": "db"}).reply
    described = {id_: sorted(names) for id_, names in shown.get("VersionIdsToStages", {}).items()}
    require(
        described == {id_: names for id_, names in stages.items() if names},
        f"DescribeSecret shows these labels: {described}",
    )
    listing = {"SecretId": "db", "IncludeDeprecated": True}
    entries = runner.call(CALLERS["owner"], "ListSecretVersionIds", listing).reply["Versions"]
    listed = {entry["VersionId"]: sorted(entry.get("VersionStages", ())) for entry in entries}
    held = {version.id for version in runner.sm.secret("db").versions if version.value is not None}
    expected_list = {id_: names for id_, names in stages.items() if id_ in held}
    require(listed == expected_list, f"ListSecretVersionIds shows these versions: {listed}")


def replica(runner: Runner, name: str) -> None:
    """`["replica", name]`: makes a secret that is the replica of one in Ireland."""
    runner.sm.seed(name, "one", region="eu-west-1", replicas=[REGION])


def cross_account_replica(runner: Runner, status: str) -> None:
    """`["cross_account_replica", status]`: seeds `db` and makes its replica `copy` in the stranger's account.

    `Pending`: `copy` is not associated; `InSync`: it is. `{arn}` is the ARN of `db`, `{replica}` that of `copy`.
    """
    seed(runner, {"name": "db", "value": "one"})
    key(runner, {"alias": "alias/theirs", "account": CALLERS["stranger"].account})
    made = {"Name": "copy", "KmsKeyId": "alias/theirs", "CrossAccountPrimaryARN": runner.variables["arn"]}
    runner.variables["replica"] = runner.call(CALLERS["stranger"], "CreateSecret", made).reply["ARN"]
    if status == "InSync":
        link = {"SecretId": "db", "CrossAccountReplicaARN": runner.variables["replica"]}
        runner.call(CALLERS["owner"], "AssociateCrossAccountReplica", link)


def register(runner: Runner, handler: str) -> None:
    """`["register", handler]`: registers a function of rotation_functions.py, whose ARN is `{function}`."""

    def call(operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return runner.call(CALLERS["owner"], operation, parameters).reply

    runner.variables["function"] = runner.sm.rotation.register(rotation_functions.HANDLERS[handler](call), name=handler)


def hold(runner: Runner, where: dict[str, str]) -> None:
    """`["hold", { before = step }]` or `after`: holds the next rotation of `db` at the step."""
    runner.variables["hold"] = runner.sm.rotation.hold("db", **where)


def resume(runner: Runner, expected: str) -> None:
    """`["resume", state]`: resumes the held rotation, and checks its last state."""
    state = runner.variables["hold"].resume().state
    require(state == expected, f"the rotation is {state}")


def announce(runner: Runner, announced: str) -> None:
    """`["announce", version id]`: starts a rotation of `db`, held while its version has no value."""
    register(runner, "idle")
    hold(runner, {"before": "createSecret"})
    parameters = {"SecretId": "db", "ClientRequestToken": announced, "RotationLambdaARN": runner.variables["function"]}
    runner.call(CALLERS["owner"], "RotateSecret", parameters)


def fail(runner: Runner, step: str) -> None:
    """`["fail", step]`: makes the next step of that name fail instead of calling the function."""
    runner.sm.rotation.fail(step, RuntimeError("on purpose"))


def steps(runner: Runner, expected: list[str]) -> None:
    """`["steps", [step, …]]`: checks the steps so far, each as `name` or, if it failed, as `name failed`."""
    ran = [
        step.step if step.error is None else f"{step.step} failed"
        for run in runner.sm.rotation.runs
        for step in run.steps
    ]
    require(ran == expected, f"these steps ran: {ran}")


def events(runner: Runner, expected: list[str]) -> None:
    """`["events", [name, …]]`: checks the events of AWS itself so far, as `name` or `name: message`."""
    logged = [
        event.operation if event.error_message is None else f"{event.operation}: {event.error_message}"
        for event in runner.sm.log
        if event.by_service
    ]
    Match(runner.sm, {"events"}, whole=True).require(expected, logged, "events")


def hold_replication(runner: Runner, where: str) -> None:
    """`["hold_replication", region or account]`: holds replication to that region or account."""
    place = {"account": where} if where.isdigit() else {"region": where}
    runner.variables["replication"] = runner.sm.replication.hold(**place)


def resume_replication(runner: Runner, _: str) -> None:
    """`["resume_replication", ""]`: resumes the held replication."""
    runner.variables["replication"].resume()


def blob(runner: Runner, size: int) -> None:
    """`["blob", size]`: sets `{big}` to that many bytes."""
    runner.variables["big"] = b"x" * size


CONTROLS: dict[str, Callable[[Runner, Any], None]] = {
    "seed": seed,
    "key": key,
    "role": role,
    "enforce": enforce,
    "advance": advance,
    "set": set_clock,
    "labels": labels,
    "replica": replica,
    "cross_account_replica": cross_account_replica,
    "register": register,
    "hold": hold,
    "resume": resume,
    "announce": announce,
    "fail": fail,
    "steps": steps,
    "events": events,
    "hold_replication": hold_replication,
    "resume_replication": resume_replication,
    "blob": blob,
    "disable": lambda runner, name: runner.sm.kms.disable(name),
    "enable": lambda runner, name: runner.sm.kms.enable(name),
    "schedule_deletion": lambda runner, name: runner.sm.kms.schedule_deletion(name),
    "deny": lambda runner, name: runner.sm.kms.deny(name),
    "allow": lambda runner, name: runner.sm.kms.allow(name),
}
