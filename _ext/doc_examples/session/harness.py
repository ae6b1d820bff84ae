"""The Python half of a session: run one block and report what became of it.

Loaded into Pyodide by ``session.mjs`` as the module ``doc_examples_harness``; imports the
standard library only, so that it also runs on CPython. Everything crosses to JavaScript as
JSON text: no proxies to destroy.
"""

from __future__ import annotations

import ast
import asyncio
import contextlib
import doctest
import gc
import importlib
import inspect
import io
import json
import linecache
import sys
import traceback
from typing import TYPE_CHECKING, Any

import __main__

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, TracebackType

OUTPUT_LIMIT = 1_000_000
"""Characters that one block may print. A page that prints more hangs its reader."""


class OutputLimitExceeded(BaseException):
    """A block printed more than OUTPUT_LIMIT characters."""


class _Output(io.TextIOBase):
    """The standard output: keeps what the current block writes, and passes it on."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self._harness.emit(text)
        return len(text)


class Harness:
    """One interpreter's session."""

    def __init__(self) -> None:
        self._printed: list[str] = []
        self._size = 0
        self._problems: list[dict[str, Any]] = []
        self._task: asyncio.Task[None] | None = None
        self._listener: Callable[[str, str], object] | None = None
        self._interrupted: Callable[[], object] = lambda: None
        self._namespace = vars(__main__)
        self._docstrings: dict[str, dict[str, Any]] = {}

    def install(self) -> None:
        """Take over the standard output and the loop's unhandled errors.

        Not the standard error: Pyodide makes the text of an exception that goes to JavaScript
        by writing it there and catching it at the file descriptor. With another stream in its
        place such exceptions have no message.
        """
        sys.stdout = _Output(self)
        asyncio.get_event_loop().set_exception_handler(self._on_loop_error)

    def listen(self, listener: Callable[[str, str], object]) -> None:
        """Call ``listener("stdout", text)`` for everything that is printed from now on."""
        self._listener = listener

    def when_interrupted(self, callback: Callable[[], object]) -> None:
        """Call ``callback()`` first of all when an interrupt has ended a block.

        It must see to it that no further one comes: that would end the report of the block.
        """
        self._interrupted = callback

    def emit(self, text: str) -> None:
        """Pass on what was written; raises OutputLimitExceeded beyond the limit."""
        self._size += len(text)
        if self._size > OUTPUT_LIMIT:
            raise OutputLimitExceeded(f"printed more than {OUTPUT_LIMIT:,} characters")
        self._printed.append(text)
        if self._listener is not None:
            self._listener("stdout", text)

    def _on_loop_error(self, _loop: object, context: dict[str, Any]) -> None:
        exception = context.get("exception")
        # A cancelled task is no error; the loop of Pyodide 0.27 asks it for its exception.
        if isinstance(exception, asyncio.CancelledError):
            return
        if isinstance(exception, BaseException):
            self._problems.append(describe(exception))
        else:
            message = str(context.get("message", context))
            self._problems.append(_fault("UnhandledError", message, message))

    def begin(self) -> None:
        """Forget what the block before wrote."""
        self._printed.clear()
        self._size = 0

    async def run(self, text: str) -> str:
        """Run the block that ``text`` describes and return its outcome, both as JSON."""
        block = json.loads(text)
        remember_source(block["file"], block["line"], block["code"])
        faults: list[dict[str, Any]] = []
        task = asyncio.ensure_future(self._guarded(block, faults))
        self._task = task
        # Not 'await task': the block's own exceptions are already data, and a cancelled
        # block must still be reported.
        await asyncio.wait({task})
        self._task = None
        report: dict[str, Any] = {"fault": faults[0] if faults else None}
        if block["kind"] == "value" and not faults:
            report["value"] = block["value"]
        return json.dumps(report)

    def problems(self) -> str:
        """Return (as JSON) and forget the errors that nobody awaited; ends a block's output."""
        sys.stderr.flush()
        # A failed task is reported when it is collected, and its traceback is a cycle.
        gc.collect()
        found, self._problems = self._problems, []
        return json.dumps(found)

    def cancel(self) -> str:
        """Cancel the running block; return (as JSON) where it was waiting."""
        task = self._task
        if task is None or task.done():
            return json.dumps(None)
        where = [
            traceback.FrameSummary(f.f_code.co_filename, f.f_lineno, f.f_code.co_name)
            for f in _awaiting(task)
        ]
        task.cancel()
        shown = [frame for frame in where if frame.filename != __file__]
        lines = ["Waiting at (most recent call last):\n", *traceback.format_list(shown)]
        fault = _fault("TimeoutError", "never settled", "".join(lines))
        if shown:
            fault["line"] = shown[0].lineno or 0
        return json.dumps(fault)

    async def _guarded(self, block: dict[str, Any], faults: list[dict[str, Any]]) -> None:
        """Run a block; whatever ends it becomes data here and travels no further.

        KeyboardInterrupt and SystemExit in particular must not reach the event loop: there
        they end the interpreter on some Pyodide lines.
        """
        try:
            if block["kind"] == "doctest":
                await self._run_doctest(block)
            elif block["kind"] == "value":
                block["value"] = await self._value_of(block)
            else:
                code = compile_block(block["code"], block["file"], block["line"], "exec")
                await self._evaluate(code, self._namespace)
        except KeyboardInterrupt as error:
            self._interrupted()
            faults.append(describe(error, column=block["column"]))
        except BaseException as error:  # noqa: BLE001 - the boundary that reports it
            faults.append(describe(error, column=block["column"]))

    async def _evaluate(self, code: CodeType, namespace: dict[str, Any]) -> None:
        result = eval(code, namespace)  # noqa: S307 - running the page's code is the purpose
        if code.co_flags & inspect.CO_COROUTINE:
            await result

    async def _value_of(self, block: dict[str, Any]) -> object:
        """Run statements; the value of the last one, if it is an expression, as plain data."""
        name = "__value__"
        code = compile_block(block["code"], block["file"], block["line"], "exec", keep=name)
        self._namespace.pop(name, None)
        await self._evaluate(code, self._namespace)
        value = self._namespace.pop(name, None)
        json.dumps(value)  # raises what the caller sees where it is no plain data
        return value

    async def _run_doctest(self, block: dict[str, Any]) -> None:
        """Run ``>>>`` examples one by one, with top-level await, as doctest compares them."""
        namespace = self._namespace_for(block["docstring_of"])
        for example in doctest.DocTestParser().get_examples(block["code"]):
            line = block["line"] + example.lineno
            flags = _flags_of(example, line)
            start = len(self._printed)
            raised: Exception | None = None
            try:
                code = compile_block(example.source, block["file"], line, "single")
                with _display_hook():
                    await self._evaluate(code, namespace)
            except Exception as error:
                if example.exc_msg is None:
                    raise
                raised = error
            got = "".join(self._printed[start:])
            if not _as_written(example, flags, got, raised):
                want = example.exc_msg or example.want
                got = got if raised is None else _exception_text(raised)
                raise DoctestMismatch(line, example.source, want, got)

    def _namespace_for(self, docstring_of: str) -> dict[str, Any]:
        """The names that a block sees; those of a docstring share a copy of its module's."""
        if not docstring_of:
            return self._namespace
        if docstring_of not in self._docstrings:
            self._docstrings[docstring_of] = dict(vars(_module_of(docstring_of)))
        return self._docstrings[docstring_of]


