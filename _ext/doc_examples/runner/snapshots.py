"""The memory snapshots that sessions start from: made once, checked, kept per user."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from filelock import FileLock, Timeout

from doc_examples.runner.errors import BootError
from doc_examples.runner.pace import THIS_MACHINE
from doc_examples.runner.pages import SessionPage

if TYPE_CHECKING:
    from doc_examples.runner.browser import BrowserProcess
    from doc_examples.runner.pages import RuntimeFiles
    from doc_examples.runner.server import Server

logger = logging.getLogger(__name__)

MAKE_LIMIT = 180.0
"""Seconds to wait for another process that makes the same snapshot; grows with boots."""


class Snapshots:
    """The snapshots of one run; each is checked against its hash before its first use."""

    def __init__(self, browser: BrowserProcess, server: Server) -> None:
        """``browser`` and ``server`` make what is missing."""
        self._browser = browser
        self._server = server
        self._checked: dict[Path, Path | None] = {}
        self._making = asyncio.Lock()

    async def get(self, runtime: RuntimeFiles) -> Path | None:
        """The runtime's snapshot, made if there is none; None where it boots normally."""
        path = runtime.snapshot
        if path is None:
            return None
        async with self._making:
            if path not in self._checked:
                self._checked[path] = await self._ensure(runtime, path)
        return self._checked[path]

    def give_up(self, path: Path, reason: str) -> None:
        """Boot normally from now on; the file did not restore, and the next run makes it anew."""
        if self._checked.get(path) is not None:
            logger.warning("the snapshot %s is not used, sessions boot normally: %s", path, reason)
            self._checked[path] = None
            with contextlib.suppress(OSError):
                path.unlink()

    async def _ensure(self, runtime: RuntimeFiles, path: Path) -> Path | None:
        try:
            limit = THIS_MACHINE.patience(MAKE_LIMIT)
            lock = FileLock(path.with_suffix(".lock"), timeout=limit, thread_local=False)
            await asyncio.to_thread(_acquire, lock)
            try:
                state = _state_of(path)
                if state == "damaged":
                    logger.warning("the snapshot %s is damaged and made anew", path)
                if state != "whole":
                    await self._make(runtime, path)
            finally:
                lock.release()
        except (BootError, OSError, Timeout) as error:
            logger.warning("no snapshot of Pyodide %s, it boots normally: %s", runtime.line, error)
            return None
        return path

    async def _make(self, runtime: RuntimeFiles, path: Path) -> None:
        page = SessionPage(self._browser, self._server, runtime)
        try:
            await page.make_snapshot(path)
        finally:
            await page.close()
        _sum_of(path).write_text(_hash(path), "ascii")


def _sum_of(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _acquire(lock: FileLock) -> None:
    Path(lock.lock_file).parent.mkdir(parents=True, exist_ok=True)
    lock.acquire()


def _state_of(path: Path) -> Literal["absent", "damaged", "whole"]:
    if not path.exists():
        return "absent"
    try:
        return "whole" if _sum_of(path).read_text("ascii") == _hash(path) else "damaged"
    except OSError:
        return "damaged"
