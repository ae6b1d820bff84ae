"""One interpreter in a browser page for code that stands in no page: hand-written tests.

The same sessions as those of the blocks, asked for values instead of verdicts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from doc_examples.runner.errors import RunnerError
from doc_examples.runner.pace import THIS_MACHINE
from doc_examples.runner.pages import ANSWER_GRACE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from doc_examples.runner.pages import SessionPage
    from doc_examples.runner.runner import Runner

RUN_LIMIT = 60.0
"""Seconds that one call may take unless it says otherwise; grows where boots take long."""
_CALL_GRACE = 60.0


class InterpreterError(Exception):
    """Python in the page raised.

    Attributes:
        type: Name of the exception's class.
        message: Its text.
        traceback: As the interpreter formats it.
        output: What was printed until then.
    """

    def __init__(self, type: str, message: str, traceback: str = "", output: str = "") -> None:  # noqa: A002 - the attribute's name
        super().__init__(type, message, traceback, output)
        self.type = type
        self.message = message
        self.traceback = traceback
        self.output = output

    def __str__(self) -> str:
        return "\n".join(
            filter(None, [f"{self.type}: {self.message}", self.traceback, self.output])
        )


class Interpreter:
    """A booted interpreter in a page of its own; a context manager.

    The names that code assigns stay, as in one module; so does the document.
    """

    def __init__(
        self,
        runner: Runner,
        line: str,
        fetch: Callable[[str, Sequence[str]], object] | None = None,
    ) -> None:
        """Boot on the line.

        Args:
            runner: Boots and drives it.
            line: One of the runner's lines.
            fetch: Called with the line and the packages before they are first loaded, to see
                to it that their wheels lie beside the runtime.

        Raises:
            BootError: No session can be had.
            HungError: The browser does not answer.
        """
        self.line = line
        self.output = ""
        """What the last :meth:`run` printed."""
        self._runner = runner
        self._fetch = fetch
        self._page: SessionPage = runner.open_session(line)

    def run(
        self,
        source: str,
        *,
        packages: Sequence[str] = (),
        timeout: float = RUN_LIMIT,
        unhandled: bool = False,
    ) -> Any:
        """Run Python with top-level await; return the value of the last expression.

        Args:
            source: Python code; its last statement's value must be plain data (JSON).
            packages: Wheels of the Pyodide distribution to load before.
            timeout: Seconds that it may take, on a machine of the reference.
            unhandled: Allow errors that nobody awaited; otherwise they raise, too.

        Raises:
            InterpreterError: It raised, left an unhandled error, or took too long.
            RunnerError: The page is gone, or the interpreter has ended.
        """
        if packages and self._fetch is not None:
            self._fetch(self.line, packages)
        block = {
            "kind": "value",
            "code": source,
            "file": "<interpreter>",
            "line": 1,
            "column": 0,
            "packages": list(packages),
            "limit": THIS_MACHINE.patience(timeout),
            "pace": THIS_MACHINE.slowness,
        }
        limit = THIS_MACHINE.patience(timeout + ANSWER_GRACE)
        found = self._runner.call(self._page.value(block, limit), limit + _CALL_GRACE)
        if isinstance(found, str):
            raise RunnerError(f"the interpreter on Pyodide {self.line} is gone: {found}")
        self.output = found["stdout"] + found["stderr"]
        fault = found["fault"]
        if found["timed_out"]:
            where = fault["traceback"] if fault else ""
            raise InterpreterError("TimeoutError", f"over {timeout:g} s", where, self.output)
        if found["lost"]:
            raise RunnerError(f"the interpreter on Pyodide {self.line} is gone: {found['lost']}")
        problems = [] if unhandled else [*found["earlier"], *found["problems"]]
        for problem in filter(None, [fault, *problems]):
            raise InterpreterError(
                problem["type"], problem["message"], problem["traceback"], self.output
            )
        return found.get("value")

    def evaluate(self, expression: str, argument: object = None, timeout: float = RUN_LIMIT) -> Any:
        """The value of a JavaScript expression or function in the page, as plain data.

        Raises:
            RunnerError: It raised, took too long, or the page is gone.
        """
        limit = THIS_MACHINE.patience(timeout)
        work = self._page.javascript(expression, argument, limit)
        found = self._runner.call(work, limit + _CALL_GRACE)
        if "lost" in found:
            raise RunnerError(f"JavaScript on Pyodide {self.line}: {found['lost']}")
        return found["value"]

    def fresh(self) -> Interpreter:
        """Another one on the same line, pristine; who asked for it closes it."""
        return Interpreter(self._runner, self.line, self._fetch)

    def close(self) -> None:
        """Close the page."""
        self._runner.call(self._page.close(), _CALL_GRACE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
