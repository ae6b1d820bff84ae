"""From facts to causes: pure, for every answer of a server and every report of a worker."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._browser.workers import Answer
from bridge.worker import inside
from bridge.worker.causes import ending_of, from_answer, from_report, import_error
from bridge.worker.errors import (
    CrossOriginError,
    Ending,
    HttpStatusError,
    IsolationHeaderError,
    MimeTypeError,
    RemoteTraceback,
    ScriptRaisedError,
    UnreachableError,
    WorkerLoadError,
)
from bridge.worker.stages import Stage

GOOD = Answer(
    reached=True, status=200, type="text/javascript; charset=utf-8", embedder_policy="require-corp"
)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(reached=False), UnreachableError),
        (Answer(reached=False, opaque=True), CrossOriginError),
        (Answer(reached=True, status=503, type="text/javascript"), HttpStatusError),
        (Answer(reached=True, status=200, type=""), MimeTypeError),
        (Answer(reached=True, status=200, type="application/javascript"), IsolationHeaderError),
    ],
)
def test_an_answer_names_the_first_cause_that_it_shows(
    answer: Answer, error: type[WorkerLoadError]
) -> None:
    found = from_answer(Stage.SCRIPT, "/worker.mjs", answer, isolated=True)
    assert type(found) is error
    assert found.inferred


def test_an_answer_without_fault_names_no_cause() -> None:
    assert from_answer(Stage.SCRIPT, "/w", GOOD, isolated=True) is None
    bare = Answer(reached=True, status=200, type="text/javascript")
    assert from_answer(Stage.SCRIPT, "/w", bare, isolated=False) is None


values = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8))
causes = st.sampled_from(["runtime", "library", "lock", "policy", "start", "package", "script"])


@given(
    st.dictionaries(
        st.sampled_from(["url", "reason", "text", "found", "expected", "package", "name"]), values
    ),
    st.one_of(causes, st.text()),
    values,
)
def test_whatever_a_worker_reports_becomes_a_load_error(
    facts: dict[str, object], cause: str, status: object
) -> None:
    if cause != "python":
        error = from_report(Stage.RUNTIME, {**facts, "cause": cause, "status": status})
        assert isinstance(error, WorkerLoadError)
        assert error.stage is Stage.RUNTIME


def test_an_unknown_cause_keeps_its_text() -> None:
    error = from_report(Stage.READY, {"cause": "new", "text": "something", "url": "/start.mjs"})
    assert isinstance(error, ScriptRaisedError)
    assert "something" in str(error)


def test_an_import_error_carries_the_exception_itself_and_its_frames() -> None:
    report = inside.start("json:absent", "", None)
    error = import_error(Stage.READY, "json:absent", report)
    assert isinstance(error.__cause__, AttributeError)
    assert isinstance(error.__cause__.__cause__, RemoteTraceback)
    assert "in resolve" in error.traceback


def test_an_exception_that_cannot_be_carried_leaves_its_traceback() -> None:
    class LocalError(Exception):
        pass

    described = inside._described(LocalError("here only"))
    assert described["pickle"] == ""
    assert described["kind"].endswith("LocalError")
    assert "here only" in described["traceback"]


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("Aborted(OOM)", Ending.OUT_OF_MEMORY),
        ("Cannot enlarge memory arrays to size 4294967296 bytes", Ending.OUT_OF_MEMORY),
        ("memory access out of bounds", Ending.FATAL),
        ("unreachable", Ending.FATAL),
    ],
)
def test_the_way_of_a_death_is_read_from_its_text(text: str, ending: Ending) -> None:
    assert ending_of(text) is ending


def test_a_file_that_is_not_served_is_told_by_its_status_whatever_came_in_its_place() -> None:
    page = Answer(reached=True, status=404, type="text/html")
    found = from_answer(Stage.SCRIPT, "/worker.mjs", page, isolated=False)
    assert isinstance(found, HttpStatusError)
    assert found.status == 404


@pytest.mark.parametrize("cause", ["runtime", "library", "lock", "package"])
def test_what_another_origin_refuses_is_told_as_that_for_every_file(cause: str) -> None:
    facts = {"cause": cause, "url": "https://elsewhere.example/file", "reason": "origin"}
    assert isinstance(from_report(Stage.RUNTIME, facts), CrossOriginError)
