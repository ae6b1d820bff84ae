"""Sessions as browser pages: opened, driven and closed through Playwright's async API.

Each await here has a time limit: a page may hang, crash, close or navigate itself at any
point, and none of that may cost another block anything. All limits are those of a machine of
the reference, and grow with the boots of this one.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError

from doc_examples import session as session_files
from doc_examples.judge import matches
from doc_examples.records import Fault, Kind, Outcome
from doc_examples.runner.browser import CLOSE_LIMIT
from doc_examples.runner.errors import BootError
from doc_examples.runner.pace import REFERENCE_BOOT, THIS_MACHINE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping
    from pathlib import Path

    from playwright.async_api import BrowserContext, ConsoleMessage, Page

    from doc_examples.records import Example
    from doc_examples.runner.browser import BrowserProcess
    from doc_examples.runner.server import Server

BOOT_LIMIT = 90.0
"""Seconds for a document to open and its interpreter to be ready."""
ANSWER_GRACE = 5.0
"""Seconds beyond a block's limit after which a page counts as hung."""
AFTERMATH_LIMIT = 10.0
"""Seconds for a page to say what came up after a block."""
PROBE_LIMIT = 15.0
"""Seconds for a page to tell what it is and has."""
REASON_LIMIT = 1.0
"""Seconds for the reason why a page has gone, once it has."""
CONSOLE_LINES = 500
"""Console lines kept of one block."""


@dataclass(frozen=True, slots=True)
class RuntimeFiles:
    """One Pyodide line, and what every session on it starts with."""

    line: str
    version: str
    directory: Path
    wheels: tuple[Path, ...] = ()
    snapshot: Path | None = None
    """Restored when the file exists, made when it does not; None boots normally."""


@dataclass(slots=True)
class _Tab:
    page: Page
    ended: asyncio.Future[str]
    """Resolves with the reason when the page is gone."""
    last: Example | None = None
    """The block that ran in it last."""


def _watched(page: Page) -> _Tab:
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def end(reason: str) -> None:
        if not ended.done():
            ended.set_result(reason)

    page.on("crash", lambda _page: end("the browser page crashed"))
    page.on("close", lambda _page: end("the block closed its page"))
    return _Tab(page, ended)


@dataclass(slots=True)
class _Aftermath:
    """What the tabs have to say between two blocks."""

    problems: list[Fault] = field(default_factory=list)
    lost: str = ""