def _flags_of(example: doctest.Example, line: int) -> int:
    flags = 0
    for flag, value in example.options.items():
        flags = flags | flag if value else flags & ~flag
    if flags & doctest.SKIP:
        raise ValueError(f"line {line}: a doctest may not be skipped; remove the flag")
    return flags


def _as_written(example: doctest.Example, flags: int, got: str, raised: Exception | None) -> bool:
    """Whether an example printed or raised what stands below it."""
    check = doctest.OutputChecker().check_output
    if raised is None:
        return example.exc_msg is None and check(example.want, got, flags)
    want, text = example.exc_msg or "", _exception_text(raised)
    if flags & doctest.IGNORE_EXCEPTION_DETAIL:
        want, text = (each.partition(":")[0].rpartition(".")[2].strip() for each in (want, text))
    return check(want, text, flags)


def _exception_text(error: Exception) -> str:
    """The last part of a traceback, as doctest expects it; of a SyntaxError without its place."""
    lines = traceback.format_exception_only(error)
    return lines[-1] if isinstance(error, SyntaxError) else "".join(lines)


class DoctestMismatch(AssertionError):  # noqa: N818 - readers see the name
    """A ``>>>`` example printed something else than the page says."""

    def __init__(self, line: int, source: str, want: str, got: str) -> None:
        self.line = line
        super().__init__(
            f"line {line}: {source.strip()}\nExpected:\n{_indent(want)}Got:\n{_indent(got)}"
        )


