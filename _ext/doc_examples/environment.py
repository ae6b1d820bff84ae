"""Assembles what a run needs: runtimes, wheels, browser, and the hash over all of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from doc_examples.records import digest
from doc_examples.results import Environment
from doc_examples.runner.pages import RuntimeFiles
from doc_examples.runner.wheels import cache_directory, wheel_for
from pyodide_runtimes import find_browser, resolve_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from doc_examples.records import Plan
    from pyodide_runtimes import Runtime

_HERE = Path(__file__).parent
_RUNNER_CODE = ("session", "runner", "judge.py", "records.py")
"""A change in any of these may change a result."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """What is there to run blocks with."""

    browser: Path
    browser_name: str
    runtimes: dict[str, RuntimeFiles]
    environments: dict[str, Environment]
    wheels: tuple[Path, ...] = ()
    """The project's own, installed in every session."""


def equip(
    plan: Plan,
    lines: Sequence[str],
    source: Path,
    progress: Callable[[str], None] | None = None,
) -> Equipment:
    """Fetch or find everything for the lines; ``source`` is the Sphinx source directory.

    Raises the errors of :mod:`pyodide_runtimes`, and WheelError.
    """
    browser = find_browser()
    wheels = tuple(wheel_for((source / name).resolve()) for name in plan.wheels)
    found = resolve_lines(list(lines), plan.packages(), progress)
    return Equipment(
        browser.path,
        browser.version,
        {runtime.line: files_for(runtime, wheels) for runtime in found},
        {runtime.line: _environment(runtime, wheels, browser.version) for runtime in found},
        wheels,
    )


def files_for(runtime: Runtime, wheels: tuple[Path, ...] = ()) -> RuntimeFiles:
    """What the runner needs to know of a runtime and of the wheels installed in it."""
    # The snapshot holds the runtime and what session.mjs imports, but no wheel: native modules
    # cannot be in it, and pure ones would lose their files.
    name = digest(runtime.digest, _code_digest(("session",)))[:32]
    snapshot = cache_directory() / "snapshots" / f"{runtime.version}-{name}.bin"
    return RuntimeFiles(runtime.line, runtime.version, runtime.directory, wheels, snapshot)


def _environment(runtime: Runtime, wheels: Sequence[Path], browser: str) -> Environment:
    contents = [f"{wheel.parent.name}/{wheel.name}" for wheel in wheels]
    everything = digest(runtime.digest, _code_digest(_RUNNER_CODE), *contents)
    return Environment(runtime.line, runtime.version, runtime.python, browser, everything)


def _code_digest(names: Sequence[str]) -> str:
    """Hash over files of this package; folders with everything in them."""
    paths: list[Path] = []
    for name in names:
        path = _HERE / name
        paths += sorted(path.rglob("*.*")) if path.is_dir() else [path]
    contents = [
        f"{path.relative_to(_HERE).as_posix()}={hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in paths
        if path.suffix in {".py", ".mjs", ".html"}
    ]
    return digest(*contents)