class SessionPage:
    """One session: a browser context whose tabs each hold a pristine interpreter."""

    _numbers = itertools.count(1)

    def __init__(
        self,
        browser: BrowserProcess,
        server: Server,
        runtime: RuntimeFiles,
        snapshot: Path | None = None,
    ) -> None:
        """Nothing is opened until :meth:`open`; ``snapshot`` is restored if it is given."""
        self.runtime = runtime
        self.snapshot = snapshot
        self._browser = browser
        self._server = server
        self._context: BrowserContext | None = None
        self._tabs: dict[str, _Tab] = {}
        self._console: list[str] = []
        self._prefix = f"/s/{os.getpid()}-{next(self._numbers)}/"

    @property
    def alive(self) -> bool:
        """Whether its tabs are still there, as far as is known."""
        return bool(self._tabs) and not any(tab.ended.done() for tab in self._tabs.values())

    async def open(self) -> None:
        """Open the first tab and boot its interpreter.

        Raises:
            BootError: It did not become ready.
        """
        await self._begin()
        await self._tab("")

    async def _begin(self) -> BrowserContext:
        self._server.routes.folders[self._prefix] = session_files.DIRECTORY
        try:
            self._context = await self._browser.context()
        except (PlaywrightError, TimeoutError) as error:
            reason = f"the browser gave no context: {str(error) or 'it took too long'}"
            raise BootError(self.runtime.line, reason) from error
        self._context.on("console", self._on_console)
        return self._context

    async def close(self, *, forcibly: bool = True) -> None:
        """Close the context; ``forcibly``: a browser that cannot even do that is ended."""
        self._server.routes.forget(self._prefix)
        if self._context is None or not self._browser.connected:
            return
        try:
            await asyncio.wait_for(self._context.close(), THIS_MACHINE.patience(CLOSE_LIMIT))
        except (PlaywrightError, TimeoutError):
            if forcibly:
                await self._browser.close()

    async def probe(self, names: tuple[str, ...]) -> dict[str, bool]:
        """Which of the capabilities the session's first tab has.

        Raises:
            BootError: The page did not answer, or knows no such capability.
        """
        script = "([names, pace]) => docExamples.session.probe(names, pace)"
        argument = [list(names), THIS_MACHINE.slowness]
        found = await self.evaluate(script, argument, THIS_MACHINE.patience(PROBE_LIMIT))
        if isinstance(found, str):
            raise BootError(self.runtime.line, f"probing {', '.join(names)}: {found}")
        return dict(found)

    async def restored(self) -> bool:
        """Whether the first tab's interpreter came from a snapshot."""
        limit = THIS_MACHINE.patience(PROBE_LIMIT)
        return await self.evaluate("() => docExamples.session.restored", None, limit) is True

    async def evaluate(self, script: str, argument: object, limit: float) -> Any:
        """Evaluate JavaScript in the first tab; as text, why there is no answer."""
        tab = await self._tab("")
        return await self._bounded(tab, tab.page.evaluate(script, argument), limit)

    async def value(self, block: Mapping[str, object], limit: float) -> dict[str, Any] | str:
        """Run Python for its value: the outcome as the page posts it, or why there is none."""
        found = await self.evaluate("block => docExamples.session.run(block)", block, limit)
        return found if isinstance(found, str) else dict(found)

    async def javascript(self, script: str, argument: object, limit: float) -> dict[str, Any]:
        """Evaluate JavaScript in the first tab: its ``value``, or why there is none (``lost``)."""
        tab = await self._tab("")
        found: list[Any] = []

        async def answer() -> None:
            found.append(await tab.page.evaluate(script, argument))

        lost = await self._bounded(tab, answer(), limit)
        return {"value": found[0]} if found else {"lost": lost}

    async def run(self, example: Example) -> Outcome:
        """Run one block; never raises for what the block does."""
        self._console.clear()
        try:
            outcome = await self._attempt(example)
        except BootError as error:
            outcome = Outcome(lost=str(error))
        return replace(outcome, console=tuple(self._console))

    async def _attempt(self, example: Example) -> Outcome:
        options = example.options
        tab = await self._tab(options.tab, reload=options.reload)
        if example.kind is Kind.FILE:
            self._server.routes.texts[self._prefix + options.file] = example.code.encode()
        script = """block => globalThis.docExamples?.session
            ? docExamples.session.run(block)
            : { absent: location.href }"""
        block = _block(example)
        answer = tab.page.evaluate(script, block)
        limit = THIS_MACHINE.patience(options.timeout + ANSWER_GRACE)
        found = await self._bounded(tab, answer, limit)
        before, tab.last = tab.last, example
        if isinstance(found, str):
            return Outcome(lost=found)
        if "absent" in found:
            reason = f"navigated its page to {found['absent']} after it had ended"
            return Outcome(lost=_blame(before, reason))
        outcome = Outcome.from_json(found)
        earlier = _unexpected(before, [Fault(**problem) for problem in found["earlier"]])
        if earlier:
            reason = f"left an error that nobody handled: {earlier[0].summary}"
            return replace(outcome, lost=_blame(before, reason), fault=earlier[0])
        if outcome.lost:
            return outcome
        after = await self._aftermath()
        return replace(outcome, lost=after.lost, problems=(*outcome.problems, *after.problems))

    async def _aftermath(self) -> _Aftermath:
        """What came up in any tab while the block's report travelled.

        The round trip also delivers the console lines that are still on their way, and shows
        whether the block left a page behind that can run another.
        """
        after = _Aftermath()
        script = "() => globalThis.docExamples?.session?.aftermath() ?? { absent: location.href }"
        for tab in self._tabs.values():
            limit = THIS_MACHINE.patience(AFTERMATH_LIMIT)
            found = await self._bounded(tab, tab.page.evaluate(script), limit)
            if isinstance(found, str):
                after.lost = after.lost or found
            elif "absent" in found:
                after.lost = after.lost or f"the block navigated its page to {found['absent']}"
            else:
                after.lost = after.lost or found["lost"]
                after.problems += [Fault(**problem) for problem in found["problems"]]
        return after

    async def _tab(self, name: str, *, reload: bool = False) -> _Tab:
        """The named tab, booted; a fresh document where ``reload`` asks for one."""
        tab = self._tabs.get(name)
        if tab is not None and not reload:
            return tab
        try:
            if tab is None:
                if self._context is None:
                    raise BootError(self.runtime.line, "the session is not open")
                opening = self._context.new_page()
                page = await asyncio.wait_for(opening, THIS_MACHINE.patience(BOOT_LIMIT))
                self._tabs[name] = tab = _watched(page)
            await self._boot(tab)
        except (PlaywrightError, TimeoutError) as error:
            raise BootError(self.runtime.line, str(error) or "it took too long") from error
        return tab

    async def _boot(self, tab: _Tab) -> None:
        began = time.perf_counter()
        await self._goto(tab.page)
        script = """async config => {
            docExamples.session = await docExamples.boot(config);
        }"""
        limit = THIS_MACHINE.patience(BOOT_LIMIT)
        found = await self._bounded(tab, tab.page.evaluate(script, self._config()), limit)
        if isinstance(found, str):
            raise BootError(self.runtime.line, found)
        THIS_MACHINE.note(time.perf_counter() - began, REFERENCE_BOOT)

    async def _goto(self, page: Page) -> None:
        url = self._server.url + self._prefix + "session.html"
        limit = THIS_MACHINE.patience(BOOT_LIMIT)
        await page.goto(url, wait_until="load", timeout=limit * 1000)

    def _config(self) -> dict[str, object]:
        runtime, routes, base = self.runtime, self._server.routes, self._server.url
        folder = f"/_/runtime/{runtime.line}/"
        routes.folders[folder] = runtime.directory
        wheels = []
        for wheel in runtime.wheels:
            routes.folders[f"/_/wheels/{wheel.parent.name}/"] = wheel.parent
            wheels.append(f"{base}/_/wheels/{wheel.parent.name}/{wheel.name}")
        pace = THIS_MACHINE.slowness
        config: dict[str, object] = {"runtime": base + folder, "wheels": wheels, "pace": pace}
        if self.snapshot is not None:
            routes.folders["/_/snapshots/"] = self.snapshot.parent
            config["snapshot"] = f"{base}/_/snapshots/{self.snapshot.name}"
        return config

    async def make_snapshot(self, target: Path) -> None:
        """Make the memory snapshot of this runtime and store it at ``target``.

        Raises:
            BootError: It could not be made.
        """
        context = await self._begin()
        upload = self._prefix + "snapshot"
        self._server.routes.uploads[upload] = target
        script = """async ([config, url]) => {
            const bytes = await docExamples.snapshot(config);
            const response = await fetch(url, {method: "PUT", body: new Blob([bytes])});
            if (!response.ok) throw new Error(`upload: HTTP status ${response.status}`);
        }"""
        try:
            limit = THIS_MACHINE.patience(BOOT_LIMIT)
            page = await asyncio.wait_for(context.new_page(), limit)
            await self._goto(page)
            evaluation = page.evaluate(script, [self._config(), self._server.url + upload])
            await asyncio.wait_for(evaluation, limit)
        except (PlaywrightError, TimeoutError) as error:
            raise BootError(self.runtime.line, f"making its snapshot: {error}") from error

    async def _bounded(self, tab: _Tab, answer: Awaitable[Any], limit: float) -> Any:
        """The page's answer, or (as text) why there will be none."""
        task = asyncio.ensure_future(answer)
        done, _ = await asyncio.wait(
            {task, tab.ended}, timeout=limit, return_when=asyncio.FIRST_COMPLETED
        )
        if task in done and task.exception() is None:
            return task.result()
        if task not in done:
            task.cancel()
            if tab.ended not in done:
                return (
                    f"the page did not answer within {limit:g} s: "
                    "its thread is kept busy by code that could not be interrupted"
                )
        # A page that goes away fails the evaluation, too; the event names the reason.
        with contextlib.suppress(TimeoutError):
            limit = THIS_MACHINE.patience(REASON_LIMIT)
            ended = await asyncio.wait_for(asyncio.shield(tab.ended), limit)
            # Of a browser that dies, first the pages are reported closed, then itself.
            await asyncio.sleep(limit / 4)
            return ended if self._browser.connected else "the browser's process ended"
        reason = str(task.exception())
        if "context was destroyed" in reason or "docExamples" in reason:
            return f"the block navigated its page to {tab.page.url}"
        return reason

    def _on_console(self, message: ConsoleMessage) -> None:
        if len(self._console) < CONSOLE_LINES:
            place = urlsplit(message.location.get("url", "")).path.rpartition("/")[2]
            where = f" ({place})" if place and place != "session.mjs" else ""
            self._console.append(f"{message.type}: {message.text}{where}")
        elif len(self._console) == CONSOLE_LINES:
            self._console.append("... more console lines were dropped")


def _block(example: Example) -> dict[str, object]:
    """The block as ``session.mjs`` takes it."""
    return {
        "kind": example.kind.value,
        "code": example.code,
        "file": example.file,
        "line": example.line,
        "column": example.column,
        "docstring_of": example.docstring_of,
        "flags": list(example.flags),
        "packages": list(example.options.packages),
        "path": example.options.file,
        "limit": THIS_MACHINE.patience(example.options.timeout),
        "pace": THIS_MACHINE.slowness,
        "output_limit": example.options.output_limit,
    }


def _blame(before: Example | None, reason: str) -> str:
    if before is None:
        return f"the session, before its first block, {reason}"
    return f"block {before.name} at {before.file}:{before.line} {reason}"


def _unexpected(before: Example | None, faults: list[Fault]) -> list[Fault]:
    """The faults that the block before did not announce."""
    announced = before.options.raises if before is not None else ""
    return [fault for fault in faults if not (announced and matches(announced, fault))]
