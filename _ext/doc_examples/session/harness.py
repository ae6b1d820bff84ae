"""The Python half of a session: run one block and report what became of it.

Loaded into Pyodide by ``session.mjs`` as the module ``doc_examples_harness``; imports the
standard library only, so that it also runs on CPython. Everything crosses to JavaScript as
JSON text: no proxies to destroy.
"""

from __future__ import annotations
import __future__

import ast
import asyncio
import contextlib
import doctest
import functools
import gc
import importlib
import inspect
import io
import json
import linecache
import operator
import sys
import traceback
from typing import TYPE_CHECKING, Any

import __main__

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType, TracebackType

OUTPUT_LIMIT = 1_000_000
"""Characters that a block may print unless it says otherwise. More hangs the page's reader."""


class OutputLimitExceeded(BaseException):
    """A block printed more characters than it may."""


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
        self._futures: dict[str, int] = {}
        """Compiler flags that carry over to the next block, by docstring; of the page's by ''."""
        self._cancelled = False
        self._limit = OUTPUT_LIMIT

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
        if self._size > self._limit:
            raise OutputLimitExceeded(
                f"printed more than {self._limit:,} characters; "
                "a block that has to may say output-limit=NUMBER"
            )
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

    def begin(self, limit: int = OUTPUT_LIMIT) -> None:
        """Forget what the block before wrote; the next may print ``limit`` characters."""
        self._printed.clear()
        self._size = 0
        self._limit = limit
        self._cancelled = False

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
        self._cancelled = True
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
                code = self._compile(block["code"], block["file"], block["line"], "exec")
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
        """Run ``>>>`` examples one by one, with top-level await, as doctest does.

        As there, an example that prints something else does not keep the next from running.
        """
        name, line = block["docstring_of"], block["line"]
        namespace = self._namespace_for(name)
        defaults = _flags(block.get("flags", ()))
        mismatches: list[DoctestMismatch] = []
        # Blank lines above give the parser's messages, too, the numbers of the page.
        above = "\n" * (line - 1)
        with _display_hook():
            for example in doctest.DocTestParser().get_examples(above + block["code"], "the page"):
                flags = _flags_of(example, defaults)
                try:
                    await self._run_example(example, block["file"], namespace, name, flags)
                except DoctestMismatch as mismatch:
                    mismatches.append(mismatch)
                    if flags & doctest.FAIL_FAST:
                        break
                except BaseException as error:
                    for earlier in mismatches:
                        error.add_note(f"Before, at {earlier}")
                    raise
        if mismatches:
            raise DoctestMismatch.of(mismatches)

    async def _run_example(
        self, example: doctest.Example, file: str, names: dict[str, Any], futures: str, flags: int
    ) -> None:
        """Run one example; raises DoctestMismatch, or what it raised and does not announce."""
        line, start = example.lineno + 1, len(self._printed)
        want, raised = example.exc_msg, None
        try:
            code = self._compile(example.source, file, line, "single", futures)
            await self._evaluate(code, names)
        except BaseException as error:
            # The end of the block's time comes by these, too.
            if want is None or self._cancelled or isinstance(error, OutputLimitExceeded):
                raise
            raised = error
        got = "".join(self._printed[start:])
        if raised is None:
            good = want is None and check(example.want, got, flags)
        else:
            texts = _exception_texts(raised, example.source)
            good = any(_announced(want or "", text, flags) for text in texts)
            got = texts[0]
        if not good:
            raise DoctestMismatch(line, example.source, want or example.want, got)

    def _compile(self, source: str, file: str, line: int, mode: str, name: str = "") -> CodeType:
        """Compile with what ``from __future__ import`` said before in the same names."""
        flags = self._futures.get(name, 0)
        code = compile_block(source, file, line, mode, futures=flags)
        self._futures[name] = flags | (code.co_flags & _ALL_FUTURES)
        return code

    def _namespace_for(self, docstring_of: str) -> dict[str, Any]:
        """The names that a block sees; those of a docstring share a copy of its module's."""
        if not docstring_of:
            return self._namespace
        if docstring_of not in self._docstrings:
            names = self._docstrings[docstring_of] = dict(vars(_module_of(docstring_of)))
            self._futures[docstring_of] = _futures_in(names)
        return self._docstrings[docstring_of]


_FEATURES = [getattr(__future__, name) for name in __future__.all_feature_names]
_ALL_FUTURES = functools.reduce(operator.or_, (each.compiler_flag for each in _FEATURES))

check = doctest.OutputChecker().check_output


