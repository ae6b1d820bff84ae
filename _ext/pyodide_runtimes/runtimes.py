"""Pyodide runtimes on disk: pinned lines from the cache, and unreleased ones from a directory."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyodide_runtimes.errors import (
    FetchError,
    HashMismatchError,
    InvalidRuntimeError,
    UnknownLineError,
)
from pyodide_runtimes.hashing import damaged, sha256_of
from pyodide_runtimes.lockfile import Lock, read_lock
from pyodide_runtimes.npm import NpmPackage, ensure_npm_package
from pyodide_runtimes.pins import LinePin, Pins, load_pins
from pyodide_runtimes.progress import Progress, silent
from pyodide_runtimes.store import Store
from pyodide_runtimes.wheel_sources import wheel_sources
from pyodide_runtimes.wheels import fetch_wheels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LOCK = "pyodide-lock.json"
_NEEDED = ("pyodide.mjs", "pyodide.asm.wasm", "python_stdlib.zip", _LOCK)
# Pyodide 0.29 and later ship the Emscripten module as an ES module.
_EITHER = ("pyodide.asm.js", "pyodide.asm.mjs")
_CORE = frozenset({*_NEEDED, *_EITHER, "pyodide.js"})


@dataclass(frozen=True)
class Runtime:
    """A Pyodide runtime whose files were checked.

    Attributes:
        line: The line, as in `0.28`; for an unreleased runtime its version and `+local`.
        version: The exact version.
        python: Python's version in it; for an unreleased runtime as its lock claims.
        directory: Holds `pyodide.mjs`, `pyodide.asm.*`, `python_stdlib.zip`, `pyodide-lock.json`
            and the wheels fetched so far. To be read, never written.
        digest: The hash over its core files, see `core_digest`.
    """

    line: str
    version: str
    python: str
    directory: Path
    digest: str


def core_digest(files: Mapping[str, str]) -> str:
    """Return one hash for the files that make up an interpreter.

    It is the sha256 of what `sha256sum` prints for the core files sorted by name, so that it can
    be checked by hand. Wheels, types and documentation do not count.

    Args:
        files: The sha256 of each file by relative name; more than the core files may be given.
    """
    core = sorted(_CORE & files.keys())
    listing = "".join(f"{files[name]}  {name}\n" for name in core)
    return hashlib.sha256(listing.encode("ascii")).hexdigest()


def ensure_runtime(
    line: str | Path,
    packages: Iterable[str] = (),
    progress: Progress | None = None,
    *,
    thorough: bool = False,
    pins: Pins | None = None,
) -> Runtime:
    """Return a runtime with the wheels of some packages, fetching what the cache lacks.

    Several threads or processes may ask at the same time: one fetches, the others wait.

    Args:
        line: A pinned line, as in `0.28`, or the directory of an unreleased runtime, which is
            used where it lies and never written.
        packages: Names of packages or of imports in the runtime's lock; what they need comes too.
        progress: Told, in one line each, about what is fetched. Silent when nothing is.
        thorough: Hash every file again instead of trusting size and time of change.
        pins: Another pinned file's content.

    Raises:
        UnknownLineError: `line` is no pinned line and no directory.
        UnknownPackageError: A package is not in the runtime's lock.
        FetchError: A file could not be had with its pinned hash from any source.
        InvalidRuntimeError: The directory of an unreleased runtime is not whole.
        HashMismatchError: A wheel there does not have the hash that its lock names.
        CacheBusyError: Another process has been fetching the same thing for too long.
        CacheUnusableError: The cache cannot be written.
    """
    pins = pins or load_pins()
    known = [pin.name for pin in pins.lines]
    if line not in known:
        if not Path(line).is_dir():
            raise UnknownLineError(str(line), known)
        return _local_runtime(Path(line).resolve(), packages)
    return _pinned_runtime(
        pins.line(str(line)), pins.cdn, packages, progress or silent, thorough=thorough
    )


def resolve_lines(
    names: Sequence[str | Path],
    packages: Iterable[str] = (),
    progress: Progress | None = None,
    *,
    thorough: bool = False,
    pins: Pins | None = None,
) -> list[Runtime]:
    """Return the runtimes that a command line names, each once, fetching what is missing.

    Args:
        names: Pinned lines, `all`, and directories of unreleased runtimes, in any order.
        packages: As for `ensure_runtime`; wanted in every one of them.
        progress: As for `ensure_runtime`.
        thorough: As for `ensure_runtime`.
        pins: Another pinned file's content.

    Returns:
        Pinned lines in the order of the pinned file, oldest first, then directories as given.

    Raises:
        UnknownLineError: A name is none of these; nothing has been fetched then.
        RuntimesError: As for `ensure_runtime`.
    """
    pins = pins or load_pins()
    packages = tuple(packages)
    known = [pin.name for pin in pins.lines]
    asked = set(known) if "all" in names else {str(name) for name in names}
    others = dict.fromkeys(str(name) for name in names if str(name) not in (*known, "all"))
    for name in others:
        if not Path(name).is_dir():
            raise UnknownLineError(name, known)
    lines: list[str | Path] = [name for name in known if name in asked]
    return [
        ensure_runtime(line, packages, progress, thorough=thorough, pins=pins)
        for line in (*lines, *(Path(name) for name in others))
    ]


def runtime_files(runtime: Runtime, packages: Iterable[str] = ()) -> tuple[Path, ...]:
    """Return the files that a page loads, for copying a runtime into a site.

    Args:
        runtime: The runtime.
        packages: Names of packages or of imports, fetched before by `ensure_runtime`.

    Returns:
        The core files and the wheels of the packages with what they need, sorted by name. Types,
        source maps and documentation are left out.

    Raises:
        UnknownPackageError: A package is not in the runtime's lock.
        InvalidRuntimeError: A wheel was not fetched.
    """
    directory = runtime.directory
    wheels = _wheel_hashes(read_lock(directory / _LOCK, f"Pyodide {runtime.version}"), packages)
    if missing := [name for name in wheels if not (directory / name).is_file()]:
        raise InvalidRuntimeError(directory, f"{', '.join(missing)} was not fetched")
    core = [name for name in _CORE if (directory / name).is_file()]
    return tuple(directory / name for name in sorted({*core, *wheels}))


def _pinned_runtime(
    pin: LinePin, cdn: str, packages: Iterable[str], progress: Progress, *, thorough: bool
) -> Runtime:
    store = Store.default()
    core = ensure_npm_package(store, pin.npm, progress, thorough=thorough)
    _check_core(pin, core)
    if packages := tuple(packages):
        lock = read_lock(core.directory / _LOCK, f"Pyodide {pin.version}")
        wanted = _wheel_hashes(lock, packages)
        if damaged(core.directory, wanted, core.stamp, thorough=thorough):
            with store.exclusive(core.item) as staging:
                missing = damaged(core.directory, wanted, core.stamp, thorough=thorough)
                fetch_wheels(
                    {file: wanted[file] for file in missing},
                    wheel_sources(cdn, pin, staging, progress),
                    staging,
                    core.directory,
                    progress,
                )
                damaged(core.directory, wanted, core.stamp)
    return Runtime(pin.name, pin.version, pin.python, core.directory, pin.digest)


def _check_core(pin: LinePin, core: NpmPackage) -> None:
    """Compare what was unpacked with the other two hashes that are pinned for the line."""
    what, source = f"pyodide@{pin.version}", "npm"
    for file, expected, found in (
        (_LOCK, pin.lock, core.files.get(_LOCK, "no such file")),
        ("the core files", pin.digest, core_digest(core.files)),
    ):
        if expected != found:
            error = HashMismatchError(f"{file} of {what}", source, expected, found)
            advice = (
                f"the pinned hashes of line {pin.name} contradict each other: correct them, or "
                f"remove {core.directory} if it was changed by hand"
            )
            raise FetchError(what, [error], advice) from error


def _local_runtime(directory: Path, packages: Iterable[str]) -> Runtime:
    missing = [name for name in _NEEDED if not (directory / name).is_file()]
    if not any((directory / name).is_file() for name in _EITHER):
        missing.append(" or ".join(_EITHER))
    if missing:
        raise InvalidRuntimeError(directory, f"{', '.join(missing)} is missing")
    lock = read_lock(directory / _LOCK, str(directory))
    for file, sha256 in _wheel_hashes(lock, packages).items():
        if not (directory / file).is_file():
            raise InvalidRuntimeError(directory, f"{file} is missing; put it beside {_LOCK}")
        if (found := sha256_of(directory / file)) != sha256:
            raise HashMismatchError(file, str(directory), sha256, found)
    version = _local_version(directory) or lock.version or "unknown"
    files = {name: sha256_of(directory / name) for name in _CORE if (directory / name).is_file()}
    return Runtime(f"{version}+local", version, lock.python, directory, core_digest(files))


def _local_version(directory: Path) -> str | None:
    """Return the version that a runtime's `package.json` names; its lock often names another."""
    try:
        data = json.loads((directory / "package.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    version = data.get("version") if isinstance(data, dict) else None
    return version if isinstance(version, str) else None


def _wheel_hashes(lock: Lock, packages: Iterable[str]) -> dict[str, str]:
    return {package.file: package.sha256 for package in lock.closure(packages)}
