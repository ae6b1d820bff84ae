"""Sessions as browser pages: opened, driven and closed through Playwright's async API.

Each await here has a time limit: a page may hang, crash, close or navigate itself at any
point, and none of that may cost another block anything.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from doc_examples import session as session_files
from doc_examples.records import Kind, Outcome
from doc_examples.runner.errors import BootError

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

    from doc_examples.records import Example
    from doc_examples.runner.server import Server

BOOT_LIMIT = 90.0
"""Seconds for a document to open and its interpreter to be ready, on a busy machine."""
ANSWER_GRACE = 6.0
"""Seconds beyond a block's limit after which a page counts as hung."""
CLOSE_LIMIT = 5.0
"""Seconds for closing a page's context, and again for closing the browser."""
CONSOLE_LINES = 500
"""Console lines kept of one block."""

CHROMIUM_FLAGS = (
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@dataclass(frozen=True, slots=True)
class RuntimeFiles:
    """One Pyodide line, and what every session on it starts with."""

    line: str
    version: str
    directory: Path
    wheels: tuple[Path, ...] = ()
    snapshot: Path | None = None
    """Restored when the file exists, made when it does not; None boots normally."""


class BrowserProcess:
    """One browser, started on first use and again after it was given up."""

    def __init__(self, executable: Path) -> None:
        """``executable`` is a Chromium or Chrome."""
        self._executable = executable
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._starting = asyncio.Lock()

    async def context(self) -> BrowserContext:
        """Open a fresh context; storage, caches and service workers are its own."""
        async with self._starting:
            if self._browser is None or not self._browser.is_connected():
                await self.close()
                self._playwright = await async_playwright().start()
                self._browser = await self._playwright.chromium.launch(
                    executable_path=self._executable,
                    args=[*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
                )
        return await self._browser.new_context()

    async def close(self) -> None:
        """End the browser; bounded even when it no longer answers."""
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        with contextlib.suppress(PlaywrightError, TimeoutError):
            if browser is not None:
                await asyncio.wait_for(browser.close(), CLOSE_LIMIT)
        with contextlib.suppress(PlaywrightError, TimeoutError):
            if playwright is not None:
                # Ends the driver; a browser that is still there ends with its pipe.
                await asyncio.wait_for(playwright.stop(), CLOSE_LIMIT)


@dataclass(frozen=True, slots=True)
class _Tab:
    page: Page
    ended: asyncio.Future[str]
    """Resolves with the reason when the page is gone."""


def _watched(page: Page) -> _Tab:
    ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def end(reason: str) -> None:
        if not ended.done():
            ended.set_result(reason)

    page.on("crash", lambda _page: end("the browser page crashed"))
    page.on("close", lambda _page: end("the block closed its page"))
    return _Tab(page, ended)


class SessionPage:
    """One session: a browser context whose tabs each hold a pristine interpreter."""

    _numbers = itertools.count(1)

    def __init__(self, browser: BrowserProcess, server: Server, runtime: RuntimeFiles) -> None:
        """Nothing is opened until :meth:`open`."""
        self.runtime = runtime
        self._browser = browser
        self._server = server
        self._context: BrowserContext | None = None
        self._tabs: dict[str, _Tab] = {}
        self._console: list[str] = []
        self._prefix = f"/s/{os.getpid()}-{next(self._numbers)}/"

    async def open(self) -> None:
        """Open the first tab and boot its interpreter; raises BootError."""
        self._server.routes.folders[self._prefix] = session_files.DIRECTORY
        self._context = await asyncio.wait_for(self._browser.context(), BOOT_LIMIT)
        self._context.on("console", self._on_console)
        await self._tab("")

    async def close(self) -> None:
        """Close the context; a browser that cannot even do that is ended."""
        self._server.routes.folders.pop(self._prefix, None)
        for url in [url for url in self._server.routes.texts if url.startswith(self._prefix)]:
            del self._server.routes.texts[url]
        if self._context is None:
            return
        try:
            await asyncio.wait_for(self._context.close(), CLOSE_LIMIT)
        except (PlaywrightError, TimeoutError):
            await self._browser.close()

    async def probe(self, names: tuple[str, ...]) -> dict[str, bool]:
        """Which of the capabilities the session's first tab has."""
        tab = await self._tab("")
        script = "names => docExamples.session.probe(names)"
        found = await self._bounded(tab, tab.page.evaluate(script, list(names)), 15.0)
        if isinstance(found, str):
            raise BootError(self.runtime.line, f"probing {', '.join(names)}: {found}")
        return dict(found)

    async def run(self, example: Example) -> Outcome:
        """Run one block; never raises for what the block does."""
        self._console.clear()
        limit = example.options.timeout
        try:
            tab = await self._tab(example.options.tab, reload=example.options.reload)
        except BootError as error:
            return Outcome(lost=str(error), console=tuple(self._console))
        if example.kind is Kind.FILE:
            url = self._prefix + example.options.file
            self._server.routes.texts[url] = example.code.encode()
        block = {
            "kind": example.kind.value,
            "code": example.code,
            "file": example.file,
            "line": example.line,
            "column": example.column,
            "docstring_of": example.docstring_of,
            "packages": list(example.options.packages),
            "path": example.options.file,
            "limit": limit,
        }
        script = "block => docExamples.session.run(block)"
        found = await self._bounded(tab, tab.page.evaluate(script, block), limit + ANSWER_GRACE)
        outcome = Outcome(lost=found) if isinstance(found, str) else Outcome.from_json(found)
        return replace(outcome, console=tuple(self._console))

    async def _tab(self, name: str, *, reload: bool = False) -> _Tab:
        """The named tab, booted; a fresh document where ``reload`` asks for one."""
        tab = self._tabs.get(name)
        if tab is not None and not reload:
            return tab
        try:
            if tab is None:
                assert self._context is not None, "open() comes first"
                page = await asyncio.wait_for(self._context.new_page(), BOOT_LIMIT)
                self._tabs[name] = tab = _watched(page)
            await self._boot(tab)
        except (PlaywrightError, TimeoutError) as error:
            raise BootError(self.runtime.line, str(error) or "it took too long") from error
        return tab

    async def _boot(self, tab: _Tab) -> None:
        url = self._server.url + self._prefix + "session.html"
        await asyncio.wait_for(tab.page.goto(url, wait_until="load"), BOOT_LIMIT)
        config = await self._config()
        script = """async config => {
            docExamples.session = await docExamples.boot(config);
        }"""
        found = await self._bounded(tab, tab.page.evaluate(script, config), BOOT_LIMIT)
        if isinstance(found, str):
            raise BootError(self.runtime.line, found)

    async def _config(self) -> dict[str, object]:
        runtime, routes, base = self.runtime, self._server.routes, self._server.url
        folder = f"/_/runtime/{runtime.version}/"
        routes.folders[folder] = runtime.directory
        wheels = []
        for wheel in runtime.wheels:
            routes.folders[f"/_/wheels/{wheel.parent.name}/"] = wheel.parent
            wheels.append(f"{base}/_/wheels/{wheel.parent.name}/{wheel.name}")
        config: dict[str, object] = {"runtime": base + folder, "wheels": wheels}
        if runtime.snapshot is not None and runtime.snapshot.exists():
            routes.folders["/_/snapshots/"] = runtime.snapshot.parent
            config["snapshot"] = f"{base}/_/snapshots/{runtime.snapshot.name}"
        return config

    async def make_snapshot(self, target: Path) -> None:
        """Make the memory snapshot of this runtime and store it at ``target``."""
        self._server.routes.folders[self._prefix] = session_files.DIRECTORY
        self._context = await asyncio.wait_for(self._browser.context(), BOOT_LIMIT)
        page = await self._context.new_page()
        upload = self._prefix + "snapshot"
        self._server.routes.uploads[upload] = target
        try:
            await asyncio.wait_for(page.goto(self._server.url + self._prefix + "session.html"), 30)
            script = """async ([config, url]) => {
                const bytes = await docExamples.snapshot(config);
                const response = await fetch(url, {method: "PUT", body: bytes.slice()});
                if (!response.ok) throw new Error(`upload: HTTP status ${response.status}`);
            }"""
            config = await self._config()
            evaluation = page.evaluate(script, [config, self._server.url + upload])
            await asyncio.wait_for(evaluation, BOOT_LIMIT)
        except (PlaywrightError, TimeoutError) as error:
            raise BootError(self.runtime.line, f"making its snapshot: {error}") from error
        finally:
            del self._server.routes.uploads[upload]

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
            return await asyncio.wait_for(asyncio.shield(tab.ended), 0.5)
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

