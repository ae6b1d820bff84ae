"""Blocks for the host: run by CPython in a fresh project, under a pytest of their own.

The host blocks of a session form one project. A block with ``file`` is written under that
name; another is a test module, or, where it holds no test, a script.
"""

from __future__ import annotations

import ast
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from doc_examples.judge import judge
from doc_examples.lines import split_lines
from doc_examples.records import Fault, Outcome, digest
from doc_examples.results import Environment
from doc_examples.runner.pace import THIS_MACHINE
from doc_examples.runner.report import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doc_examples.records import Example

END_LIMIT = 5.0
"""Seconds for a killed group of processes to let go of its output."""


def host_environment(browser: str = "", wheels: Sequence[Path] = ()) -> Environment:
    """What a host result depends on besides its blocks: CPython, the browser and the wheels."""
    version = platform.python_version()
    contents = [f"{wheel.parent.name}/{wheel.name}" for wheel in wheels]
    return Environment("host", version, version, browser, digest("host", version, *contents))


def run_on_host(
    session: Sequence[Example], position: int, browser: Path, wheels: Sequence[Path] = ()
) -> Report:
    """Write the session's blocks up to ``position`` into a project and run the last of them.

    Args:
        session: The host blocks of a session, in order.
        position: Which of them to run.
        browser: Named to the block by the environment variable ``CHROMIUM``.
        wheels: Pure Python wheels that the block can import from.
    """
    example = session[position]
    with tempfile.TemporaryDirectory(prefix="doc-examples-", ignore_cleanup_errors=True) as folder:
        project = Path(folder).resolve()
        # Shields the project from the configuration of folders above it.
        (project / "pytest.ini").write_text("[pytest]\n", "utf-8")
        for block in session[: position + 1]:
            path = project / file_name(block)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Blank lines before the code give it the line numbers of its page.
            above = "\n" * (block.line - 1) if path.suffix == ".py" else ""
            path.write_text(above + block.code, "utf-8")
        outcome = _run(example, project, browser, wheels)
    return Report(judge(example, "host", outcome), outcome)


def file_name(example: Example) -> str:
    """The block's name in its project."""
    return example.options.file or f"test_{example.name.replace('-', '_')}.py"


def _run(example: Example, project: Path, browser: Path, wheels: Sequence[Path]) -> Outcome:
    if example.options.file:
        return _compiled(example)
    script = project / file_name(example)
    testing = _holds_tests(example.code)
    command = [sys.executable, str(script)]
    if testing:
        command[1:1] = ["-m", "pytest", "-q", "-p", "no:cacheprovider"]
    limit = THIS_MACHINE.patience(example.options.timeout)
    started = time.perf_counter()
    try:
        process = subprocess.Popen(  # noqa: S603 - the page's own block
            command,
            cwd=project,
            env=_variables(browser, wheels),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A group of its own: at the limit, all that the block started ends with it.
            start_new_session=True,
        )
    except OSError as error:
        return Outcome(lost=f"the block could not be started: {error}")
    try:
        out, err = _texts(process.communicate(timeout=limit))
    except subprocess.TimeoutExpired:
        out, err = _killed(process)
        return Outcome(out, err, seconds=limit, timed_out=True)
    finally:
        _kill_group(process.pid)
    seconds = time.perf_counter() - started
    text = _in_page(out + err, example, script)
    fault = _fault(example, process.returncode, text) if process.returncode else None
    if testing:
        # What pytest prints tells times and paths: it is no output of the block.
        return Outcome(fault=fault, console=tuple(split_lines(text)), seconds=seconds)
    return Outcome(out, err, fault, seconds=seconds)


def _variables(browser: Path, wheels: Sequence[Path]) -> dict[str, str]:
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "COV_"))}
    inherited.pop("PYTHONPATH", None)
    # A pure wheel is a zip archive that Python imports from as it stands.
    path = os.pathsep.join(str(wheel) for wheel in wheels)
    found = {**inherited, "CHROMIUM": str(browser), "PYTHONIOENCODING": "utf-8"}
    return {**found, "PYTHONPATH": path} if path else found


def _texts(streams: tuple[bytes, bytes]) -> tuple[str, str]:
    """What was written, as it was: in its text mode, subprocess makes line feeds of returns."""
    out, err = (stream.decode("utf-8", "replace") for stream in streams)
    return out, err


def _killed(process: subprocess.Popen[bytes]) -> tuple[str, str]:
    _kill_group(process.pid)
    try:
        return _texts(process.communicate(timeout=THIS_MACHINE.patience(END_LIMIT)))
    except subprocess.TimeoutExpired:
        return "", ""


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return
    except PermissionError:
        # What macOS says of a group whose processes have ended but were not waited for.
        return


def _in_page(text: str, example: Example, script: Path) -> str:
    """The text with the page's name in place of the script's."""
    return text.replace(str(script), example.file).replace(script.name, example.file)


def _fault(example: Example, status: int, text: str) -> Fault:
    last = example.line + example.code.count("\n") - 1
    found = re.findall(rf"{re.escape(example.file)}(?::|\", line )(\d+)", text)
    lines = [int(number) for number in found if example.line <= int(number) <= last]
    errors = re.findall(r"^(?:E +)?(\w*(?:Error|Exception)\b.*)$", text, re.MULTILINE)
    said = f": {errors[-1]}" if errors else ""
    return Fault("HostError", f"exit status {status}{said}", text, lines[-1] if lines else 0)


def _compiled(example: Example) -> Outcome:
    """A file that other blocks use: its own test is that it compiles, if it is Python."""
    if example.options.file.endswith(".py"):
        try:
            # As many blank lines as stand above it: messages name lines in their text, too.
            compile("\n" * (example.line - 1) + example.code, example.file, "exec")
        except SyntaxError as error:
            line = error.lineno or example.line
            column = (error.offset or 1) + example.column
            return Outcome(fault=Fault("SyntaxError", error.msg, "", line, column))
    return Outcome()


def _holds_tests(code: str) -> bool:
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return False  # Python itself reports it with its place
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.name.lower().startswith("test")
        for node in tree.body
    )
