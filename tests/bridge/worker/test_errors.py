"""Errors of workers: one class per cause, whole after pickling and copying."""

from __future__ import annotations

import copy
import pickle
from typing import TYPE_CHECKING

import pytest

from bridge.worker import errors
from bridge.worker.errors import (
    ContentPolicyError,
    Ending,
    HttpStatusError,
    IsolationHeaderError,
    MimeTypeError,
    PackageCorruptError,
    PackageMissingError,
    RemoteTraceback,
    ScriptRaisedError,
    ScriptSyntaxError,
    StageTimeoutError,
    UnreachableError,
    WorkerDiedError,
    WorkerImportError,
    WorkerLoadError,
)
from bridge.worker.stages import Stage

if TYPE_CHECKING:
    from bridge.errors import BridgeError

EXAMPLES: list[BridgeError] = [
    UnreachableError(Stage.SCRIPT, "/w.mjs", "Failed to fetch", inferred=True),
    HttpStatusError(Stage.SCRIPT, "/w.mjs", status=404),
    MimeTypeError(Stage.RUNTIME, "/p.wasm", "text/html", "application/wasm"),
    IsolationHeaderError(Stage.SCRIPT, "/w.mjs", "Cross-Origin-Embedder-Policy", ""),
    ContentPolicyError(Stage.SCRIPT, "blob:x", "worker-src"),
    ScriptSyntaxError(Stage.SCRIPT, "/w.mjs", "Unexpected token", line=3),
    ScriptRaisedError(Stage.SCRIPT, "/w.mjs", "boom", line=2),
    PackageMissingError(Stage.PACKAGES, "numpy", "/numpy.whl", status=404),
    PackageCorruptError(Stage.PACKAGES, "numpy", "/n.whl", expected="sha256 1", found="sha256 2"),
    WorkerImportError(Stage.READY, "shop:serve", "ValueError", "boom", "Traceback ..."),
    StageTimeoutError(Stage.READY, 2.0, "packages: done"),
    WorkerDiedError(Ending.DEADLINE, "silent"),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_is_whole_after_pickling_and_copying(error: BridgeError) -> None:
    for other in (pickle.loads(pickle.dumps(error)), copy.copy(error)):  # noqa: S301 - made here
        assert type(other) is type(error)
        assert vars(other) == vars(error)
        assert str(other) == str(error)


def test_every_cause_is_a_load_error_that_says_what_and_what_to_do() -> None:
    causes = [
        found
        for name in errors.__all__
        if isinstance(found := getattr(errors, name), type) and issubclass(found, WorkerLoadError)
    ]
    assert len(causes) >= 18
    assert len({cause.what for cause in causes}) == len(causes)
    assert all(cause.advice.endswith(".") for cause in causes)


def test_what_a_policy_has_to_allow_depends_on_what_it_forbade() -> None:
    url = "https://x.example/pyodide.asm.wasm"
    assert "in connect-src" in str(ContentPolicyError(Stage.RUNTIME, url, "connect-src"))
    assert "bridge.assets" in str(ContentPolicyError(Stage.SCRIPT, "blob:x", "worker-src"))


def test_whether_to_try_again_follows_from_the_cause() -> None:
    def status(number: int) -> bool:
        return HttpStatusError(Stage.SCRIPT, "/w", status=number).retry

    assert (status(404), status(403), status(500), status(503)) == (False, False, True, True)
    assert UnreachableError(Stage.SCRIPT).retry
    assert StageTimeoutError(Stage.READY, 1.0).retry
    assert not MimeTypeError(Stage.SCRIPT, "/w", "text/html", "text/javascript").retry


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (EXAMPLES[0], ConnectionError),
        (EXAMPLES[1], FileNotFoundError),
        (EXAMPLES[4], PermissionError),
        (EXAMPLES[7], ModuleNotFoundError),
        (EXAMPLES[9], ImportError),
        (EXAMPLES[10], TimeoutError),
        (EXAMPLES[11], ConnectionError),
    ],
)
def test_errors_are_caught_as_the_builtin_of_their_kind(
    error: BridgeError, builtin: type[Exception]
) -> None:
    assert isinstance(error, builtin)


def test_a_remote_traceback_shows_the_other_side_and_can_be_pickled() -> None:
    cause = RemoteTraceback("Traceback\nValueError: boom\n")
    assert "ValueError: boom" in str(pickle.loads(pickle.dumps(cause)))  # noqa: S301 - made here


def test_what_got_no_answer_at_all_may_be_there_later() -> None:
    assert errors.RuntimeMissingError(Stage.RUNTIME, "/pyodide.asm.wasm", status=0).retry
    assert not errors.RuntimeMissingError(Stage.RUNTIME, "/pyodide.asm.wasm", status=404).retry
