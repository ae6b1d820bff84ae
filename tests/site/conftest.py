"""The built site in a real browser.

Playwright's async API runs on a thread of its own: the sync API would leave an event loop behind
that breaks every asyncio test of the same process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.async_api import async_playwright

from doc_examples.runner.browser import CHROMIUM_FLAGS
from doc_examples.runner.pace import REFERENCE_LAUNCH, THIS_MACHINE
from doc_examples.runner.server import Routes, Server
from pyodide_runtimes import find_browser
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterator

    from playwright.async_api import Browser, BrowserContext, Locator, Page, Playwright

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
PROJECT = Path(__file__).parent / "fixtures" / "project"
RUN_LIMIT = 60.0
"""Seconds for a boot and a run."""


def sphinx_build(source: Path, target: Path, builder: str = "html", *more: str) -> str:
    """Build a project in a process of its own; what it said, or a failed test."""
    command = [sys.executable, "-m", "sphinx", "-b", builder, "-d", str(target.parent / "doctrees")]
    paths = os.pathsep.join([str(ROOT / "_ext"), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [*command, *more, str(source), str(target)],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=patience(240),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="session")
def build() -> Callable[..., str]:
    """Builds a Sphinx project: ``build(source, target, builder="html", *options)``."""
    return sphinx_build


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fixture project, built; without any recorded result."""
    folder = tmp_path_factory.mktemp("small-site")
    source = folder / "project"
    shutil.copytree(PROJECT, source)
    sphinx_build(source, folder / "html")
    return folder / "html"


@pytest.fixture(scope="session")
def real_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of this project, built anew, with every warning an error."""
    target = tmp_path_factory.mktemp("real-site") / "html"
    sphinx_build(ROOT, target, "html", "-W", "--keep-going", "-j", "auto")
    return target


class Chromium:
    """A browser on a thread of its own; whatever is asked of it has a time limit."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None

    def run(self, work: Coroutine[Any, Any, T], limit: float = 150.0) -> T:
        """Await something for as long as what takes ``limit`` seconds may take here."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(patience(limit))

    async def context(self, **options: Any) -> BrowserContext:
        if self._browser is None:
            began = time.perf_counter()
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(
                executable_path=find_browser().path,
                args=[*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
            )
            THIS_MACHINE.note(time.perf_counter() - began, REFERENCE_LAUNCH)
        context = await self._browser.new_context(**options)
        context.set_default_timeout(patience(30) * 1000)
        return context

    def close(self) -> None:
        self.run(self._close(), 20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    async def _close(self) -> None:
        if self._browser is not None:
            await self._browser.close()
        if self._playwright is not None:
            await self._playwright.stop()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    browser = Chromium()
    yield browser
    browser.close()


@dataclass
class Reader:
    """A page with its examples, as a reader uses it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def block(self, name: str) -> Locator:
        return self.page.locator(f'.example:has(> .example-bar > [aria-label="Run {name}"])')

    async def start(self, name: str) -> None:
        await self.page.click(f'[aria-label="Run {name}"]')

    async def run(self, name: str) -> str:
        """Click Run, wait for the end and return the output."""
        await self.start(name)
        return await self.ended(name)

    async def ended(self, name: str) -> str:
        busy = f'[aria-label="Run {name}"][aria-disabled]'
        await self.page.wait_for_selector(
            busy, state="detached", timeout=patience(RUN_LIMIT) * 1000
        )
        return await self.block(name).locator("pre.example-output").text_content() or ""

    async def state(self, name: str) -> str | None:
        return await self.block(name).get_attribute("data-run")

    async def status(self, name: str) -> str:
        return await self.block(name).locator(".example-status").inner_text()

    async def error(self, name: str) -> str:
        return await self.block(name).locator("pre.example-error").text_content() or ""

    async def edit(self, name: str, code: str) -> None:
        await self.page.click(f'[aria-label="Edit {name}"]')
        await self.block(name).locator("textarea").fill(code)

    def frame(self, name: str) -> Any:
        """The document that is shown under a block."""
        return self.block(name).frame_locator("iframe")