def _futures_in(namespace: dict[str, Any]) -> int:
    """The features of the future that a module has imported, as doctest finds them."""
    found = [each for each in _FEATURES if any(value is each for value in namespace.values())]
    return functools.reduce(operator.or_, (each.compiler_flag for each in found), 0)


def _flags(names: Sequence[str]) -> int:
    """The flags of the names; without any, the one default that differs from doctest's.

    ``1`` on a page does not stand for ``True``: a reader would see another output.
    """
    named = [doctest.OPTIONFLAGS_BY_NAME[name] for name in names]
    return functools.reduce(operator.or_, named) if named else doctest.DONT_ACCEPT_TRUE_FOR_1


def _flags_of(example: doctest.Example, flags: int) -> int:
    for flag, value in example.options.items():
        flags = flags | flag if value else flags & ~flag
    if flags & doctest.SKIP:
        line = example.lineno + 1
        raise ValueError(
            f"line {line}: an example may not be skipped here; say with the option 'lines' "
            "where the block does not hold, or show it as text"
        )
    return flags


def _announced(want: str, text: str, flags: int) -> bool:
    """Whether a raised exception is the one that stands below the example."""
    if check(want, text, flags):
        return True
    if not flags & doctest.IGNORE_EXCEPTION_DETAIL:
        return False
    strip = doctest._strip_exception_details  # type: ignore[attr-defined] # noqa: SLF001 - its rule
    return bool(check(strip(want), strip(text), flags))


def _exception_texts(error: BaseException, source: str) -> list[str]:
    """The last part of a traceback, as doctest compares it; of a SyntaxError without its place.

    A SyntaxError's message may name a line: that of the page, or as at a prompt, where each
    example begins with line 1.
    """
    if not isinstance(error, SyntaxError):
        return ["".join(traceback.format_exception_only(error))]
    texts = [_without_place(error)]
    try:
        compile(source, "<prompt>", "single", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as again:
        texts.append(_without_place(again))
    return texts


def _without_place(error: SyntaxError) -> str:
    lines = traceback.format_exception_only(error)
    kind = type(error)
    heads = (f"{kind.__qualname__}:", f"{kind.__module__}.{kind.__qualname__}:")
    first = next((n for n, line in enumerate(lines) if line.startswith(heads)), len(lines) - 1)
    return "".join(lines[first:])


class DoctestMismatch(AssertionError):  # noqa: N818 - readers see the name
    """A ``>>>`` example printed something else than the page says."""

    def __init__(self, line: int, source: str, want: str, got: str) -> None:
        self.line = line
        super().__init__(
            f"line {line}: {source.strip()}\nExpected:\n{_indent(want)}Got:\n{_indent(got)}"
        )

    @classmethod
    def of(cls, mismatches: Sequence[DoctestMismatch]) -> DoctestMismatch:
        """All of a block as one, at the line of the first."""
        first, *more = mismatches
        first.args = ("\n".join(str(each) for each in (first, *more)),)
        return first


def _indent(text: str) -> str:
    lines = (line for line in text.removesuffix("\n").split("\n")) if text else ()
    return "".join(f"    {_visible(line)}\n" for line in lines) or "    (nothing)\n"


def _visible(line: str) -> str:
    return "".join(c if c.isprintable() or c == "\t" else ascii(c)[1:-1] for c in line)


@contextlib.contextmanager
def _display_hook() -> Any:
    """Print values, and bind the last one to ``_``, as the interactive interpreter does."""
    saved = sys.displayhook
    sys.displayhook = sys.__displayhook__
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


def compile_block(
    code: str, file: str, line: int, mode: str, *, keep: str = "", futures: int = 0
) -> CodeType:
    """Compile a block so that its line numbers are those of the file where it stands.

    Blank lines above it give every number its place: of tracebacks, and also of those messages
    and warnings of the compiler that name a line in their text.

    Args:
        code: The block.
        file: The file where it stands.
        line: 1-based line of its first line there.
        mode: ``exec`` or ``single``.
        keep: A variable for the value of a last statement that is an expression.
        futures: Flags of ``from __future__ import`` that hold already.
    """
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | futures
    text = "\n" * (line - 1) + code
    tree = compile(text, file, mode, flags=flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    if keep and tree.body and isinstance(last := tree.body[-1], ast.Expr):
        target = ast.Name(keep, ast.Store(), **_place(last))
        tree.body[-1] = ast.Assign([target], last.value, **_place(last))
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
    block = io.StringIO(code, newline="").readlines()
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
        fault["mismatch"] = True
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
