"""Python sources as archives: what is packed to be sent, and unpacked where it arrives."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge._modules import refresh_finders
from bridge.errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["SourceError", "archive", "archive_in_turns", "module_of"]

_TURN: Final = 0.008
"""Seconds of packing after which the event loop turns: half a frame."""


class SourceError(BridgeError, LookupError):
    """A module that a worker should get has no source files here.

    Attributes:
        module: Its name.
    """

    module: str

    def __init__(self, module: str, reason: str) -> None:
        super().__init__(
            f"module {module!r} cannot be sent to a worker: {reason}. "
            "Name packages of the distribution by 'packages', and Python modules by 'modules'."
        )
        self.module = module


def module_of(serve: str) -> str:
    """Return the top-level module of ``package.module:function``, or of a module's name.

    Examples:
        >>> module_of("shop.prices:quote")
        'shop'
    """
    return serve.partition(":")[0].partition(".")[0]


def archive(modules: Iterable[str]) -> bytes:
    """Pack the files of top-level modules and packages into a zip archive.

    Compiled files and caches are left out; data files beside the modules come along.

    Raises:
        SourceError: One has no files here.

    Examples:
        >>> import zipfile, io
        >>> "bridge/errors.py" in zipfile.ZipFile(io.BytesIO(archive(["bridge"]))).namelist()
        True
    """
    buffer = io.BytesIO()
    for _ in _pack(modules, buffer):
        pass
    return buffer.getvalue()


async def archive_in_turns(modules: Iterable[str]) -> bytes:
    """Do the same without holding up the page, which has to draw and to hear in between.

    Raises:
        SourceError: One has no files here.
    """
    buffer = io.BytesIO()
    start = time.perf_counter()
    for _ in _pack(modules, buffer):
        if time.perf_counter() - start > _TURN:
            await asyncio.sleep(0)
            start = time.perf_counter()
    return buffer.getvalue()


def _pack(modules: Iterable[str], buffer: io.BytesIO) -> Iterator[None]:
    with zipfile.ZipFile(buffer, "w") as packed:
        for module in dict.fromkeys(modules):
            for name, path in _files(module):
                # Not `write`: a file system in memory may know no time that an archive can hold.
                packed.writestr(zipfile.ZipInfo(name), path.read_bytes())
                yield


def _files(module: str) -> Iterator[tuple[str, Path]]:
    refresh_finders()
    try:
        found = importlib.util.find_spec(module)
    except (ImportError, ValueError) as error:
        raise SourceError(module, str(error)) from error
    if found is None:
        raise SourceError(module, "there is no such module here")
    folders = [Path(folder) for folder in found.submodule_search_locations or ()]
    if not folders and found.origin and Path(found.origin).suffix == ".py":
        yield Path(found.origin).name, Path(found.origin)
        return
    # Of a namespace package, several folders may hold a file of the same name: Python takes the
    # first, and so does the worker.
    seen: set[str] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = f"{module}/{path.relative_to(folder).as_posix()}"
            if name in seen or "__pycache__" in path.parts or path.suffix == ".pyc":
                continue
            if path.is_file():
                seen.add(name)
                yield name, path
    if not seen:
        raise SourceError(module, "its files are not in this interpreter's file system")
