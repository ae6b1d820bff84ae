"""Where are we: on CPython nowhere special, in Pyodide exactly where the page says."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from bridge import environment
from bridge.environment import Environment, describe, line_of

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
