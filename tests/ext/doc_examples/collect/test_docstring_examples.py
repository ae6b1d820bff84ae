"""The examples in the docstrings of the pure modules hold."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest

from doc_examples import plan, render
from doc_examples.collect import anchor, docstrings, languages, options

if TYPE_CHECKING:
    from types import ModuleType


@pytest.mark.parametrize(
    "module",
    [anchor, docstrings, languages, options, plan, render],
    ids=lambda module: module.__name__,
)
def test_examples(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
