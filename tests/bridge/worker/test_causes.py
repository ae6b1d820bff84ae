"""From facts to causes: pure, for every answer of a server and every report of a worker."""

from __future__ import annotations

import json

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
    error = from_report(Stage.RUNTIME, {**facts, "cause": cause, "status": status})
    assert isinstance(error, WorkerLoadError)
    assert error.stage is Stage.RUNTIME


@pytest.mark.parametrize("report", ["", "[]", "{}", "null", "1", '{"kind": 1, "text": 2}'])
def test_a_report_that_python_did_not_write_is_an_import_error_with_that_text(report: str) -> None:
    error = import_error(Stage.READY, "shop:serve", report)
    assert error.detail == f"the report is unreadable: {report}"


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

    report = json.dumps(inside._described(LocalError("here only")))
    error = import_error(Stage.READY, "shop:serve", report)
    assert error.kind.endswith("LocalError")
    assert "here only" in error.traceback
    assert isinstance(error.__cause__, RemoteTraceback)


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


HERE = "https://here.example/worker.mjs"
ANSWERS = {
    "no body": (Answer(reached=True, status=204), "HttpStatusError"),
    "a part": (Answer(reached=True, status=206, type="text/javascript"), "HttpStatusError"),
    "a login": (
        Answer(reached=True, status=200, type="text/html", final="https://here.example/login"),
        "MimeTypeError",
    ),
    "elsewhere": (
        Answer(reached=True, status=200, type="text/javascript", final="https://cdn.example/w.mjs"),
        "CrossOriginError",
    ),
    "a loop": (Answer(reached=False, redirects=True), "ScriptRedirectError"),
    "cut": (
        Answer(reached=True, status=200, type="text/javascript", whole=False),
        "ScriptDamagedError",
    ),
    "utf-16 announced": (
        Answer(reached=True, status=200, type='text/javascript;charset="UTF-16LE"'),
        "MimeTypeError",
    ),
    "utf-16": (
        Answer(reached=True, status=200, type="text/javascript", utf8=False),
        "ScriptSyntaxError",
    ),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_each_answer_that_brings_no_script_has_its_cause(case: str) -> None:
    answer, expected = ANSWERS[case]
    found = from_answer(Stage.SCRIPT, HERE, answer, isolated=False)
    assert type(found).__name__ == expected


def test_a_redirect_to_a_page_is_told_with_its_address() -> None:
    answer, _ = ANSWERS["a login"]
    found = from_answer(Stage.SCRIPT, HERE, answer, isolated=False)
    assert "after a redirect to https://here.example/login" in str(found)
