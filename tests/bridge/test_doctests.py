"""The examples in docstrings hold on CPython; the API pages run them in Pyodide.

Both run them by the same harness, so that an example may await at its top level.
"""

from __future__ import annotations

import asyncio
import doctest
import importlib
import json
import pkgutil
import sys

import pytest

import bridge
from doc_examples.session.harness import Harness

MODULES = sorted(module.name for module in pkgutil.walk_packages(bridge.__path__, "bridge."))


def examples() -> dict[str, doctest.DocTest]:
    """Every docstring with examples, by the name of its object."""
    finder = doctest.DocTestFinder()
    return {
        test.name: test
        for name in MODULES
        for test in finder.find(importlib.import_module(name))
        if test.examples
    }


FOUND = examples()


async def outcome(test: doctest.DocTest) -> dict[str, str] | None:
    harness = Harness()
    harness.install()
    block = {
        "kind": "doctest",
        "code": test.docstring,
        "file": test.filename,
        "line": (test.lineno or 0) + 1,
        "column": 0,
        "docstring_of": test.name,
    }
    fault: dict[str, str] | None = json.loads(await harness.run(json.dumps(block)))["fault"]
    return fault


@pytest.mark.parametrize("name", FOUND)
def test_an_example_prints_what_its_docstring_says(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdout", sys.stdout)  # the harness takes it over
    fault = asyncio.run(outcome(FOUND[name]))
    assert fault is None, fault["message"]


def test_most_modules_have_examples() -> None:
    assert len(FOUND) > len(MODULES) // 2
