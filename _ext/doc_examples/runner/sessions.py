"""Opens sessions, the next one ahead of its use, and closes all that it opened."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from doc_examples.runner.errors import BootError
from doc_examples.runner.pages import SessionPage
from doc_examples.runner.snapshots import Snapshots

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

    from doc_examples.runner.browser import BrowserProcess
    from doc_examples.runner.pages import RuntimeFiles
    from doc_examples.runner.server import Server


class SessionSource:
    """Gives out pristine sessions. Runs on one event loop."""

    def __init__(
        self, browser: BrowserProcess, server: Server, runtimes: Mapping[str, RuntimeFiles]
    ) -> None:
        """``runtimes`` by line."""
        self._browser = browser
        self._server = server
        self._runtimes = runtimes
        self._snapshots = Snapshots(browser, server)
        self._spare: tuple[str, asyncio.Task[SessionPage]] | None = None
        self._discarded: set[asyncio.Task[None]] = set()
        self._stopped = False

    def stop(self) -> None:
        """Boot nothing any more, not even in place of what fails now."""
        self._stopped = True

    def prepare(self, line: str) -> None:
        """Begin to boot the next session, unless one is being booted already."""
        if self._spare is None and not self._stopped:
            self._spare = (line, asyncio.get_running_loop().create_task(self._open(line)))

    async def fresh(self, line: str) -> SessionPage:
        """A session on the line that nothing has run in.

        Raises:
            BootError: None can be had, the second attempt included.
        """
        spare, self._spare = self._spare, None
        if spare is not None:
            booted, task = spare
            if booted != line:
                self._discard(task)
            else:
                # One that failed to boot says nothing about the next.
                with contextlib.suppress(BootError):
                    page = await asyncio.shield(task)
                    if page.alive:
                        return page
                    await page.close()
        return await self._open(line)

    def retire(self, page: SessionPage) -> None:
        """Close a session that is in order, while the next one is already at work."""
        # Not forcibly: the browser is no longer this session's alone.
        self._watch(page.close(forcibly=False))

    async def close(self) -> None:
        """Close what was booted ahead; the browser must have been closed before."""
        if self._spare is not None:
            self._discard(self._spare[1])
            self._spare = None
        if self._discarded:
            await asyncio.wait(self._discarded)

    def _discard(self, task: asyncio.Task[SessionPage]) -> None:
        # Not cancelled: a context whose creation was on its way would belong to nobody.
        self._watch(_close_when_open(task))

    def _watch(self, work: Coroutine[object, object, None]) -> None:
        closing = asyncio.get_running_loop().create_task(work)
        self._discarded.add(closing)
        closing.add_done_callback(self._discarded.discard)

    async def _open(self, line: str) -> SessionPage:
        runtime = self._runtimes[line]
        snapshot = await self._snapshots.get(runtime)
        page = SessionPage(self._browser, self._server, runtime, snapshot)
        try:
            return await _opened(page)
        except BootError as error:
            if self._stopped or (snapshot is None and self._browser.connected):
                raise
            # Either the browser went away meanwhile, or the snapshot does not restore here.
            lost = not self._browser.connected
            again = SessionPage(self._browser, self._server, runtime, snapshot if lost else None)
            opened = await _opened(again)
            if snapshot is not None and not lost:
                self._snapshots.give_up(snapshot, error.reason)
            return opened


async def _opened(page: SessionPage) -> SessionPage:
    try:
        await page.open()
    except BaseException:
        await page.close()
        raise
    return page


async def _close_when_open(task: asyncio.Task[SessionPage]) -> None:
    with contextlib.suppress(BootError):
        await (await task).close()
