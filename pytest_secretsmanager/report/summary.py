"""The summary of a run, as lines of plain text: no wider than the terminal, and each part bounded."""

from collections.abc import Iterator, Sequence
from typing import Any

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.wording import count_text
from pytest_secretsmanager.report import summary_facts
from pytest_secretsmanager.report.records import RunRecords
from pytest_secretsmanager.report.summary_facts import OUTSIDE, Finding
from pytest_secretsmanager.report.summary_layout import Page

CALLS_CHARGED = 10_000
PRICE_OF_CALLS = 0.05
"""The price of so many calls, in US dollars. DOC: aws.amazon.com/secrets-manager/pricing, as of 2025."""

_MILLION = 1_000_000

_MOST_OPERATIONS = 10
_MOST = 5
_MOST_ACTIONS = 40
_LONGEST_TEXT = 300

NO_CALLS = "no test called Secrets Manager"


def summary_lines(records: RunRecords, width: int) -> list[str]:
    """The lines of the summary: the totals, then each part that has content, after an empty line."""
    page = Page(width)
    parts = [_crashes(records, page)]
    if any(count.calls for count in summary_facts.counts_of(records)):
        parts += _parts(records, page)
    return [*page.filled(_totals(records)), *(line for part in parts if part for line in ("", *part))]


def _parts(records: RunRecords, page: Page) -> Iterator[list[str]]:
    yield _operations(records, page)
    yield _tests_with_most_calls(records, page)
    yield _missing(records, page)
    yield _unread(records, page)
    yield _repeated(records, page)
    yield _put_rates(records, page)
    yield _unfinished(records, page)
    yield _actions(records, page)


def _totals(records: RunRecords) -> str:
    counts = summary_facts.counts_of(records)
    calls, errors = sum(count.calls for count in counts), sum(count.errors for count in counts)
    if not calls:
        return NO_CALLS
    tests = {record.nodeid for record in records.tests}
    calling = {record.nodeid for record in records.tests if record.counts}
    outside = sum(count.calls for count in records.outside.counts)
    more = f" and {OUTSIDE}" if outside else ""
    return (
        f"{count_text(calls, 'call')} in {len(calling):,} of {count_text(len(tests), 'test')}{more}, {errors:,} refused"
    )


# --- the parts -------------------------------------------------------------------------------------------------------


def _crashes(records: RunRecords, page: Page) -> list[str]:
    tests = summary_facts.crashed_tests(records)
    items = [page.name(test) for test in tests[:_MOST]]
    return page.items("calls are lost, since a worker crashed in these tests", items, len(tests))


def _operations(records: RunRecords, page: Page) -> list[str]:
    counts = summary_facts.counts_of(records)
    rows = [(count.operation, f"{count.calls:,}", f"{count.errors:,}") for count in counts[:_MOST_OPERATIONS]]
    return page.table(("calls by operation", "calls", "errors"), rows, len(counts))


def _tests_with_most_calls(records: RunRecords, page: Page) -> list[str]:
    tests = summary_facts.tests_by_calls(records)
    rows = [(one.test, f"{one.calls:,}", f"{one.seconds:.2f}") for one in tests[:_MOST]]
    return page.table(("tests with the most calls", "calls", "test seconds"), rows, len(tests))


def _missing(records: RunRecords, page: Page) -> list[str]:
    found = summary_facts.missing_secrets(records)
    secrets = _secrets([one.subject.key for one in found[:_MOST]], page)
    items = [
        f"{secret}: {count_text(one.times, 'call')} {_in_tests(one, page)}{_text_after(one.subject.advice, page)}"
        for secret, one in zip(secrets, found, strict=False)
    ]
    return page.items("secrets asked for but absent", items, len(found))


def _unread(records: RunRecords, page: Page) -> list[str]:
    found = summary_facts.unread_seeds(records)
    written = summary_facts.only_written(records)
    secrets = _secrets([one.subject for one in found[:_MOST]], page)
    items = [
        f"{secret}: {_in_tests(one, page)}{', only written' if one.subject in written else ''}"
        for secret, one in zip(secrets, found, strict=False)
    ]
    return page.items("secrets seeded but never read by a call", items, len(found))


def _repeated(records: RunRecords, page: Page) -> list[str]:
    price = _MILLION / CALLS_CHARGED * PRICE_OF_CALLS
    title = (
        "secrets read again and again with no write in between: a cache or BatchGetSecretValue would do (AWS charges "
        f"${price:.2f} for a million calls)"
    )
    return _list_of_numbers(title, "read", summary_facts.repeated_reads(records), page)


def _put_rates(records: RunRecords, page: Page) -> list[str]:
    title = "secrets written at a rate that leads to the version quota: more than one write in ten minutes"
    return _list_of_numbers(title, "write", summary_facts.put_rates(records), page)


def _list_of_numbers(title: str, noun: str, found: Sequence[Finding[SecretKey]], page: Page) -> list[str]:
    secrets = _secrets([one.subject for one in found[:_MOST]], page)
    items = [
        f"{secret}: {count_text(one.times, noun)} {_in_tests(one, page)}"
        for secret, one in zip(secrets, found, strict=False)
    ]
    return page.items(title, items, len(found))


def _unfinished(records: RunRecords, page: Page) -> list[str]:
    found = summary_facts.unfinished_rotations(records)
    secrets = _secrets([one.subject.key for one in found[:_MOST]], page)
    items = [
        f"{secret}: {_in_tests(one, page)}{_text_after(one.subject.text, page)}"
        for secret, one in zip(secrets, found, strict=False)
    ]
    return page.items("rotations left unfinished", items, len(found))


def _actions(records: RunRecords, page: Page) -> list[str]:
    actions = summary_facts.actions_of(records)
    items = [", ".join(actions[:_MOST_ACTIONS])] if actions else []
    return page.items("IAM actions used", items, 1 + max(0, len(actions) - _MOST_ACTIONS))


# --- words -----------------------------------------------------------------------------------------------------------


def _secrets(keys: Sequence[SecretKey], page: Page) -> list[str]:
    """The secrets by name and region, and by account if they are of several."""
    has_accounts = len({key.account for key in keys}) > 1
    return [
        f"{page.name(key.name)} in {key.region}{f' of account {key.account}' if has_accounts else ''}" for key in keys
    ]


def _in_tests(finding: Finding[Any], page: Page) -> str:
    """The test of a finding, or the number of its tests with the first one."""
    tests = finding.tests
    if len(tests) == 1:
        return OUTSIDE if tests[0] == OUTSIDE else f"in {page.name(tests[0])}"
    return f"in {len(tests):,} tests, such as {page.name(tests[0])}"


def _text_after(text: str, page: Page) -> str:
    return f"; {page.words(text, _LONGEST_TEXT)}" if text else ""
