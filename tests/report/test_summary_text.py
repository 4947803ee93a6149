"""The summary of a run as text: its parts, their bounds and their order."""

import pytest

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.report import records
from pytest_secretsmanager.report.summary import CALLS_CHARGED, PRICE_OF_CALLS, summary_lines

PLACE = ("us-east-1", "123456789012")
ARNS = "arn:aws:secretsmanager:us-east-1:123456789012:secret"


def key(name: str, region: str = "us-east-1", account: str = "123456789012") -> SecretKey:
    return SecretKey(region, account, name)


def record(test: str = "test_it", *, calls: int = 1, **fields: object) -> records.TestRecord:
    """A record of a passed test with this number of calls."""
    made = records.TestRecord(test, "test_it.py", counts=(records.Count("GetSecretValue", calls, 0),))
    return made._replace(**fields)


def lines_of(*tests: records.TestRecord, outside: records.TestRecord | None = None, width: int = 80) -> list[str]:
    return summary_lines(records.RunRecords(tests, outside or records.TestRecord("", "")), width)


def part(title: str, lines: list[str]) -> list[str]:
    """The lines below a title, to the next empty line."""
    begin = next(number for number, line in enumerate(lines) if line.startswith(title)) + 1
    return lines[begin : [*lines, ""].index("", begin)]


def test_a_run_without_a_call_has_one_line() -> None:
    assert lines_of(record(calls=0)) == lines_of() == ["no test called Secrets Manager"]


def test_parts_without_content_are_left_out() -> None:
    titles = [line for line in lines_of(record()) if line and not line.startswith(" ")]
    assert titles == [
        "1 call in 1 of 1 test, 0 refused",
        "calls by operation  calls  errors",
        "tests with the most calls  calls  test seconds",
    ]


def test_numbers_have_separators_of_thousands() -> None:
    lines = lines_of(record(calls=1234567, duration=3.14159))
    assert lines[0] == "1,234,567 calls in 1 of 1 test, 0 refused"
    assert part("tests with", lines) == ["  test_it                  1,234,567          3.14"]


def test_each_part_is_bounded() -> None:
    names = [f"n{number:02}" for number in range(50)]
    tests = [
        record(
            f"test_{name}",
            counts=(records.Count(f"Operation{name}", 1, 0),),
            actions=(f"secretsmanager:{name}",),
            seeded=(key(f"unread{name}"),),
            absent=(records.Absent(name, *PLACE, "there is 'x'", 1),),
            repeats=(records.Repeat(key(name), 3),),
            put_rates=(
                records.PutRate(f"arn:aws:secretsmanager:us-east-1:123456789012:secret:{name}-AbCdEf", 11, 9.0),
            ),
            unfinished=(records.Unfinished(key(name), False, "it is held"),),
        )
        for name in names
    ]
    lines = lines_of(*tests, *(record(f"crash_{name}", is_crashed=True, counts=()) for name in names))
    more = [line for line in lines if "more" in line and "than" not in line]
    assert more == [
        *["  … and 45 more"],
        *["  … and 40 more"],
        *["  … and 45 more"] * 6,
        *["  … and 10 more"],
    ]
    assert len(lines) < 100


def test_the_order_of_the_records_does_not_change_the_summary() -> None:
    tests = [
        record(f"test_{number}", calls=1 + number % 2, repeats=(records.Repeat(key(f"db{number % 3}"), 3),))
        for number in range(9)
    ]
    assert lines_of(*tests) == lines_of(*reversed(tests))


def test_a_secret_of_several_accounts_is_shown_with_its_account() -> None:
    repeats = (records.Repeat(key("db"), 4), records.Repeat(key("db", account="210987654321"), 3))
    assert part("secrets read", lines_of(record(repeats=repeats), width=200)) == [
        "  db in us-east-1 of account 123456789012: 4 reads in test_it",
        "  db in us-east-1 of account 210987654321: 3 reads in test_it",
    ]


def test_the_price_of_a_million_calls_follows_from_the_price_of_ten_thousand() -> None:
    title = next(line for line in lines_of(record(repeats=(records.Repeat(key("db"), 3),)), width=200) if "AWS" in line)
    assert f"${1_000_000 / CALLS_CHARGED * PRICE_OF_CALLS:.2f} for a million calls" in title


@pytest.mark.parametrize(
    ("fields", "unread"),
    [
        pytest.param({}, ["  db in us-east-1: in test_it"], id="unread"),
        pytest.param({"read": (key("db"),)}, [], id="read"),
        pytest.param({"read": (key("db", region="eu-west-1"),)}, [], id="replica read"),
        pytest.param({"written": (key("db"),)}, ["  db in us-east-1: in test_it, only written"], id="only written"),
        pytest.param({"outcome": "failed"}, [], id="failed before it could read"),
        pytest.param({"outcome": "skipped"}, [], id="skipped"),
    ],
)
def test_a_seed_of_a_passed_test_is_unread_if_no_call_reads_it(fields: dict[str, object], unread: list[str]) -> None:
    lines = lines_of(record(seeded=(key("db"),), **fields))
    assert ("secrets seeded but never read by a call" in lines) == bool(unread)
    assert not unread or part("secrets seeded", lines) == unread


def test_findings_name_the_first_of_several_tests() -> None:
    unfinished = (records.Unfinished(key("db"), False, "it is held before setSecret"),)
    lines = lines_of(*(record(f"test_{name}", unfinished=unfinished) for name in "cab"), width=200)
    assert part("rotations", lines) == ["  db in us-east-1: in 3 tests, such as test_a; it is held before setSecret"]


@pytest.mark.parametrize(
    ("advice", "text"),
    [(("there is 'a'", "there is 'b'", "there is 'b'"), "; there is 'b'"), (("", "", ""), "")],
    ids=["most frequent advice", "without advice"],
)
def test_a_missing_secret_is_listed_once_for_all_tests(advice: tuple[str, ...], text: str) -> None:
    tests = [record(f"test_{at}", absent=(records.Absent("db", *PLACE, one, 1),)) for at, one in enumerate(advice)]
    lines = lines_of(*tests, width=200)
    assert part("secrets asked for", lines) == [f"  db in us-east-1: 3 calls in 3 tests, such as test_0{text}"]


def test_a_test_that_crashed_several_workers_is_listed_once() -> None:
    lines = lines_of(*(record("test_it", is_crashed=True, counts=(), worker=f"gw{at}") for at in range(3)))
    assert part("calls are lost", lines) == ["  test_it"]


@pytest.mark.parametrize("width", [40, 80, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    long = "a b" * 5000
    lines = lines_of(
        record(
            f"test_it.py::test[{long}]",
            is_crashed=True,
            absent=(records.Absent(long, *PLACE, f"did you mean {long!r} or {'y' * 600!r}?", 1),),
            repeats=(records.Repeat(key(long), 3),),
            actions=tuple(f"secretsmanager:Action{number}" for number in range(30)),
        ),
        width=width,
    )
    assert max(map(len, lines)) <= width
