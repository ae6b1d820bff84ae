"""Runs the collecting build in a process of its own, when it is needed."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from doc_examples.collect.manifest import PLAN, is_current
from doc_examples.lines import split_lines
from doc_examples.records import Plan

if TYPE_CHECKING:
    from pathlib import Path

BUILD_SECONDS = 600.0
"""How long a build may take before it counts as hanging."""

_TAIL = 40


class CollectError(RuntimeError):
    """The examples could not be collected.

    Attributes:
        srcdir: The project's source directory.
        reason: What happened.
        output: What Sphinx reported, and the last lines that it printed.
    """

    def __init__(self, srcdir: str, reason: str, output: str = "") -> None:
        super().__init__(srcdir, reason, output)
        self.srcdir = srcdir
        self.reason = reason
        self.output = output

    def __str__(self) -> str:
        shown = f"\n{self.output}" if self.output else ""
        return (
            f"the examples of {self.srcdir} could not be collected: {self.reason}.{shown}\n"
            f"Correct what is reported, or run '{sys.executable} -m sphinx -b examples' there "
            "to see all of it."
        )


def generate(srcdir: Path, build_dir: Path, *, seconds: float = BUILD_SECONDS) -> Plan:
    """Return the plan of a project, collecting it first unless it is current.

    Collecting also writes the generated test modules. Several processes may call this at
    once: one builds, the others wait and find the plan current.

    Args:
        srcdir: The source directory, which holds ``conf.py``.
        build_dir: Where builds go; the plan in ``examples``, the doctrees in ``doctrees``.
        seconds: Limit of the wait for another process, and of the build.

    Raises:
        CollectError: The build failed, did not end in time, or another one did not.
    """
    srcdir, build_dir = srcdir.resolve(), build_dir.resolve()
    outdir = build_dir / "examples"
    build_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(build_dir / "examples.lock", timeout=seconds)
    try:
        with lock:
            if not _is_complete(srcdir, outdir):
                _build(srcdir, build_dir, outdir, seconds)
            return _read(outdir)
    except Timeout as error:
        reason = f"another process has been collecting for {seconds:g} s"
        raise CollectError(str(srcdir), reason) from error


def _read(outdir: Path) -> Plan:
    return Plan.from_json((outdir / PLAN).read_text(encoding="utf-8"))


def _is_complete(srcdir: Path, outdir: Path) -> bool:
    if not is_current(srcdir, outdir):
        return False
    from doc_examples.render import render_modules, write_modules  # noqa: PLC0415 - on demand

    plan = _read(outdir)
    write_modules(render_modules(plan), srcdir / plan.tests)
    return True


def _build(srcdir: Path, build_dir: Path, outdir: Path, seconds: float) -> None:
    command = [sys.executable, "-m", "sphinx", "-q", "-b", "examples", "-j", "auto"]
    command += ["-d", str(build_dir / "doctrees"), str(srcdir), str(outdir)]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter, no shell
            command,
            check=False,
            cwd=srcdir,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as error:
        shown = error.output or ""
        text = shown.decode("utf-8", "replace") if isinstance(shown, bytes) else shown
        reason = f"Sphinx did not end within {seconds:g} s"
        raise CollectError(str(srcdir), reason, _last(text)) from error
    if done.returncode:
        reason = f"Sphinx ended with exit status {done.returncode}"
        raise CollectError(str(srcdir), reason, _last(done.stdout))


def _last(text: str) -> str:
    lines = split_lines(text.rstrip())
    reports = [line for line in lines[:-_TAIL] if "WARNING: " in line or "ERROR: " in line]
    return "\n".join([*reports[:_TAIL], *lines[-_TAIL:]])
