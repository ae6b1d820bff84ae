"""What another interpreter can import by its name."""

from __future__ import annotations

import functools
import types
from typing import Any

import pytest

from bridge._marshal.names import importable, named


class Outer:
    class Inner:
        """A class of a class."""


def replaced() -> None: ...


first = replaced
replaced = print


@pytest.mark.parametrize("found", [Outer, Outer.Inner, functools.reduce, types.FunctionType, len])
def test_what_its_module_has_under_its_name_can_be_imported(found: Any) -> None:
    # The class of functions is called otherwise than its module has it.
    assert importable(found) is (found is not types.FunctionType)


def test_what_has_no_name_or_another_one_there_cannot() -> None:
    class Local: ...

    program: dict[str, Any] = {"__name__": "__main__"}
    exec("def function(): ...", program)  # noqa: S102 - the program of this test
    for found in (lambda: 1, Local, first, program["function"], functools.partial(len), 3):
        assert not importable(found)


def test_a_name_that_is_not_there_is_nothing() -> None:
    assert named("no_such_module_at_all", "name") is None
    assert named("json", "loads.no_such_name") is None
