"""Blocks for the host: run by CPython in a fresh project, under a pytest of their own.

The host blocks of a session form one project. A block with ``file`` is written under that
name; another is a test module, or, where it holds no test, a script.
"""

from __future__ import annotations

import ast
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from doc_examples.judge import judge
from doc_examples.records import Fault, Outcome, digest
from doc_examples.results import Environment
from doc_examples.runner.runner import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doc_examples.records import Example


def host_environment(browser: str = "") -> Environment:
    """What a host result depends on besides its blocks: CPython and the browser."""
    version = platform.python_version()
    return Environment("host", version, version, browser, digest("host", version))


def run_on_host(session: Sequence[Example], position: int, browser: Path) -> Report:
    """Write the session's blocks up to ``position`` into a project and run the last of them.

    ``CHROMIUM`` names the browser in the environment of the block. Bounded by its time limit.
    """
    example = session[position]
    with tempfile.TemporaryDirectory(prefix="doc-examples-") as folder:
        project = Path(folder)
        # Shields the project from the configuration of folders above it.
        (project / "pytest.ini").write_text("[pytest]\n", "utf-8")
        for block in session[: position + 1]:
            path = project / file_name(block)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("\n" * (block.line - 1) + block.code, "utf-8")
        outcome = _run(example, project, browser)
    return Report(judge(example, "host", outcome), outcome)


def file_name(example: Example) -> str:
    """The block's name in its project."""
    return example.options.file or f"test_{example.name.replace('-', '_')}.py"


def _run(example: Example, project: Path, browser: Path) -> Outcome:
    if example.options.file:
        return _compiled(example)
    script = project / file_name(example)
    if not _holds_tests(example.code):
        command = [sys.executable, str(script)]
    else:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(script)]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    started = time.perf_counter()
    try:
        done = subprocess.run(  # noqa: S603 - the page's own block
            command,
            cwd=project,
            env={**inherited, "CHROMIUM": str(browser)},
            capture_output=True,
            text=True,
            timeout=example.options.timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        text = expired.stdout.decode(errors="replace") if expired.stdout else ""
        return Outcome(stdout=text, timed_out=True, seconds=example.options.timeout)
    except OSError as error:
        return Outcome(lost=f"the block could not be started: {error}")
    seconds = time.perf_counter() - started
    fault = None
    if done.returncode:
        text = (done.stdout + done.stderr).replace(str(script), example.file)
        fault = Fault("HostError", f"exit status {done.returncode}", text)
    return Outcome(done.stdout, done.stderr, fault, seconds=seconds)


def _compiled(example: Example) -> Outcome:
    """A file that other blocks use: its own test is that it compiles, if it is Python."""
    if example.options.file.endswith(".py"):
        try:
            compile(example.code, example.file, "exec")
        except SyntaxError as error:
            line = example.line + (error.lineno or 1) - 1
            return Outcome(fault=Fault("SyntaxError", error.msg, "", line, error.offset or 0))
    return Outcome()


def _holds_tests(code: str) -> bool:
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return True  # pytest reports it with its place
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.name.lower().startswith("test")
        for node in tree.body
    )

