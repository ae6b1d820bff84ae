"""How a reader cites a pattern, in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pybtex.database import parse_string

from doc_examples.runner.server import Routes, Server

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from pathlib import Path

    from playwright.async_api import Page, Route

    Script = Callable[[Page], Coroutine[Any, Any, None]]

CONF = """
project = "Catalogue"
author = "The authors"
extensions = ["myst_parser", "pattern_language"]
myst_enable_extensions = ["colon_fence", "deflist"]
html_theme = "furo"
html_favicon = "icon.svg"
html_baseurl = "https://example.org/catalogue/"
pattern_language_citation = "CITATION.cff"
pattern_language_categories = {"work": "Work"}
suppress_warnings = ["pattern"]
"""
CFF = """
title: A Catalogue of Patterns
authors: [{name: The Catalogue authors}]
version: "1.2"
date-released: "2026-11-22"
"""
PAGE = """
# Salt & Pepper

:::{pattern} salt
:category: work
:modules: json
:state: complete

Add salt & "pepper".
:::

:::{context}
A kitchen.
:::
"""
ICON = '<svg xmlns="http://www.w3.org/2000/svg"/>'
SENTENCE = (
    "The Catalogue authors. Salt & Pepper. In: A Catalogue of Patterns, version 1.2, 2026-11-22. "
    "https://example.org/catalogue/index.html"
)
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map(({ node }) => node?.parentElement);
    // The theme moves its own link to the top of the page.
    shifts.push(...moved.filter((one) => one?.closest("article")).map((one) => one.outerHTML));
  }
}).observe({ type: "layout-shift", buffered: true });
"""
INSECURE = "http://catalogue.test"


@pytest.fixture(scope="module")
def cited_site(tmp_path_factory: pytest.TempPathFactory, build: Callable[..., str]) -> Path:
    """A catalogue of one pattern."""
    folder = tmp_path_factory.mktemp("cited")
    source = folder / "source"
    source.mkdir()
    files = {"conf.py": CONF, "CITATION.cff": CFF, "index.md": PAGE, "icon.svg": ICON}
    for name, text in files.items():
        (source / name).write_text(text, "utf-8")
    build(source, folder / "html", "html", "-W")
    return folder / "html"


@pytest.fixture
def read(chromium: Any, cited_site: Path) -> Callable[..., None]:
    """Opens the page and lets a script act on it; an error of the page fails the test."""

    def visit(script: Script, *, init: str = "", origin: str = "", **options: Any) -> None:
        async def work(server: str) -> None:
            async def serve(route: Route) -> None:
                url = route.request.url.replace(INSECURE, server)
                await route.fulfill(response=await route.fetch(url=url))

            context = await chromium.context(**options)
            errors: list[str] = []
            context.on("weberror", lambda error: errors.append(str(error.error)))
            context.on(
                "console", lambda said: errors.append(said.text) if said.type == "error" else None
            )
            try:
                await context.add_init_script(init)
                await context.route(f"{INSECURE}/**", serve)
                page = await context.new_page()
                await page.goto(f"{origin or server}/index.html")
                await script(page)
            finally:
                await context.close()
            assert errors == []

        with Server(Routes(folders={"/": cited_site}, isolated=False)) as server:
            chromium.run(work(server.url), 60)

    return visit


async def unfold(page: Page) -> None:
    await page.click("summary:has-text('Cite this pattern')")


async def pasted(page: Page) -> str:
    """What the clipboard holds, as any reader gets it: by pasting."""
    await page.evaluate("document.body.append(document.createElement('textarea'))")
    await page.focus("body > textarea")
    await page.keyboard.press("Control+V")
    return await page.locator("body > textarea").input_value()


def test_the_chosen_format_is_copied_and_said_to_be(read: Callable[..., None]) -> None:
    async def script(page: Page) -> None:
        await unfold(page)
        await page.get_by_role("tab", name="BibTeX").click()
        await page.get_by_role("button", name="Copy the citation as BibTeX").click()
        await page.get_by_role("status").get_by_text("Copied as BibTeX.").wait_for()
        (key, entry), *_ = parse_string(await pasted(page), "bibtex").entries.items()
        assert key == "a-catalogue-salt"
        assert entry.fields["title"] == r"{Salt \& Pepper}"
        assert entry.fields["abstract"] == r'Add salt \& "pepper".'

    read(script)


