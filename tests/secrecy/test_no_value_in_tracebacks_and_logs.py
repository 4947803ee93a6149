"""No error, log record or warning of the package shows a plain value, whatever a busy run does."""

import logging
import traceback
import warnings
from collections.abc import Iterator

import pytest
from busy_run import FAILED, MISUSED, REFUSED, keep_busy
from marked import is_marked, secret_value

import pytest_secretsmanager
from pytest_secretsmanager import SecretsManager

PACKAGE = pytest_secretsmanager.__name__

EVERYTHING = 1
"""The lowest level of logging. 0 would mean that of the parent."""

OF_THE_NETWORK = {"botocore.endpoint", "botocore.parsers"}
"""The loggers of botocore that show a request and a reply, as in production, if a call takes the long way."""


@pytest.fixture
def errors(secretsmanager: SecretsManager) -> list[BaseException]:
    """Every error of a busy run, with all its causes and contexts, shown or not."""
    left: list[BaseException | None] = []
    keep_busy(secretsmanager, left.append)
    found: dict[int, BaseException] = {}
    while left:
        error = left.pop()
        if error is not None and id(error) not in found:
            found[id(error)] = error
            left += [error.__cause__, error.__context__]
    return [*found.values()]


def test_a_busy_run_has_errors_of_each_kind(errors: list[BaseException]) -> None:
    assert len(errors) >= len(REFUSED) + len(MISUSED) + len(FAILED)


def test_the_text_of_no_error_shows_a_value(errors: list[BaseException]) -> None:
    shown = [(type(error), "".join(traceback.format_exception_only(error)), repr(error.args)) for error in errors]
    assert [kind for kind, *texts in shown if any(map(is_marked, texts))] == []


def test_no_frame_of_the_package_shows_a_value_in_its_local_variables(errors: list[BaseException]) -> None:
    shown = [summary for error in errors for summary in own_frames(error)]
    assert [summary.name for summary in shown if is_marked(repr(summary.locals))] == []


def own_frames(error: BaseException) -> Iterator[traceback.FrameSummary]:
    """The frames of the package in an error's traceback, as tools print them with their local variables."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    captured = traceback.TracebackException.from_exception(error, capture_locals=True).stack
    for frame, summary in zip(frames, captured, strict=True):
        if str(frame.f_globals.get("__name__")).partition(".")[0] == PACKAGE:
            yield summary


class _Kept(logging.Handler):
    """Notes the loggers of all records that show a value, and of all others."""

    def __init__(self) -> None:
        super().__init__(EVERYTHING)
        self.showing: set[str] = set()
        self.others: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        is_showing = is_marked(f"{record.getMessage()} {vars(record)}")
        (self.showing if is_showing else self.others).add(record.name)


@pytest.fixture
def records(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Kept]:
    """The records of all loggers at every level."""
    root, kept = logging.getLogger(), _Kept()
    monkeypatch.setattr(root, "level", EVERYTHING)
    root.manager._clear_cache()  # type: ignore[attr-defined]
    root.addHandler(kept)
    yield kept
    root.removeHandler(kept)
    root.manager._clear_cache()  # type: ignore[attr-defined]


def test_no_log_record_shows_a_value_but_those_of_botocores_requests(
    secretsmanager: SecretsManager, records: _Kept
) -> None:
    keep_busy(secretsmanager)
    assert records.showing == OF_THE_NETWORK
    assert not any(name.startswith(PACKAGE) for name in records.others)


def test_no_log_record_of_a_call_on_the_short_way_shows_a_value(secretsmanager: SecretsManager, records: _Kept) -> None:
    client = secretsmanager.client()
    client.create_secret(Name="db", SecretString=secret_value("created"))
    assert is_marked(client.get_secret_value(SecretId="db")["SecretString"])
    with pytest.raises(client.exceptions.ResourceExistsException):
        client.create_secret(Name="db", SecretString=secret_value("taken"))
    assert records.showing == set()


def test_no_warning_shows_a_value(secretsmanager: SecretsManager) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        keep_busy(secretsmanager)
        secretsmanager.iam.acting_as(secretsmanager.iam.role("without-a-block"))
    assert caught
    assert [str(one.message) for one in caught if is_marked(f"{one.message} {one.source}")] == []
