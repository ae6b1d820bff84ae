"""Every error keeps its facts, survives pickling, and tells its reader what to do."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pyodide_runtimes import errors
from pyodide_runtimes.errors import RuntimesError

MISMATCH = errors.HashMismatchError("a.whl", "the CDN x", "aaaa", "bbbb")

EXAMPLES: list[tuple[RuntimesError, list[str]]] = [
    (errors.PinsError(Path("p.toml"), "no line"), ["p.toml", "no line"]),
    (errors.UnknownLineError("0.1", ["0.28", "314"]), ["'0.1'", "0.28, 314", "directory"]),
    (errors.UnknownPackageError("nump", "Pyodide 1", ["numpy"]), ["'nump'", "Pyodide 1", "numpy?"]),
    (errors.InvalidRuntimeError(Path("d"), "x is missing"), ["d is no", "x is missing"]),
    (errors.SourceError("a.whl", "npm", "HTTP 500"), ["a.whl", "npm", "HTTP 500"]),
    (errors.SourceUnreachableError("a.whl", "npm", "no answer"), ["a.whl", "no answer"]),
    (MISMATCH, ["a.whl", "the CDN x", "expected aaaa", "found bbbb"]),
    (
        errors.FetchError("a.whl", [MISMATCH, errors.SourceError("a.whl", "m", "gone")], "reach m"),
        ["a.whl", "the CDN x", "expected aaaa, found bbbb", "m: gone", "What to do: reach m"],
    ),
    (errors.CacheBusyError("numpy", Path("l.lock"), 2.5), ["numpy", "l.lock", "2.5 s"]),
    (errors.CacheUnusableError(Path("c"), "full"), ["c cannot", "full", "PYODIDE_RUNTIMES_CACHE"]),
    (errors.BrowserNotFoundError(["a: no", "b: no"], "install"), ["a: no", "b: no", "install"]),
]


def test_every_error_class_has_an_example_here() -> None:
    classes = {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, RuntimesError)
    }
    assert {type(error) for error, _ in EXAMPLES} == classes - {RuntimesError}


@pytest.mark.parametrize(("error", "words"), EXAMPLES, ids=lambda x: type(x).__name__)
def test_message_holds_the_facts(error: RuntimesError, words: list[str]) -> None:
    for word in words:
        assert word in str(error)


@pytest.mark.parametrize("error", [e for e, _ in EXAMPLES], ids=lambda e: type(e).__name__)
def test_pickling_keeps_type_message_and_attributes(error: RuntimesError) -> None:
    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert {k: str(v) for k, v in vars(copy).items()} == {k: str(v) for k, v in vars(error).items()}
