"""Pictures by their form: each is the one that would be drawn for its history alone."""

from typing import NamedTuple

import pytest
from filled_form import filled

from pytest_secretsmanager.engine.state import SecretKey
from pytest_secretsmanager.inspection.histories import History, Life, Rotation, Span
from pytest_secretsmanager.inspection.timelines import forms as forms_module
from pytest_secretsmanager.inspection.timelines.drawing import picture
from pytest_secretsmanager.inspection.timelines.forms import FilledForm, Forms


class Call(NamedTuple):
    operation: str
    time: float
    error: str | None = None
    caller: str | None = "test_app.py:5"
    by_service: bool = False


READ = Call("GetSecretValue", 1_767_323_045.25)
REFUSED = READ._replace(error="ResourceNotFoundException")

HISTORY = History(
    SecretKey("us-east-1", "123456789012", "app/db"),
    "arn",
    None,
    None,
    (
        Life("6f1ffc6a-dcea-47e2-b23c-18ab9d7cda76", 1, 1_767_323_000.0, None, None),
        Life("65a8144b-8713-4bd6-bc1e-ae9bb1862cd5", 2, 1_767_323_045.0, 1, None),
    ),
    (Span("AWSCURRENT", "6f1ffc6a-dcea-47e2-b23c-18ab9d7cda76", None, 1),),
    (),
    (0, 1),
)

OTHER = "<b>&'\x00\u202e\ud800数据" + "x" * 400


@pytest.mark.parametrize(
    ("history", "calls"),
    [
        pytest.param(HISTORY, (READ, READ), id="a history"),
        pytest.param(HISTORY._replace(key=SecretKey("us-east-1", "1", OTHER)), (READ, READ), id="another name"),
        pytest.param(HISTORY._replace(key=SecretKey("eu-west-1", "1", "app/db")), (READ, READ), id="another region"),
        pytest.param(HISTORY, (READ._replace(caller=OTHER), READ), id="another caller"),
        pytest.param(HISTORY, (READ._replace(caller=None), READ), id="no caller"),
        pytest.param(HISTORY, (READ, REFUSED), id="a refused call"),
        pytest.param(
            HISTORY._replace(versions=(HISTORY.versions[0]._replace(created=1.0), HISTORY.versions[1])),
            (READ, READ),
            id="a jump before the calls",
        ),
        pytest.param(HISTORY, (READ, READ._replace(by_service=True)), id="an event"),
        pytest.param(HISTORY, (READ._replace(time=1.0), READ._replace(time=1.5)), id="another second"),
        pytest.param(HISTORY, (READ._replace(time=1.0), READ), id="calls at several times"),
        pytest.param(HISTORY._replace(calls=(1,)), (REFUSED, READ), id="other positions"),
        pytest.param(HISTORY._replace(calls=(), spans=(), versions=HISTORY.versions[:1]), (), id="no call"),
        pytest.param(
            HISTORY._replace(rotations=(Rotation("token", "succeeded", ("createSecret",), None, False, 0, 1),)),
            (READ, READ),
            id="a rotation",
        ),
        pytest.param(HISTORY._replace(end=1), (READ, READ), id="a deleted secret"),
        pytest.param(HISTORY._replace(versions=HISTORY.versions[:1]), (READ, READ), id="one version"),
        pytest.param(HISTORY._replace(versions=HISTORY.versions[1:]), (READ, READ), id="an unknown version"),
        pytest.param(
            HISTORY._replace(versions=(Life("x" * 40, None, 1.0, 0, None),), spans=()),
            (READ, READ),
            id="a version without a number",
        ),
        pytest.param(
            HISTORY._replace(versions=tuple(Life(f"{n:040}", n, 1.0, None, None) for n in range(20)), spans=()),
            (READ, READ),
            id="many versions",
        ),
        pytest.param(HISTORY._replace(calls=tuple(range(40))), (READ,) * 40, id="many calls"),
        pytest.param(
            HISTORY._replace(versions=tuple(life._replace(id=life.id[:3] + OTHER) for life in HISTORY.versions[:1])),
            (READ, READ),
            id="a long id",
        ),
        pytest.param(
            HISTORY._replace(spans=(Span(OTHER, HISTORY.versions[1].id, 1, None),)), (READ, READ), id="a label"
        ),
    ],
)
def test_a_picture_by_its_form_is_the_one_that_is_drawn(history: History, calls: tuple[Call, ...]) -> None:
    forms = Forms()
    forms.picture(HISTORY, (READ, READ))  # may have the same form
    assert filled(forms.drawn, forms.picture(history, calls)) == picture(history, calls, is_whole=False)


def test_histories_that_differ_in_texts_only_have_one_form() -> None:
    forms = Forms()
    older = tuple(life._replace(created=life.created - 1, id=life.id[::-1]) for life in HISTORY.versions)
    other = HISTORY._replace(
        key=SecretKey("us-east-1", "1", "app/other"),
        versions=older,
        spans=(HISTORY.spans[0]._replace(version=older[0].id),),
    )
    later = READ._replace(time=READ.time + 5, caller="test_other.py:7")
    drawn = [forms.picture(HISTORY, (READ, READ)), forms.picture(other, (later, later))]
    assert [isinstance(one, FilledForm) and one.form for one in drawn] == [0, 0]
    assert len(forms.drawn) == 1


def test_a_page_has_a_bounded_number_of_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms_module, "_MOST_FORMS", 1)
    forms = Forms()
    forms.picture(HISTORY, (READ, READ))
    assert isinstance(forms.picture(HISTORY, (READ, REFUSED)), str)
    assert isinstance(forms.picture(HISTORY, (READ, READ)), FilledForm)


def test_a_form_whose_drawing_crashed_is_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    forms = Forms()
    with monkeypatch.context() as patched:
        patched.setattr(forms_module, "picture", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            forms.picture(HISTORY, (READ, READ))
    for calls in ((READ, REFUSED), (READ, READ)):
        assert filled(forms.drawn, forms.picture(HISTORY, calls)) == picture(HISTORY, calls, is_whole=False)
