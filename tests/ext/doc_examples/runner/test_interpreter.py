"""The fixture for hand-written tests in a real interpreter keeps its promises."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from doc_examples.plugin.selection import selected_lines
from doc_examples.runner.errors import RunnerError
from doc_examples.runner.interpreter import Interpreter, InterpreterError

if TYPE_CHECKING:
    from doc_examples.runner.runner import Runner


def test_run_returns_the_value_of_the_last_expression(interpreter: Interpreter) -> None:
    assert interpreter.run("x = 20\n{'a': [x + 1, None, 'é']}") == {"a": [21, None, "é"]}


def test_run_awaits_at_top_level(interpreter: Interpreter) -> None:
    assert interpreter.run("import asyncio\nawait asyncio.sleep(0, 7)") == 7


def test_code_that_ends_in_a_statement_has_no_value(interpreter: Interpreter) -> None:
    assert interpreter.run("y = 1") is None


def test_output_is_kept_beside_the_value(interpreter: Interpreter) -> None:
    assert interpreter.run("print('seen')\n3") == 3
    assert interpreter.output == "seen\n"


def test_an_exception_crosses_with_its_facts(interpreter: Interpreter) -> None:
    with pytest.raises(InterpreterError, match="ValueError: too small") as caught:
        interpreter.run("def f():\n    raise ValueError('too small')\nf()")
    assert (caught.value.type, caught.value.message) == ("ValueError", "too small")
    assert "line 2, in f" in caught.value.traceback


def test_an_error_that_nobody_handled_raises_too(interpreter: Interpreter) -> None:
    source = """
import asyncio
async def fail():
    raise KeyError('lost')
asyncio.ensure_future(fail())
await asyncio.sleep(0.01)
"""
    with pytest.raises(InterpreterError) as caught:
        interpreter.run(source)
    assert caught.value.type == "KeyError"
    assert interpreter.run(source + "1", unhandled=True) == 1


def test_a_value_that_is_no_plain_data_says_so(interpreter: Interpreter) -> None:
    with pytest.raises(InterpreterError, match="not JSON serializable"):
        interpreter.run("object()")


def test_an_endless_loop_ends_at_its_limit_and_the_interpreter_goes_on(
    interpreter: Interpreter,
) -> None:
    with pytest.raises(InterpreterError) as caught:
        interpreter.run("n = 0\nwhile True:\n    n += 1", timeout=0.5)
    assert caught.value.type == "TimeoutError"
    assert interpreter.run("n > 0") is True


def test_javascript_is_evaluated_in_the_same_page(interpreter: Interpreter) -> None:
    interpreter.run("import js\njs.document.title = 'from Python'")
    assert interpreter.evaluate("document.title") == "from Python"
    assert interpreter.evaluate("n => n + 1", 4) == 5
    with pytest.raises(RunnerError, match="nowhere is not defined"):
        interpreter.evaluate("nowhere")


def test_the_wheel_of_the_project_is_installed(interpreter: Interpreter) -> None:
    assert "site-packages" in interpreter.run("import bridge\nbridge.__file__")


def test_the_line_is_the_one_that_was_asked_for(interpreter: Interpreter) -> None:
    version = interpreter.run("import pyodide\npyodide.__version__")
    assert version.startswith(interpreter.line)


def test_a_fresh_one_shares_nothing(interpreter: Interpreter) -> None:
    interpreter.run("mark = 1")
    with interpreter.fresh() as other:
        assert other.run("'mark' in globals()") is False


def test_packages_of_the_distribution_are_fetched_and_loaded(interpreter: Interpreter) -> None:
    source = "import micropip\nmicropip.__name__"
    assert interpreter.run(source, packages=["micropip"]) == "micropip"


def test_a_page_that_is_gone_is_reported_as_such(
    interpreter_runner: Runner, request: pytest.FixtureRequest
) -> None:
    # Closing it is the browser's business: one line stands for all.
    with (
        Interpreter(interpreter_runner, selected_lines(request.config)[-1]) as closed,
        pytest.raises(RunnerError, match="closed its page"),
    ):
        closed.run("import js\njs.window.close()")
