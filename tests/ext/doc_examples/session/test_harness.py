"""The Python half of a session keeps lines, columns and texts of the page; here on CPython."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import doctest
import inspect
import json
import sys
import traceback
import warnings
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


def run_block(
    code: str,
    made: harness.Harness | None = None,
    *,
    kind: str = "doctest",
    line: int = 1,
    flags: tuple[str, ...] = (),
) -> dict[str, Any] | None:
    """Run a block as a session does; its fault. Without ``made``, in an interpreter of its own."""
    made = made or fresh_harness()
    block = {"kind": kind, "code": code, "file": "page.md", "line": line, "column": 0}
    block |= {"docstring_of": "", "flags": flags}
    made.begin()
    with contextlib.redirect_stdout(harness._Output(made)):
        found = json.loads(asyncio.run(made.run(json.dumps(block))))["fault"]
    assert found is None or isinstance(found, dict)
    return found


def fresh_harness() -> harness.Harness:
    made = harness.Harness()
    made._namespace = {"__name__": "__main__"}
    return made


TRACE = "Traceback (most recent call last):\n"

DOCTESTS = (
    ">>> 1\n1\n",
    ">>> 1\n2\n",
    ">>> True\n1\n",
    ">>> True  # doctest: -DONT_ACCEPT_TRUE_FOR_1\n1\n",
    ">>> 1\nTrue\n",
    ">>> False\n0\n",
    ">>> [1.0,  2]  # doctest: +NORMALIZE_WHITESPACE\n[1.0,\n 2]\n",
    ">>> list(range(99))  # doctest: +ELLIPSIS\n[0, 1, ..., 98]\n",
    ">>> list(range(99))\n[0, 1, ..., 98]\n",
    ">>> print('a\\n\\nb')\na\n<BLANKLINE>\nb\n",
    ">>> print('a\\rb')\na\n",
    ">>> print('a\\x0cb')\na\nb\n",
    ">>> 'é'\n'\\xe9'\n",
    ">>> None\n>>> _ = 5\n>>> _\n5\n",
    ">>> 40 + 2\n42\n>>> None\n>>> _\n42\n",
    ">>> print(1)\n1\n>>> x = 3\n>>> x; x + 1\n3\n4\n",
    ">>> for n in range(2):\n...     n\n0\n1\n",
    f">>> int('a')\n{TRACE}ValueError: invalid literal for int() with base 10: 'a'\n",
    f">>> int('a')\n{TRACE}    File 1\n    more\nValueError: ...\n",
    f">>> int('a')  # doctest: +ELLIPSIS\n{TRACE}ValueError: invalid ... 'a'\n",
    f">>> int('a')  # doctest: +IGNORE_EXCEPTION_DETAIL\n{TRACE}other.ValueError: b\n",
    f">>> int('a')  # doctest: +IGNORE_EXCEPTION_DETAIL\n{TRACE}KeyError: b\n",
    f">>> int('a')\n{TRACE}KeyError: b\n",
    f">>> 1\n{TRACE}KeyError: b\n",
    ">>> int('a')\n1\n",
    f">>> print('before'); raise KeyError('k')\n{TRACE}KeyError: 'k'\n",
    f">>> raise SystemExit(3)\n{TRACE}SystemExit: 3\n",
    f">>> raise GeneratorExit\n{TRACE}GeneratorExit\n",
    (
        f">>> import asyncio\n>>> raise asyncio.CancelledError\n{TRACE}"
        "asyncio.exceptions.CancelledError\n"
    ),
    (
        f">>> raise ExceptionGroup('two', [ValueError(1)])\n{TRACE}"
        "ExceptionGroup: two (1 sub-exception)\n"
    ),
    f">>> x = = 1\n{TRACE}SyntaxError: invalid syntax\n",
    f">>> x = = 1\n{TRACE}SyntaxError: other\n",
    (
        f">>> if 1:\n... pass\n{TRACE}IndentationError: expected an indented block "
        "after 'if' statement on line 1\n"
    ),
    f">>> e = ValueError('a')\n>>> e.add_note('n')\n>>> raise e\n{TRACE}ValueError: a\nn\n",
    ">>> 1\n2\n>>> 3\n3\n",
    ">>> x\n",
)


@pytest.mark.parametrize("text", DOCTESTS)
@pytest.mark.parametrize("line", [1, 6])
def test_doctests_are_judged_as_the_standard_library_does(text: str, line: int) -> None:
    flags = doctest.DONT_ACCEPT_TRUE_FOR_1
    test = doctest.DocTestParser().get_doctest(text, {}, "page", "page.md", 0)
    theirs = doctest.DocTestRunner(optionflags=flags, verbose=False).run(test, out=lambda _: None)
    ours = run_block(text, line=line)
    assert (ours is None) == (theirs.failed == 0), ours


def test_a_keyboard_interrupt_may_be_expected() -> None:
    assert run_block(f">>> raise KeyboardInterrupt\n{TRACE}KeyboardInterrupt\n") is None
    found = run_block(">>> raise KeyboardInterrupt\n")
    assert found is not None
    assert found["type"] == "KeyboardInterrupt"


@pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt", "GeneratorExit"])
def test_whatever_ends_a_block_is_reported(name: str) -> None:
    found = run_block(f"x = 1\nraise {name}\n", kind="python", line=8)
    assert found is not None
    assert (found["type"], found["line"]) == (name, 9)


def test_flags_of_a_block_hold_for_its_examples() -> None:
    text = ">>> list(range(99))\n[0, ..., 98]\n>>> True\n1\n"
    assert run_block(text, flags=("ELLIPSIS",)) is None
    found = run_block(text, flags=("ELLIPSIS", "DONT_ACCEPT_TRUE_FOR_1"), line=3)
    assert found is not None
    assert found["line"] == 5


def test_an_example_cannot_be_skipped() -> None:
    found = run_block(">>> 1\n1\n>>> 2  # doctest: +SKIP\n3\n", line=7)
    assert found is not None
    assert found["message"].startswith("line 9: an example may not be skipped")


@pytest.mark.parametrize("first", ["python", "doctest"])
@pytest.mark.parametrize("second", ["python", "doctest"])
def test_a_future_that_was_imported_holds_for_the_blocks_after_it(first: str, second: str) -> None:
    prompt = {"python": "", "doctest": ">>> "}
    made = fresh_harness()
    run_block(f"{prompt[first]}from __future__ import annotations\n", made, kind=first)
    assert run_block(f"{prompt[second]}def f(x: nowhere): pass\n", made, kind=second) is None
    assert made._namespace["f"].__annotations__ == {"x": "nowhere"}
    again = run_block("def f(x: nowhere): pass\n", kind="python")
    assert (again is None) == (sys.version_info >= (3, 14))


def test_a_future_holds_for_the_next_example_of_its_block() -> None:
    text = ">>> from __future__ import annotations\n>>> def f(x: nowhere): pass\n"
    assert run_block(text) is None


def test_all_mismatches_of_a_block_are_told_and_so_is_what_raised_after_them() -> None:
    text = ">>> 1\n2\n>>> 3\n3\n>>> 4\n5\n"
    found = run_block(text, line=20)
    assert found is not None
    assert (found["line"], found["mismatch"]) == (20, True)
    assert "line 20: 1" in found["message"]
    assert "line 24: 4" in found["message"]
    found = run_block(text + ">>> 1 / 0\n", line=20)
    assert found is not None
    assert (found["type"], found["line"]) == ("ZeroDivisionError", 26)
    assert "Before, at line 24: 4" in found["traceback"]
    assert not found.get("mismatch")


def test_what_cannot_be_seen_is_shown_escaped_where_outputs_differ() -> None:
    found = run_block(">>> print('a\\rb')\nab\n")
    assert found is not None
    assert "    a\\rb\n" in found["message"]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ('x = """\nabc\n', "unterminated triple-quoted string literal (detected at line 7)"),
        ("if x:\ny = 1\n", "expected an indented block after 'if' statement on line 6"),
        ("\n\nx = 'a\n", "unterminated string literal (detected at line 8)"),
        (
            "x = (\n1]\n",
            "closing parenthesis ']' does not match opening parenthesis '(' on line 6",
        ),
    ],
)
def test_the_line_that_a_compiler_names_in_its_text_is_the_pages(code: str, text: str) -> None:
    found = run_block(code, kind="python", line=6)
    assert found is not None
    assert found["message"] == text
    assert "line 1" not in found["traceback"]


def test_a_warning_of_the_compiler_has_the_line_of_the_page() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        run_block("x = 1\nx is 1000\n'\\d'\n", kind="python", line=30)
    found = {(each.filename, each.lineno) for each in caught}
    assert found == {("page.md", 31), ("page.md", 32)}


def test_a_prompt_without_a_blank_is_told_with_the_line_of_the_page() -> None:
    found = run_block(">>> 1\n1\n>>>2\n", line=40)
    assert found is not None
    assert "line 42 of the docstring for the page lacks blank after >>>" in found["message"]


def test_source_lines_are_those_of_the_file() -> None:
    code = "a = '\u2028\x0c'\n1 / 0\n"
    found = run_block(code, kind="python", line=3)
    assert found is not None
    assert "line 4, in <module>\n    1 / 0" in found["traceback"]


def test_a_block_may_print_as_much_as_it_says() -> None:
    made = fresh_harness()
    made.begin(5)
    made.emit("12345")
    with pytest.raises(harness.OutputLimitExceeded, match="output-limit="):
        made.emit("6")
    made.begin()
    made.emit("x" * harness.OUTPUT_LIMIT)


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
