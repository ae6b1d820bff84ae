"""The runner as its callers see it: synchronous, bounded, one session at a time.

Playwright's async API lives on a thread of its own, because its sync API can neither be
interrupted nor share a process with tests that use asyncio.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

from doc_examples.judge import Verdict, excluded, judge
from doc_examples.records import Fate, Kind, Outcome
from doc_examples.runner.browser import BrowserProcess
from doc_examples.runner.data import parse_data
from doc_examples.runner.errors import HungError
from doc_examples.runner.pace import THIS_MACHINE
from doc_examples.runner.pages import BOOT_LIMIT, SessionPage
from doc_examples.runner.report import Report
from doc_examples.runner.server import Server
from doc_examples.runner.sessions import SessionSource

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence
    from pathlib import Path
    from types import TracebackType

    from doc_examples.records import Example
    from doc_examples.runner.pages import RuntimeFiles

T = TypeVar("T")

THREAD_GRACE = 60.0
"""Seconds beyond all inner limits after which the runner's thread counts as hung."""


@dataclass
class _Standing:
    """An open session and how far down its page it has come."""

    page: SessionPage
    key: tuple[str, str]
    """Line and session key."""
    position: int = 0
    broken: Verdict | None = None
    """What is said of every further block, once one has left another state than the page says."""


class Runner:
    """Runs blocks on any of the given lines; a context manager."""

    def __init__(self, executable: Path, runtimes: Mapping[str, RuntimeFiles]) -> None:
        """``runtimes`` by line. The browser starts with the first block."""
        self._server = Server()
        self._browser = BrowserProcess(executable)
        self._sessions = SessionSource(self._browser, self._server, runtimes)
        self._standing: _Standing | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._server.__enter__()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(HungError):
            self.call(self._close(), THREAD_GRACE)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        if not self._thread.is_alive():
            self._loop.close()
        self._server.__exit__(kind, error, trace)

    def run(self, line: str, session: Sequence[Example], position: int) -> Report:
        """Run the session's block at ``position``, after everything that precedes it.

        Where the open session stands elsewhere, it is thrown away and the blocks before the
        position are replayed in a fresh one. Raises BootError where no session can be had
        and HungError where the browser no longer answers at all.
        """
        limits = sum(example.options.timeout + BOOT_LIMIT for example in session[: position + 1])
        return self.call(self._run(line, session, position), limits + THREAD_GRACE)

    def prepare(self, line: str) -> None:
        """Begin to boot the next session on ``line``, beside the one that is running."""
        self._loop.call_soon_threadsafe(self._sessions.prepare, line)

    def end_session(self) -> None:
        """Close the open session, if there is one."""
        self.call(self._drop(), THREAD_GRACE)

    def open_session(self, line: str) -> SessionPage:
        """A pristine session beside the one that runs blocks; who asked for it closes it.

        Its coroutines are awaited by :meth:`call`. Raises BootError and HungError.
        """
        return self.call(self._sessions.fresh(line), 2 * BOOT_LIMIT + THREAD_GRACE)

    def call(self, work: Coroutine[object, object, T], limit: float) -> T:
        """Await something on the runner's thread, for at most ``limit`` seconds.

        The seconds are those of a machine of the reference; where boots take longer, they grow.

        Raises:
            HungError: It took longer; the work is cancelled.
        """
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        began, allowed = time.monotonic(), THIS_MACHINE.patience(limit)
        while True:
            try:
                return future.result(max(0.0, began + allowed - time.monotonic()))
            except concurrent.futures.TimeoutError:
                if future.done():
                    return future.result()
                # A boot that ended meanwhile may have told of a slower machine.
                before, allowed = allowed, max(allowed, THIS_MACHINE.patience(limit))
                if allowed == before:
                    future.cancel()
                    raise HungError(f"the browser did not answer within {allowed:g} s") from None

    async def _run(self, line: str, session: Sequence[Example], position: int) -> Report:
        example = session[position]
        if (verdict := excluded(example, line)) and not example.options.needs:
            return Report(verdict, Outcome())
        if example.kind is Kind.DATA and not example.options.needs:
            return _parsed(example, line)
        standing = await self._stand_at(line, session, position)
        if standing.broken is not None:
            return Report(standing.broken, Outcome())
        return await self._step(standing, line, example)

    async def _stand_at(self, line: str, session: Sequence[Example], position: int) -> _Standing:
        """A session in which everything before ``position`` has run."""
        key = (line, session[position].session_key)
        standing = self._standing
        if standing is None or standing.key != key or standing.position > position:
            await self._leave()
            standing = self._standing = _Standing(await self._sessions.fresh(line), key)
        while standing.position < position and standing.broken is None:
            before = session[standing.position]
            if before.kind is Kind.DATA or (excluded(before, line) and not before.options.needs):
                standing.position += 1
            else:
                await self._step(standing, line, before)
        return standing

    async def _step(self, standing: _Standing, line: str, example: Example) -> Report:
        standing.position += 1
        verdict = await self._inapplicable(standing, line, example)
        outcome = Outcome()
        if verdict is None:
            if example.kind is Kind.DATA:
                return _parsed(example, line)
            outcome = await standing.page.run(example)
            verdict = judge(example, line, outcome)
        if verdict.ends_session:
            block = f"block {example.name} at {example.file}:{example.line}"
            reason = f"not run: {block} failed: {verdict.headline}"
            standing.broken = Verdict(Fate.NOT_RUN, reason, line=example.line)
        return Report(verdict, outcome)

    async def _inapplicable(
        self, standing: _Standing, line: str, example: Example
    ) -> Verdict | None:
        needs = example.options.needs
        declared = excluded(example, line)
        if not needs:
            return declared
        found = await standing.page.probe(needs)
        missing = [name for name in needs if not found[name]]
        if declared and not missing:
            return Verdict(
                Fate.FAILED,
                f"the page excludes Pyodide {line} ({declared.headline}), "
                f"but the browser has {', '.join(needs)} there: widen 'lines'",
                line=example.line,
            )
        if missing:
            reason = declared.headline if declared else f"needs {', '.join(missing)}"
            return Verdict(Fate.NOT_APPLICABLE, reason)
        return None

    async def _leave(self) -> None:
        """Close the open session; nobody waits for one that has nothing wrong with it."""
        standing = self._standing
        if standing is None or standing.broken is not None:
            await self._drop()
        else:
            self._standing = None
            self._sessions.retire(standing.page)

    async def _drop(self) -> None:
        standing, self._standing = self._standing, None
        if standing is not None:
            await standing.page.close()

    async def _close(self) -> None:
        await self._drop()
        self._sessions.stop()
        await self._browser.close()
        await self._sessions.close()
        # A session that was being booted may have started the browser once more.
        await self._browser.close()


def _parsed(example: Example, line: str) -> Report:
    outcome = parse_data(example)
    return Report(judge(example, line, outcome), outcome)
