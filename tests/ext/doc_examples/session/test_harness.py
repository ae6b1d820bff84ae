"""The Python half of a session keeps lines, columns and texts of the page; here on CPython."""

from __future__ import annotations

import ast
import asyncio
import doctest
import inspect
import json
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.session import CAPABILITIES, DIRECTORY, FILES, harness

if TYPE_CHECKING:
    from types import CodeType


def fault_of(code: str, line: int, column: int = 0) -> dict[str, Any]:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - whatever the block raises
        execute(harness.compile_block(code, "page.md", line, "exec"), {})
    return harness.describe(caught.value, column)


def execute(code: CodeType, names: dict[str, Any]) -> None:
    exec(code, names)  # noqa: S102 - what a session does with blocks


@given(st.integers(1, 5000), st.integers(0, 30))
def test_an_exception_has_the_line_of_the_file(line: int, blank: int) -> None:
    harness.remember_source("page.md", line, "\n" * blank + "1 / 0\n")
    found = fault_of("\n" * blank + "1 / 0\n", line)
    # The frame of this test is outermost; in a session there is none.
    assert f'File "page.md", line {line + blank}, in <module>' in found["traceback"]


@given(st.integers(1, 5000), st.integers(0, 30), st.integers(0, 12))
def test_a_syntax_error_has_line_and_column_of_the_file(line: int, blank: int, indent: int) -> None:
    with pytest.raises(SyntaxError) as caught:
        harness.compile_block("\n" * blank + "y = = 2\n", "page.md", line, "exec")
    error = caught.value.with_traceback(None)
    found = harness.describe(error, indent)
    assert (found["line"], found["column"]) == (line + blank, 5 + indent)


def test_top_level_await_makes_a_coroutine_and_plain_code_none() -> None:
    plain = harness.compile_block("x = 1\n", "page.md", 1, "exec")
    waits = harness.compile_block("await f()\n", "page.md", 1, "exec")
    assert not plain.co_flags & inspect.CO_COROUTINE
    assert waits.co_flags & inspect.CO_COROUTINE


def test_the_value_of_a_last_expression_is_kept_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    execute(harness.compile_block("x = 1\nx + 1\n", "page.md", 9, "exec", keep="kept"), names)
    assert names["kept"] == 2
    names.clear()
    execute(harness.compile_block("x = 1\n", "page.md", 9, "exec", keep="kept"), names)
    assert "kept" not in names


def test_blocks_of_one_file_are_quoted_each_at_its_place() -> None:
    harness.remember_source("two.md", 10, "def f():\n    return 1 / 0\n")
    harness.remember_source("two.md", 3, "f()\n")
    names: dict[str, Any] = {}
    execute(harness.compile_block("def f():\n    return 1 / 0\n", "two.md", 10, "exec"), names)
    with pytest.raises(ZeroDivisionError) as caught:
        execute(harness.compile_block("f()\n", "two.md", 3, "exec"), names)
    shown = "".join(traceback.format_tb(caught.value.__traceback__))
    assert "line 3, in <module>\n    f()" in shown
    assert "line 11, in f\n    return 1 / 0" in shown


def test_groups_of_exceptions_are_shown_whole() -> None:
    found = fault_of("raise ExceptionGroup('two', [ValueError(1), KeyError('k')])\n", 1)
    assert found["type"] == "ExceptionGroup"
    assert "ValueError: 1" in found["traceback"]
    assert "KeyError: 'k'" in found["traceback"]


def test_where_a_task_waits_is_found_through_nested_awaits() -> None:
    async def inner() -> None:
        await asyncio.Future()

    async def outer() -> None:
        await inner()

    async def main() -> list[str]:
        task = asyncio.ensure_future(outer())
        await asyncio.sleep(0)
        names = [frame.f_code.co_name for frame in harness._awaiting(task)]
        task.cancel()
        return names

    assert asyncio.run(main()) == ["outer", "inner"]


@pytest.mark.parametrize(
    ("example", "flags", "got", "raised", "same"),
    [
        (">>> 1\n1\n", 0, "1\n", None, True),
        (">>> 1\n2\n", 0, "1\n", None, False),
        (
            ">>> a\nTraceback (most recent call last):\nValueError: x\n",
            0,
            "",
            ValueError("x"),
            True,
        ),
        (
            ">>> a\nTraceback (most recent call last):\nValueError: x\n",
            0,
            "",
            ValueError("y"),
            False,
        ),
        (">>> a\nTraceback (most recent call last):\nValueError: x\n", 0, "", None, False),
        (
            ">>> a\nTraceback (most recent call last):\na.b.ValueError: x\n",
            doctest.IGNORE_EXCEPTION_DETAIL,
            "",
            ValueError("y"),
            True,
        ),
        (
            ">>> a\nTraceback (most recent call last):\nSyntaxError: bad\n",
            0,
            "",
            SyntaxError("bad", ("f", 1, 1, "a b")),
            True,
        ),
    ],
)
def test_doctests_are_compared_as_the_standard_library_does(
    example: str, flags: int, got: str, raised: Exception | None, same: bool
) -> None:
    (parsed,) = doctest.DocTestParser().get_examples(example)
    assert harness._as_written(parsed, flags, got, raised) is same


def test_what_is_printed_beyond_the_limit_ends_the_block() -> None:
    made = harness.Harness()
    heard: list[str] = []
    made.listen(lambda stream, text: heard.append(f"{stream}:{text}"))
    made.emit("seen")
    with pytest.raises(harness.OutputLimitExceeded):
        made.emit("x" * (harness.OUTPUT_LIMIT + 1))
    made.begin()
    made.emit("again")
    assert heard == ["stdout:seen", "stdout:again"]


def test_problems_are_told_once() -> None:
    async def main() -> list[str]:
        made = harness.Harness()
        asyncio.get_running_loop().set_exception_handler(made._on_loop_error)

        async def fail() -> None:
            raise LookupError("lost")

        task = asyncio.ensure_future(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        return [problem["message"] for problem in json.loads(made.problems() + "\n")] + [
            made.problems()
        ]

    assert asyncio.run(main()) == ["lost", "[]"]


def test_the_harness_needs_the_standard_library_alone() -> None:
    tree = ast.parse((DIRECTORY / "harness.py").read_text("utf-8"))
    names = {
        alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {
        str(n.module).partition(".")[0] for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)
    }
    assert names - {"__main__", "__future__"} <= set(sys.stdlib_module_names)


def test_every_file_and_capability_that_is_named_exists() -> None:
    assert all((DIRECTORY / name).is_file() for name in FILES)
    probes = (DIRECTORY / "probes.mjs").read_text("utf-8")
    assert all(f"\n  {name}: " in probes for name in CAPABILITIES)