def _indent(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.splitlines()) or "    (nothing)\n"


@contextlib.contextmanager
def _display_hook() -> Any:
    """Print values by ``repr`` as the interactive interpreter does."""
    saved = sys.displayhook

    def show(value: object) -> None:
        if value is not None:
            sys.stdout.write(repr(value) + "\n")

    sys.displayhook = show
    try:
        yield
    finally:
        sys.displayhook = saved


def _module_of(name: str) -> Any:
    """Import the innermost module of a dotted object name."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        with contextlib.suppress(ModuleNotFoundError):
            return importlib.import_module(".".join(parts[:end]))
    raise ModuleNotFoundError(f"no module holds {name!r}; is its wheel installed?")


def compile_block(code: str, file: str, line: int, mode: str, keep: str = "") -> CodeType:
    """Compile a block so that its line numbers are those of the file where it stands.

    ``keep`` names a variable for the value of a last statement that is an expression.
    """
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
    try:
        tree = compile(code, file, mode, flags=flags, dont_inherit=True)
    except SyntaxError as error:
        # The parser counts from the block's first line; later stages see the moved tree.
        for name in ("lineno", "end_lineno"):
            if getattr(error, name):
                setattr(error, name, getattr(error, name) + line - 1)
        raise
    if keep and tree.body and isinstance(last := tree.body[-1], ast.Expr):
        target = ast.Name(keep, ast.Store(), **_place(last))
        tree.body[-1] = ast.Assign([target], last.value, **_place(last))
    ast.increment_lineno(tree, line - 1)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code_object: CodeType = compile(tree, file, mode, flags=flags, dont_inherit=True)
    return code_object


def _place(node: ast.stmt) -> dict[str, Any]:
    return {
        name: getattr(node, name)
        for name in ("lineno", "col_offset", "end_lineno", "end_col_offset")
    }


def remember_source(file: str, line: int, code: str) -> None:
    """Let tracebacks quote the block's lines at their place in the file."""
    entry = linecache.cache.get(file)
    lines = list(entry[2]) if entry and len(entry) > 1 else []
    block = code.splitlines(keepends=True)
    lines.extend(["\n"] * (line - 1 + len(block) - len(lines)))
    lines[line - 1 : line - 1 + len(block)] = block
    # A modification time of None keeps linecache from looking for the file on disk.
    linecache.cache[file] = (sum(map(len, lines)), None, lines, file)


def describe(error: BaseException, column: int = 0) -> dict[str, Any]:
    """The exception as data, without the frames of this module."""
    shown = _without_own_frames(error.__traceback__)
    report = traceback.TracebackException(type(error), error, shown, compact=True)
    fault = _fault(type(error).__name__, str(error), "".join(report.format()))
    if isinstance(error, SyntaxError) and shown is None:
        fault["message"] = error.msg
        fault["line"] = error.lineno or 0
        fault["column"] = (error.offset or 1) + column
    elif isinstance(error, DoctestMismatch):
        fault["line"] = error.line
        fault["traceback"] = ""
    elif shown is not None:
        fault["line"] = shown.tb_lineno
    return fault


def _fault(kind: str, message: str, text: str) -> dict[str, Any]:
    return {"type": kind, "message": message, "traceback": text, "line": 0, "column": 0}


def _without_own_frames(trace: TracebackType | None) -> TracebackType | None:
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    return trace


def _awaiting(task: asyncio.Task[None]) -> list[Any]:
    """The frames of a suspended task, outermost first, through nested awaits."""
    frames = []
    awaited: Any = task.get_coro()
    while awaited is not None:
        frame = getattr(awaited, "cr_frame", None) or getattr(awaited, "gi_frame", None)
        if frame is not None:
            frames.append(frame)
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "gi_yieldfrom", None)
    return frames
