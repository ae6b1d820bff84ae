"""The course of a start: whatever a script sends, it ends as a worker or as an error, in time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.worker.causes import from_report
from bridge.worker.course import MOST, Course
from bridge.worker.errors import ScriptMessageError, StageTimeoutError, WorkerLoadError
from bridge.worker.stages import Limits, Stage

LIFE = "the name of this start"
LIMITS = Limits(1.0, 2.0, 3.0, 4.0)
STAGES = [stage.value for stage in Stage]
KINDS = ["stage", "made", "progress", "alive", "failed", "fatal", "rejection", "pong", "other"]

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(STAGES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
fields = st.dictionaries(
    st.sampled_from(["stage", "life", "text", "note", "fatal", "cause", "report", "status", "url"]),
    values | st.sampled_from([LIFE, "python"]),
)
sent = st.builds(lambda kind, rest: {"kind": kind, **rest}, st.sampled_from(KINDS) | values, fields)
true_stages = st.sampled_from(STAGES).map(
    lambda stage: {"kind": "stage", "stage": stage, "life": LIFE}
)
messages = st.lists(st.tuples(st.floats(0, 5), sent | values | true_stages), max_size=30)


def proper(*, making: bool = False) -> list[dict[str, Any]]:
    later = ["made"] if making else STAGES[1:]
    return [
        {"kind": "stage", "stage": "script"},
        *({"kind": "made" if making else "stage", "stage": name, "life": LIFE} for name in later),
    ]


def run(script: list[tuple[float, Any]], until: str = "ready") -> str:
    """Take messages at their times, as `bridge.worker.starting.Start` does."""
    try:
        return _run(script, until)
    except WorkerLoadError as error:
        return type(error).__name__


def _run(script: list[tuple[float, Any]], until: str) -> str:
    now = 0.0
    course = Course(LIMITS, LIFE, until, now)
    for pause, message in script:
        if course.left(now) < pause:
            raise course.overdue(now + max(course.left(now), 0.0))
        now += pause
        found = course.take(message, now)
        if found.kind == "failed":
            raise from_report(course.stage, found.facts)
        if course.over:
            return "a worker"
    raise course.overdue(now)


@given(messages, st.sampled_from(["ready", "made"]))
def test_whatever_a_script_sends_the_start_ends_as_a_worker_or_a_load_error(
    script: list[tuple[float, Any]], until: str
) -> None:
    if run(script, until) == "a worker":
        found = [m.get("stage", "made") for _, m in script if isinstance(m, dict) and "kind" in m]
        assert found[-1] == until or until == "made"


@given(st.lists(st.floats(0, 0.9), max_size=300))
def test_no_stage_outlasts_ten_times_its_limit_however_much_it_reports(
    pauses: list[float],
) -> None:
    course = Course(LIMITS, LIFE, "ready", 0.0)
    now = 0.0
    for pause in pauses:
        now += pause
        if course.left(now) <= 0:
            break
        course.take({"kind": "progress", "note": "still busy"}, now)
    assert now + course.left(now) <= MOST * LIMITS.script + 1e-6


@given(st.data())
def test_messages_that_no_script_of_bridge_sends_do_not_prolong_a_stage(
    data: st.DataObject,
) -> None:
    course = Course(LIMITS, LIFE, "ready", 0.0)
    before = course.left(0.5)
    message = data.draw(values)
    course.take(message, 0.5)
    assert course.left(0.5) == before


@pytest.mark.parametrize("making", [False, True])
def test_stages_in_their_order_end_the_start(making: bool) -> None:
    script = [(0.1, message) for message in proper(making=making)]
    assert run(script, "made" if making else "ready") == "a worker"
    assert run(script[:-1], "made" if making else "ready") == "StageTimeoutError"


@pytest.mark.parametrize(
    "script",
    [
        [{"kind": "stage", "stage": "ready", "life": LIFE}],
        [{"kind": "stage", "stage": "nonsense"}],
        [{"kind": "stage"}],
        [{"kind": "stage", "stage": ["script"]}],
        [{"kind": "made", "life": LIFE}],
        [*proper()[:1], {"kind": "stage", "stage": "runtime"}],
        [*proper()[:1], {"kind": "stage", "stage": "runtime", "life": "a guess"}],
        [*proper()[:2], *proper()[:1]],
    ],
    ids=str,
)
def test_a_stage_out_of_its_order_or_reported_unasked_is_refused(script: list[Any]) -> None:
    assert run([(0.0, message) for message in script]) == "ScriptMessageError"


def test_what_is_wrong_with_a_message_is_told() -> None:
    with pytest.raises(ScriptMessageError, match="'nonsense' while 'script' is in progress"):
        Course(LIMITS, LIFE, "ready", 0.0).take({"kind": "stage", "stage": "nonsense"}, 0.0)


def test_silence_and_endless_progress_are_told_apart() -> None:
    course = Course(LIMITS, LIFE, "ready", 0.0)
    silent = course.overdue(1.0)
    moving = course.overdue(10.0)
    assert isinstance(silent, StageTimeoutError)
    assert (silent.limit, silent.moving) == (1.0, False)
    assert (moving.limit, moving.moving) == (10.0, True)