class Visits:
    """Opens pages of a built site; every visit ends with a check of what the browser saw."""

    def __init__(self, chromium: Chromium, site: Path) -> None:
        self._chromium = chromium
        self.site = site

    def __call__(
        self,
        script: Callable[[Reader], Coroutine[Any, Any, T]],
        path: str = "guide/index.html",
        *,
        isolated: bool = True,
        prefix: str = "/",
        **options: Any,
    ) -> T:
        """Open a page, let ``script`` act on it; an error of the page fails the test."""
        with Server(Routes(folders={prefix: self.site}, isolated=isolated)) as server:
            return self._chromium.run(self._visit(script, server.url + prefix + path, options))

    async def _visit(
        self, script: Callable[[Reader], Coroutine[Any, Any, T]], url: str, options: dict[str, Any]
    ) -> T:
        async with self.open(options) as reader:
            await reader.page.goto(url)
            result = await script(reader)
        check(reader, url)
        return result

    @contextlib.asynccontextmanager
    async def open(self, options: dict[str, Any]) -> AsyncIterator[Reader]:
        context = await self._chromium.context(**options)
        try:
            reader = Reader(await context.new_page())
            context.on("request", lambda request: reader.requests.append(request.url))
            context.on("weberror", lambda error: reader.errors.append(str(error.error)))
            context.on(
                "console",
                lambda message: (
                    reader.errors.append(f"{message.text} {message.location}")
                    if message.type == "error"
                    else None
                ),
            )
            yield reader
        finally:
            await context.close()


def check(reader: Reader, url: str) -> None:
    """No error came up, and nothing was asked of another host."""
    assert reader.errors == []
    hosts = {urlsplit(url).netloc for url in reader.requests if url.startswith("http")}
    assert hosts == {urlsplit(url).netloc}


class LongVisit:
    """One visit to a page, on which one test after another acts: the reader who stays.

    A test that fails ends it; the next one begins another.
    """

    def __init__(self, chromium: Chromium, visits: Visits) -> None:
        self._chromium = chromium
        self._visits = visits
        self._open: contextlib.AsyncExitStack | None = None
        self._reader: Reader | None = None
        self._server = Server(Routes(folders={"/": visits.site}))
        self.site = visits.site

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self._chromium.run(self._leave())
        finally:
            self._server.__exit__(None, None, None)

    def __call__(self, script: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
        """Let ``script`` act on the page, and find it afterwards with its code unedited."""
        return self._chromium.run(self._act(script))

    async def _act(self, script: Callable[[Reader], Coroutine[Any, Any, T]]) -> T:
        url = self._server.url + "/guide/index.html"
        if self._reader is None:
            self._open = contextlib.AsyncExitStack()
            self._reader = await self._open.enter_async_context(self._visits.open({}))
            await self._reader.page.goto(url)
        try:
            result = await script(self._reader)
            check(self._reader, url)
            for button in await self._reader.page.locator(".example-reset:visible").all():
                await button.click()
        except BaseException:
            await self._leave()
            raise
        return result

    async def _leave(self) -> None:
        stack, self._open, self._reader = self._open, None, None
        if stack is not None:
            await stack.aclose()


@pytest.fixture
def visit(chromium: Chromium, small_site: Path) -> Visits:
    """Visits to the fixture site."""
    return Visits(chromium, small_site)


@pytest.fixture(scope="module")
def stay(chromium: Chromium, small_site: Path) -> Iterator[LongVisit]:
    """A visit to the guide of the fixture site that lasts as long as the tests of a module."""
    with LongVisit(chromium, Visits(chromium, small_site)) as visit:
        yield visit


@pytest.fixture
def visit_real(chromium: Chromium, real_site: Path) -> Visits:
    """Visits to the site of this project."""
    return Visits(chromium, real_site)
