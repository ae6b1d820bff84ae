"""Where are we: on CPython nowhere special, in Pyodide exactly where the page says."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bridge import environment
from bridge.environment import HOW_TO_ISOLATE, Environment, describe, isolating, line_of

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter


def test_on_cpython_every_question_has_a_plain_answer() -> None:
    assert describe() == Environment(None, None, worker=False, isolated=False, blocking=False)
    assert not environment.is_pyodide()
    assert environment.pyodide_line() is None


@pytest.mark.parametrize(
    ("version", "line"),
    [("0.26.1", "0.26"), ("0.28.3", "0.28"), ("0.29.0.dev0", "0.29"), ("314.0.4", "314")],
)
def test_a_version_belongs_to_its_line(version: str, line: str) -> None:
    assert line_of(version) == line


@pytest.mark.parametrize("text", ["", "0", "dev", "a.b.c"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a version"):
        line_of(text)


OPENER = {"Cross-Origin-Opener-Policy": "same-origin"}


@pytest.mark.parametrize(
    ("headers", "names"),
    [
        ({}, ()),
        (OPENER, ()),
        ({"Cross-Origin-Embedder-Policy": "require-corp"}, ()),
        ({**OPENER, "Cross-Origin-Embedder-Policy": "unsafe-none"}, ()),
        ({"Document-Isolation-Policy": "none"}, ()),
        ({"Document-Isolation-Policy": "isolate-and-require-corp"}, ("Document-Isolation-Policy",)),
        (
            {"document-isolation-policy": 'isolate-and-credentialless; report-to="here"'},
            ("Document-Isolation-Policy",),
        ),
        (
            {
                "cross-origin-OPENER-policy": "same-origin",
                "cross-origin-embedder-policy": "require-corp",
            },
            ("Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"),
        ),
        (
            {**OPENER, "Cross-Origin-Embedder-Policy": "credentialless"},
            ("Cross-Origin-Opener-Policy", "Cross-Origin-Embedder-Policy"),
        ),
    ],
)
def test_the_headers_that_isolate_are_named(
    headers: dict[str, str], names: tuple[str, ...]
) -> None:
    assert isolating(headers) == names


def test_the_advice_begins_with_the_one_header_that_is_enough() -> None:
    told = HOW_TO_ISOLATE.split("'")[1::2]
    single, *both = (dict([text.split(": ")]) for text in told)
    assert isolating(single) == ("Document-Isolation-Policy",)
    assert len(isolating(both[0] | both[1])) == len(both)


def test_in_a_page_the_line_and_the_page_are_seen(interpreter: Interpreter) -> None:
    found = interpreter.run("""
from dataclasses import asdict
from bridge.environment import describe
asdict(describe())
""")
    assert found["line"] == interpreter.line
    assert found["version"].startswith(found["line"])
    assert found["worker"] is False
    assert found["isolated"] is interpreter.evaluate("crossOriginIsolated")


def test_importing_bridge_imports_nothing_of_the_host() -> None:
    assert "js" not in sys.modules
    assert "pyodide" not in sys.modules
