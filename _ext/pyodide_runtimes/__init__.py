"""Which Pyodide lines exist, and how their files and a browser get here.

`pins.toml` beside this file names the lines with their hashes and is the only place that does.
Files are fetched once into the user's cache, each checked against its hash:

    from pyodide_runtimes import NEWEST, ensure_runtime, find_browser

    runtime = ensure_runtime(NEWEST, packages=["numpy"])
    browser = find_browser()

On a command line: `python -m pyodide_runtimes --help`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyodide_runtimes.browser import Browser, find_browser
from pyodide_runtimes.errors import (
    BrowserNotFoundError,
    CacheBusyError,
    CacheUnusableError,
    FetchError,
    HashMismatchError,
    InvalidRuntimeError,
    PinsError,
    RuntimesError,
    SourceError,
    SourceUnreachableError,
    UnknownLineError,
    UnknownPackageError,
)
from pyodide_runtimes.npm import ensure_npm_package
from pyodide_runtimes.pins import LinePin, MirrorPin, NpmPin, Pins, WheelPin, load_pins
from pyodide_runtimes.pip import ensure_pinned_wheel
from pyodide_runtimes.progress import Progress, silent
from pyodide_runtimes.runtimes import (
    Runtime,
    core_digest,
    ensure_runtime,
    resolve_lines,
    runtime_files,
)
from pyodide_runtimes.store import Store

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "LINES",
    "NEWEST",
    "Browser",
    "BrowserNotFoundError",
    "CacheBusyError",
    "CacheUnusableError",
    "FetchError",
    "HashMismatchError",
    "InvalidRuntimeError",
    "LinePin",
    "MirrorPin",
    "NpmPin",
    "Pins",
    "PinsError",
    "Progress",
    "Runtime",
    "RuntimesError",
    "SourceError",
    "SourceUnreachableError",
    "UnknownLineError",
    "UnknownPackageError",
    "WheelPin",
    "core_digest",
    "ensure_npm",
    "ensure_runtime",
    "ensure_wheel",
    "find_browser",
    "load_pins",
    "resolve_lines",
    "runtime_files",
]

LINES: tuple[str, ...] = tuple(pin.name for pin in load_pins().lines)
"""The supported Pyodide lines, oldest first."""

NEWEST: str = LINES[-1]
"""The newest of them."""


def ensure_npm(name: str, progress: Progress | None = None, *, thorough: bool = False) -> Path:
    """Return the directory of a pinned npm package, fetching it when the cache lacks it.

    Args:
        name: A name of the pinned file, as in `comlink`.
        progress: Told about what is fetched.
        thorough: Hash every file again instead of trusting size and time of change.

    Raises:
        UnknownPackageError: The pinned file has no such npm package.
        FetchError: It could not be had with its pinned hash.
        CacheBusyError: Another process has been fetching it for too long.
        CacheUnusableError: The cache cannot be written.
    """
    pin = load_pins().npm_package(name)
    store = Store.default()
    return ensure_npm_package(store, pin, progress or silent, thorough=thorough).directory


def ensure_wheel(name: str, progress: Progress | None = None, *, thorough: bool = False) -> Path:
    """Return the file of a pinned wheel, fetching it when the cache lacks it.

    Args:
        name: A name of the pinned file, as in `reaktiv`.
        progress: Told about what is fetched.
        thorough: Hash it again instead of trusting size and time of change.

    Raises:
        UnknownPackageError: The pinned file has no such wheel.
        FetchError: It could not be had with its pinned hash.
        CacheBusyError: Another process has been fetching it for too long.
        CacheUnusableError: The cache cannot be written.
    """
    pin = load_pins().wheel(name)
    return ensure_pinned_wheel(Store.default(), pin, progress or silent, thorough=thorough)
