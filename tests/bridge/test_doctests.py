"""The examples in docstrings hold on CPython; the API pages run them in Pyodide."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import bridge

MODULES = sorted(module.name for module in pkgutil.walk_packages(bridge.__path__, prefix="bridge."))


@pytest.mark.parametrize("name", MODULES)
def test_every_example_prints_what_its_docstring_says(name: str) -> None:
    found = doctest.testmod(importlib.import_module(name), report=True)
    assert found.failed == 0


def test_there_are_examples_to_check() -> None:
    finder = doctest.DocTestFinder()
    examples = [
        test
        for name in MODULES
        for test in finder.find(importlib.import_module(name))
        if test.examples
    ]
    assert len(examples) > len(MODULES) // 2
