"""Every failure of a worker, really caused on a server or in the worker, on each line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

Happened = dict[str, Any]

SCRIPT = {
    "script-404": ("HttpStatusError", {"status": 404, "retry": False}),
    "script-500": ("HttpStatusError", {"status": 500, "retry": True}),
    "script-drop": ("UnreachableError", {}),
    "script-mime": ("MimeTypeError", {"found": "text/plain"}),
    "script-html": ("MimeTypeError", {"found": "text/html"}),
    "script-origin": ("CrossOriginError", {}),
    "script-coep": ("IsolationHeaderError", {"header": "Cross-Origin-Embedder-Policy"}),
    "script-syntax": (
        "ScriptSyntaxError",
        {"line": 2, "detail": "Uncaught SyntaxError: Unexpected token '='"},
    ),
    "script-static": ("ScriptImportError", {}),
    "script-raises": ("ScriptRaisedError", {"line": 2}),
    "script-401": ("HttpStatusError", {"status": 401}),
    "script-204": ("HttpStatusError", {"status": 204}),
    "script-206": ("HttpStatusError", {"status": 206}),
    "script-login": ("MimeTypeError", {"found": "text/html"}),
    "script-loop": ("ScriptRedirectError", {}),
    "script-away": ("CrossOriginError", {}),
    "script-gzip": ("ScriptDamagedError", {}),
    "script-short": ("ScriptDamagedError", {}),
    "script-charset": ("MimeTypeError", {"expected": "text/javascript; charset=utf-8"}),
    "script-stage": ("ScriptMessageError", {}),
    "script-wordless": ("ScriptRaisedError", {}),
    "script-report": ("WorkerImportError", {}),
    "policy-reported": ("HttpStatusError", {"status": 404}),
    "policy-blob": ("ContentPolicyError", {"directive": "worker-src"}),
    "policy-none": ("ContentPolicyError", {"directive": "worker-src"}),
}
SILENT = {
    name: ("StageTimeoutError", {"limit": 0.5})
    for name in ("script-mute", "script-closes", "script-spins", "script-silent", "script-odd")
} | {"script-chatty": ("StageTimeoutError", {"limit": 5.0, "moving": True})}
RUNTIME = {
    "script-liar": ("ScriptMessageError", {}),
    "rest-gzip": ("ScriptDamagedError", {}),
    "rest-login": ("MimeTypeError", {"found": "text/html"}),
    "lock-204": ("LockFileError", {"status": 204}),
    "policy-connect": ("ContentPolicyError", {"directive": "connect-src"}),
    "policy-import": ("ContentPolicyError", {"directive": "script-src-elem"}),
    "script-leaves": ("ClosedEarlyError", {"retry": True}),
    "rest-404": ("HttpStatusError", {"status": 404}),
    "rest-mime": ("MimeTypeError", {"found": "text/plain"}),
    "rest-syntax": ("ScriptSyntaxError", {}),
    "rest-raises": ("ScriptRaisedError", {}),
    "rest-silent": ("StageTimeoutError", {"limit": 0.5}),
    "wasm-404": ("RuntimeMissingError", {"status": 404, "retry": False}),
    "wasm-500": ("RuntimeMissingError", {"status": 500, "retry": True}),
    "wasm-drop": ("RuntimeMissingError", {"status": 0, "retry": True}),
    "wasm-mime": ("MimeTypeError", {"found": "text/plain"}),
    "wasm-html": ("MimeTypeError", {"found": "text/html"}),
    "wasm-begin": ("RuntimeCorruptError", {}),
    "wasm-middle": ("RuntimeCorruptError", {}),
    "wasm-truncated": ("RuntimeCorruptError", {}),
    "wasm-silent": ("StageTimeoutError", {"limit": 0.5}),
    "loader-404": ("RuntimeMissingError", {"status": 404}),
    "loader-truncated": ("RuntimeCorruptError", {}),
    "asm-404": ("RuntimeMissingError", {"status": 404}),
    "asm-mime": ("MimeTypeError", {"found": "text/plain"}),
    "asm-truncated": ("RuntimeCorruptError", {}),
    "stdlib-404": ("StandardLibraryError", {"status": 404}),
    "stdlib-html": ("StandardLibraryError", {"status": 0}),
    "stdlib-truncated": ("StandardLibraryError", {}),
    "stdlib-middle": ("StandardLibraryError", {}),
    "stdlib-needed": ("StandardLibraryError", {}),
    "lock-404": ("LockFileError", {"status": 404}),
    "lock-truncated": ("LockFileError", {}),
    "lock-html": ("LockFileError", {}),
    "lock-silent": ("StageTimeoutError", {"limit": 0.5}),
    "origin-x": ("CrossOriginError", {}),
}
PACKAGES = {
    "wheel-404": ("PackageMissingError", {"package": "packaging", "status": 404}),
    "wheel-middle": ("PackageCorruptError", {"package": "packaging"}),
    "wheel-silent": ("StageTimeoutError", {"limit": 0.5}),
    "wheel-url": ("PackageMissingError", {"status": 404}),
    "package-unknown": (
        "PackageMissingError",
        {"package": "no-such-package", "url": "", "retry": False},
    ),
}
PYTHON = {
    "python-absent": ("WorkerImportError", {"cause": "ModuleNotFoundError"}),
    "python-imports": ("WorkerImportError", {"cause": "ModuleNotFoundError"}),
    "python-raises": ("WorkerImportError", {"cause": "ValueError"}),
    "python-attribute": ("WorkerImportError", {"cause": "AttributeError"}),
    "python-callable": ("WorkerImportError", {"cause": "TypeError"}),
    "python-dies": ("RuntimeStartError", {}),
    "python-endless": ("StageTimeoutError", {"limit": 0.5}),
}
STAGES = {
    "script": {**SCRIPT, **SILENT},
    "runtime": RUNTIME,
    "packages": PACKAGES,
    "ready": PYTHON,
}
CASES = [
    pytest.param(name, stage, error, facts, id=name)
    for stage, cases in STAGES.items()
    for name, (error, facts) in cases.items()
]


@pytest.mark.parametrize(("name", "stage", "error", "facts"), CASES)
def test_a_start_that_fails_ends_in_the_error_of_its_cause(
    happened: Happened, name: str, stage: str, error: str, facts: Mapping[str, object]
) -> None:
    found = happened["causes"][name]
    assert {"error": found["error"], "stage": found["stage"]} == {"error": error, "stage": stage}
    assert {key: found[key] for key in facts} == facts


@pytest.mark.parametrize("name", [case.id for case in CASES])
def test_a_start_that_fails_ends_within_its_limits(happened: Happened, name: str) -> None:
    limits = happened["limits"]
    # A stage gets its limit again with each of a few signs of progress.
    assert happened["causes"][name]["seconds"] < 2 * sum(limits.values())


def test_every_cause_that_was_tried_is_expected(happened: Happened) -> None:
    started = {"policy-self"}
    assert set(happened["causes"]) - started == {case.id for case in CASES}


def test_a_damaged_wheel_is_told_by_its_digest(happened: Happened) -> None:
    found = happened["causes"]["wheel-middle"]
    assert found["found"].startswith("sha256 ")
    assert found["expected"].startswith("sha256 ")
    assert found["found"] != found["expected"]


def test_messages_of_errors_name_the_file_and_what_to_do(happened: Happened) -> None:
    found = happened["causes"]["wasm-404"]
    assert "/wasm-404/pyodide.asm.wasm" in found["message"]
    assert "Serve the whole runtime" in found["message"]


def test_a_served_script_starts_where_a_policy_forbids_blobs(happened: Happened) -> None:
    assert happened["causes"]["policy-self"] == {"error": "none: it started"}


def test_workers_share_module_and_snapshot_which_are_made_once(happened: Happened) -> None:
    healthy = happened["healthy"]
    for worker in ("first", "second", "third"):
        assert healthy[worker] == ["module", "snapshot"]
    assert (healthy["snapshots"], healthy["restores"]) == (1, 2)
    # Of the files that the loader asks for, each was requested once by the page, once to make
    # the snapshot, and never again, although five workers were started.
    for name in ("pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json"):
        assert healthy["asked"][f"ok/{name}"] <= 2


def test_restored_workers_do_not_draw_the_same_numbers(happened: Happened) -> None:
    assert happened["healthy"]["numbers"] == 2


def test_a_healthy_worker_answers_reports_its_stages_and_has_its_packages(
    happened: Happened,
) -> None:
    healthy = happened["healthy"]
    assert healthy["answer"] == "hello"
    assert healthy["task"] == "from a task"
    # Of two starts, and the script of the one that made the snapshot.
    assert Counter(healthy["stages"]) == {"script": 3, "runtime": 2, "packages": 2, "ready": 2}
    # One by its name, one by the URL of its wheel.
    assert healthy["packages"] == [["packaging"], ["packaging"]]
    assert all(seconds > 0 for seconds in healthy["timings"].values())


def test_a_snapshot_that_does_not_restore_costs_one_start(happened: Happened) -> None:
    assert happened["unrestorable"] == {
        "failed": "StageTimeoutError",
        "path": ["module"],
        "answer": "hello",
    }


def test_whoever_waits_for_a_worker_that_ends_is_told_how(happened: Happened) -> None:
    deaths = happened["deaths"]
    assert deaths["close"] == ["WorkerDiedError: closed", "closed"]
    assert deaths["abort"] == ["WorkerDiedError: fatal", "fatal"]
    assert deaths["fault"] == ["WorkerDiedError: fatal", "fatal"]
    assert deaths["terminate"] == "WorkerDiedError: terminated"
    assert deaths["after the end"] == [False, False, False]


def test_an_exit_ends_the_worker_only_where_it_ends_the_interpreter(
    happened: Happened, interpreter_line: str
) -> None:
    expected = "WorkerDiedError: fatal" if interpreter_line == "0.26" else "after"
    assert happened["deaths"]["exit"] == expected


def test_a_worker_out_of_memory_raises_and_goes_on(happened: Happened) -> None:
    assert happened["deaths"]["memory"] == ["MemoryError", "after"]


@pytest.mark.parametrize("way", ["exhaust", "lack"])
def test_a_worker_that_does_not_catch_that_its_memory_is_over_has_ended(
    happened: Happened, way: str
) -> None:
    assert happened["deaths"][way] == "WorkerDiedError: out of memory"


def test_an_endless_loop_is_interrupted_and_the_worker_goes_on(happened: Happened) -> None:
    deaths = happened["deaths"]
    assert deaths["begun"]
    responds, recovered, settled = deaths["loop"]
    assert (responds, recovered, settled) == (False, True, False)
    assert deaths["loop, after"] == "after"
    assert deaths["watched"] == "after"


def test_a_worker_that_cannot_be_interrupted_is_terminated(happened: Happened) -> None:
    assert happened["deaths"]["deadline"] == "WorkerDiedError: deadline"


def test_a_recursion_without_loops_is_interrupted_where_the_line_can(
    happened: Happened, interpreter_line: str
) -> None:
    assert happened["deaths"]["recursion"] is (interpreter_line not in ("0.26", "0.27"))


def test_remote_calls_end_with_the_worker_and_leave_it_when_abandoned(happened: Happened) -> None:
    assert happened["remote"] == {
        "called": 2432902008176640000,
        "abandoned": True,
        "after": 3,
        "wanted": 1.5,
        "behind": 4,
        "pending": ["PeerLostError", "WorkerDiedError", "terminated"],
        "terminated": ["PeerLostError", "WorkerDiedError", "deadline"],
    }


def test_an_interrupt_at_any_moment_ends_what_it_was_meant_for_or_nothing(
    happened: Happened,
) -> None:
    messages, calls = happened["interrupts"]["messages"], happened["interrupts"]["calls"]
    assert happened["interrupts"]["loops"] == {"ended": 60, "alive": True}
    assert messages.pop("hit") > 0
    assert messages == {"unasked": 0}
    assert calls.pop("hit") > 0
    assert calls == {"after": "after", "alive": True}


def test_no_start_and_no_end_leaves_a_handle_behind(happened: Happened) -> None:
    assert happened["left"] == {}


def test_under_a_strict_policy_and_without_shared_memory_a_busy_worker_is_terminated(
    happened_unisolated: Happened,
) -> None:
    assert happened_unisolated == {
        "port": ["StageTimeoutError script", "HttpStatusError script"],
        # This one shares nothing, which serves too.
        "path": [],
        "isolated": False,
        "interrupt": False,
        "recovered": False,
        "answer": "WorkerDiedError: deadline",
    }


def test_a_script_needs_no_header_where_the_document_alone_is_isolated(
    happened_by_document: Happened,
) -> None:
    assert happened_by_document == {
        "isolated": True,
        "failed": ["ScriptSyntaxError", 1],
        "answer": "hello",
    }


def test_an_opaque_origin_is_told_as_the_cause(happened_opaque: Happened) -> None:
    assert happened_opaque["origin"] == "null"
    for way in ("blob", "served"):
        found = happened_opaque[way]
        assert found["error"] == "OpaqueOriginError", found
        assert "allow-same-origin" in found["message"]