def test_where_there_is_no_clipboard_the_text_is_copied_by_selection(
    read: Callable[..., None],
) -> None:
    async def script(page: Page) -> None:
        # Browsers offer it to secure contexts only, and plain HTTP is none.
        assert await page.evaluate("[isSecureContext, typeof navigator.clipboard]") == [
            False,
            "undefined",
        ]
        await unfold(page)
        await page.get_by_role("button", name="Copy the citation as Plain text").click()
        await page.get_by_role("status").get_by_text("Copied as Plain text.").wait_for()
        assert await pasted(page) == SENTENCE

    read(script, origin=INSECURE)


def test_tabs_are_used_by_the_keyboard_alone(read: Callable[..., None]) -> None:
    async def script(page: Page) -> None:
        await page.focus("details.pattern-cite > summary")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        shown = []
        for key in ("ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "End", "Home"):
            await page.keyboard.press(key)
            focused = await page.evaluate("document.activeElement.textContent")
            panel = page.get_by_role("tabpanel")
            assert await panel.count() == 1
            assert await panel.get_attribute("aria-labelledby") == await page.evaluate(
                "document.activeElement.id"
            )
            shown.append(focused)
        assert shown == ["BibTeX", "CSL-JSON", "RIS", "Plain text", "RIS", "Plain text"]
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_role("status").get_by_text("Copied as Plain text.").wait_for()

    read(script)


def test_without_scripts_all_formats_are_read_below_their_headings(
    read: Callable[..., None],
) -> None:
    async def script(page: Page) -> None:
        assert await page.locator(".pattern-cite-text").first.is_hidden()
        await unfold(page)
        assert await page.locator(".pattern-cite-label:visible").all_inner_texts() == [
            "Plain text",
            "BibTeX",
            "CSL-JSON",
            "RIS",
        ]
        assert await page.locator(".pattern-cite-text:visible").count() == 4
        assert await page.locator(".pattern-cite-text").first.inner_text() == SENTENCE

    read(script, java_script_enabled=False)


def test_nothing_moves_when_the_script_arrives(read: Callable[..., None]) -> None:
    async def script(page: Page) -> None:
        await page.locator(".pattern-cite-tab").first.wait_for(state="attached")
        await page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
        assert await page.evaluate("shifts") == []

    read(script, init=SHIFTS)


def test_on_a_narrow_touch_screen_targets_are_large_and_nothing_overflows(
    read: Callable[..., None],
) -> None:
    async def script(page: Page) -> None:
        await unfold(page)
        targets = page.locator(".pattern-cite > summary, .pattern-cite button:visible")
        assert await targets.count() == 6
        for index in range(6):
            box = await targets.nth(index).bounding_box()
            assert box is not None
            assert box["height"] >= 44
            assert box["width"] >= 44
        assert await page.evaluate("document.documentElement.scrollWidth") == 380

    size: Any = {"width": 380, "height": 800}
    read(script, viewport=size, has_touch=True, is_mobile=True)


def test_print_shows_the_sentence_and_nothing_to_operate(read: Callable[..., None]) -> None:
    async def script(page: Page) -> None:
        await page.emulate_media(media="print")
        assert await page.locator(".pattern-cite").is_hidden()
        assert await page.locator(".pattern-cite-print").inner_text() == f"Cite as: {SENTENCE}"
        await page.emulate_media(media="screen")
        assert await page.locator(".pattern-cite-print").is_hidden()

    read(script)


def test_the_files_that_the_page_links_are_there(
    read: Callable[..., None], cited_site: Path
) -> None:
    async def script(page: Page) -> None:
        links = page.locator(".pattern-cite-files a")
        assert await links.count() == 3
        for link in await links.all():
            assert (cited_site / (await link.get_attribute("href") or "")).is_file()

    read(script)
