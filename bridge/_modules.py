"""Finding and importing modules where both are slow: in an interpreter of WebAssembly.

Pyodide keeps no compiled files, so that whoever imports a package waits for the compilation of all
of it; and `importlib.invalidate_caches` does more there than files that were written ask for.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import py_compile
import sys
import time
from importlib.machinery import FileFinder
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["import_in_turns", "refresh_finders"]

_TURN: Final = 0.008
"""Seconds of compiling after which the event loop turns: half a frame."""


def refresh_finders() -> None:
    """Let imports see the files that were written since the last one.

    `importlib.invalidate_caches` does so, too, but up to Python 3.12 it also reads the directory of
    the standard library's archive anew, and it imports what tells the metadata of packages.
    """
    for place, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            # There was nothing at that place.
            del sys.path_importer_cache[place]
        elif isinstance(finder, FileFinder):
            finder.invalidate_caches()


async def import_in_turns(*names: str) -> None:
    """Import modules and packages one after the other, without holding up the page.

    Their files are compiled before, in turns of the event loop, so that the import itself need not.
    Packages within a package are not looked at.

    Raises:
        ImportError: What an import raises.
    """
    for name in names:
        if name in sys.modules:
            continue
        start = time.perf_counter()
        for path in _sources(name):
            # The import tells what does not compile, and does without files that it cannot write.
            with contextlib.suppress(OSError, py_compile.PyCompileError):
                py_compile.compile(str(path), doraise=True)
            if time.perf_counter() - start > _TURN:
                await asyncio.sleep(0)
                start = time.perf_counter()
        await asyncio.sleep(0)
        importlib.import_module(name)
        await asyncio.sleep(0)


def _sources(name: str) -> Iterator[Path]:
    found = importlib.util.find_spec(name)
    if found is None or not found.has_location:
        return
    folders = found.submodule_search_locations
    if folders is None and found.origin:
        yield Path(found.origin)
    for folder in folders or ():
        yield from sorted(Path(folder).glob("*.py"))
