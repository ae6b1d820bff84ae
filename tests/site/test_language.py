"""The views of the language in a real browser: on a site made of a catalogue of its own."""

from __future__ import annotations

import json
import random
import re
from dataclasses import asdict
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from docutils import nodes

from pattern_language.site import ASSETS
from pattern_language.views.choosing import choose, facts
from pattern_language.views.graph import pattern_graph
from pyodide_runtimes import ensure_npm
from tests.ext.pattern_language.views.languages import (
    CATEGORIES,
    catalogue,
    context,
    random_language,
)
from tests.site.conftest import ROOT, Visits

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.async_api import Page

    from pattern_language.model import Language, Pattern
    from tests.site.conftest import Chromium, Reader

CONF = f"""
project = "A catalogue"
author = "The authors"
copyright = "2026, The authors"
extensions = ["myst_parser", "pattern_language"]
myst_enable_extensions = ["colon_fence", "deflist"]
pattern_language_categories = {CATEGORIES!r}
html_theme = "furo"
html_static_path = [{str(ROOT / "_static")!r}]
html_css_files = ["blueprints.css"]
html_favicon = {str(ROOT / "_static" / "favicon.svg")!r}
"""
INDEX = """
# A catalogue

## Map

:::{pattern-graph}
:::

## Patterns

:::{pattern-index}
:::

```{toctree}
forces
matrix
choosing
```

## Sequences
"""
PAGES = (
    "index",
    "forces",
    "matrix",
    "choosing",
    "workers/worker-pool",
    "architectural/reactive-ui",
)
CHOICE = "choosing.html?forces=isolation-and-sharing,copies-and-safety"
NARROW = {"width": 380, "height": 700}
# Beside the impacts: a page's frame is the theme's, the article is ours.
AUDIT = """() => axe.run('article').then(found => found.violations
    .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200))}`))"""


def pattern_page(pattern: Pattern) -> str:
    """Write the page of a pattern."""
    forces = "\n\n".join(f"{one.force}\n: It presses." for one in pattern.pressings)
    answers = "\n\n".join(
        f"{answer.effect.value} {answer.force}\n: So it does." for answer in pattern.answers
    )
    related = "\n\n".join(
        f"{one.kind.value} {one.target}\n: {one.reason}" for one in pattern.relations
    )
    head = (
        f":category: {pattern.category}\n:modules: {', '.join(pattern.modules)}\n"
        f":state: {pattern.state.value}"
    )
    return (
        f"---\norphan: true\n---\n# {pattern.name}\n\n"
        f":::{{pattern}} {pattern.id}\n{head}\n\n{pattern.intent}\n:::\n\n"
        ":::{context}\nHere.\n:::\n\n:::{problem}\nThis.\n:::\n\n"
        f":::{{forces}}\n{forces}\n:::\n\n:::{{solution}}\n**Do it.**\n:::\n\n"
        f":::{{consequences}}\n{answers}\n:::\n\n:::{{related}}\n{related}\n:::\n"
    )


def write_site(folder: Path, language: Language) -> None:
    """Write the sources of a site that shows a language with all its views."""
    folder.mkdir(parents=True)
    (folder / "conf.py").write_text(CONF, "utf-8")
    forces = ["# Forces"]
    for group, members in language.groups().items():
        forces.append(f"## {group}")
        forces += [
            f":::{{force}} {one.id}\n:goods: {' | '.join(one.goods)}\n\n{one.summary}\n:::"
            for one in members
        ]
    (folder / "forces.md").write_text("\n\n".join(forces) + "\n", "utf-8")
    sequences = [
        f":::{{sequence}} {one.id}\n:title: {one.title}\n\n{one.summary}\n\n"
        + "\n\n".join(f"{step.pattern}\n: It adds something." for step in one.steps)
        + "\n:::"
        for one in language.sequences.values()
    ]
    (folder / "index.md").write_text(INDEX + "\n\n".join(sequences) + "\n", "utf-8")
    matrix = "# Matrix\n\n:::{force-matrix}\n:::\n\n## Goods\n\n:::{force-index}\n:::\n"
    (folder / "matrix.md").write_text(matrix, "utf-8")
    (folder / "choosing.md").write_text("# Choosing\n\n:::{pattern-chooser}\n:::\n", "utf-8")
    for pattern in language.patterns.values():
        page = folder / f"{pattern.docname}.md"
        page.parent.mkdir(exist_ok=True)
        page.write_text(pattern_page(pattern), "utf-8")


@pytest.fixture(scope="session")
def language_site(tmp_path_factory: pytest.TempPathFactory, build: Callable[..., str]) -> Path:
    """A site of twelve patterns, built."""
    folder = tmp_path_factory.mktemp("language-site")
    write_site(folder / "source", catalogue())
    build(folder / "source", folder / "html")
    return folder / "html"


@pytest.fixture
def read(chromium: Chromium, language_site: Path) -> Visits:
    """Visits to that site."""
    return Visits(chromium, language_site)


class Anchors(HTMLParser):
    """The ids and the links of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.ids.add(values.get("id") or "")
        if tag == "a":
            self.links.add(values.get("href") or "")


def test_every_link_of_every_page_leads_to_something(language_site: Path) -> None:
    pages = {page: Anchors(page.read_text("utf-8")) for page in language_site.rglob("*.html")}
    lost = []
    for page, found in pages.items():
        for link in found.links:
            address, anchor = urldefrag(unquote(link))
            if urlsplit(address).scheme or not link.strip("#"):
                continue
            target = (page.parent / address).resolve() if address else page
            if not target.is_file() or (anchor and anchor not in pages[target].ids):
                lost.append(f"{page.name}: {link}")
    assert lost == []


async def audit(reader: Reader) -> list[str]:
    await reader.page.evaluate((ensure_npm("axe-core") / "axe.min.js").read_text("utf-8"))
    found: list[str] = await reader.page.evaluate(AUDIT)
    return found


async def overflow(reader: Reader) -> int:
    width: int = await reader.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [*(f"{page}.html" for page in PAGES), CHOICE])
def test_no_accessibility_violation(read: Visits, path: str, scheme: str) -> None:
    assert read(audit, path, color_scheme=scheme) == []


@pytest.mark.parametrize("path", ["index.html", "matrix.html", CHOICE])
def test_no_accessibility_violation_on_a_narrow_screen(read: Visits, path: str) -> None:
    assert read(audit, path, viewport=NARROW) == []


@pytest.mark.parametrize("path", [*(f"{page}.html" for page in PAGES), CHOICE])
def test_nothing_is_wider_than_a_narrow_screen(read: Visits, path: str) -> None:
    assert read(overflow, path, viewport=NARROW) == 0


# The map


def test_the_map_is_walked_by_keyboard_and_leads_to_patterns(read: Visits) -> None:
    async def script(reader: Reader) -> None:
        page = reader.page
        await page.locator(".graph-wide a").first.focus()
        seen = []
        for _ in range(12):
            seen.append(await page.evaluate("document.activeElement.dataset.node"))
            await page.keyboard.press("Tab")
        assert sorted(seen) == sorted(catalogue().patterns)
        await page.locator('.graph-wide [data-node="worker-rpc"]').focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/workers/worker-rpc.html#pattern-worker-rpc")

    read(script, "index.html")


@pytest.mark.parametrize("way", ["focus", "hover"])
def test_a_pattern_that_is_pointed_at_sets_back_the_edges_of_others(read: Visits, way: str) -> None:
    async def script(reader: Reader) -> None:
        node = reader.page.locator('.graph-wide [data-node="worker-rpc"]')
        # The keyboard is what shows focus: a script's focus alone would not.
        await reader.page.keyboard.press("Shift")
        await (node.focus() if way == "focus" else node.hover())
        await reader.page.wait_for_function(
            """() => [...document.querySelectorAll('.graph-wide .graph-edge')].every(edge =>
                (getComputedStyle(edge).opacity === '1')
                === edge.dataset.ends.split(' ').includes('worker-rpc'))"""
        )

    read(script, "index.html")


def test_a_narrow_screen_shows_the_map_as_a_column(read: Visits) -> None:
    async def script(reader: Reader) -> tuple[bool, bool]:
        page = reader.page
        shown = [await page.locator(f".graph-{form}").is_visible() for form in ("wide", "narrow")]
        return shown[0], shown[1]

    assert read(script, "index.html", viewport=NARROW) == (False, True)
    assert read(script, "index.html") == (True, False)


FITS = """() => [...document.querySelectorAll('a[data-node]')].flatMap(node => {
    const box = node.querySelector('rect').getBBox();
    return [...node.querySelectorAll('text')].filter(text => {
        const found = text.getBBox();
        return found.width > 0 && (found.x < box.x + 4 || found.x + found.width > box.x + box.width
            || found.y < box.y - 0.5 || found.y + found.height > box.y + box.height + 0.5);
    }).map(text => text.textContent);
})"""


@pytest.mark.parametrize("font", ["Liberation Sans", "DejaVu Sans"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_names_fit_their_boxes_as_the_browser_measures_them(
    chromium: Chromium, seed: int, font: str
) -> None:
    style = (ASSETS / "pattern_language.css").read_text("utf-8")
    found = pattern_graph(context(random_language(seed)))
    drawn = "".join(node.astext() for node in found if isinstance(node, nodes.raw))
    # Shown side by side: what is hidden has no size.
    more = f"body {{ font-family: {font!r} }} .graph-narrow {{ display: block !important }}"

    async def script() -> list[str]:
        browser = await chromium.context(viewport={"width": 1600, "height": 900})
        try:
            page: Page = await browser.new_page()
            await page.set_content(f"<style>{style}{more}</style><body>{drawn}")
            missing: list[str] = await page.evaluate(FITS)
            return missing
        finally:
            await browser.close()

    assert chromium.run(script()) == []


# The matrix


def test_heads_stay_in_sight_while_the_matrix_scrolls(read: Visits) -> None:
    async def script(reader: Reader) -> None:
        page = reader.page
        frame = page.locator(".force-matrix-frame")
        await frame.evaluate("frame => { frame.style.maxHeight = '400px' }")
        await frame.evaluate("frame => frame.scrollTo(120, 150)")
        inside = """frame => {
            const at = frame.getBoundingClientRect();
            const row = frame.querySelector('tbody tr:last-child th').getBoundingClientRect();
            const head = frame.querySelector('thead tr:last-child th').getBoundingClientRect();
            return [frame.scrollLeft, frame.scrollTop, row.left - at.left, head.top - at.top];
        }"""
        left, top, row, head = await frame.evaluate(inside)
        assert (left, top) == (120, 150)
        assert 0 <= row <= 2
        assert 0 <= head <= 80

    read(script, "matrix.html", viewport={"width": 480, "height": 800})


def test_the_matrix_scrolls_by_keyboard(read: Visits) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.locator(".force-matrix-frame").focus()
        await reader.page.keyboard.press("ArrowRight")
        await reader.page.wait_for_function(
            "document.querySelector('.force-matrix-frame').scrollLeft > 0"
        )

    read(script, "matrix.html", viewport=NARROW)


def test_a_cell_leads_to_its_consequence(read: Visits) -> None:
    async def script(reader: Reader) -> str:
        page = reader.page
        await page.get_by_role("link", name="Worker Pool worsens Isolation and sharing").click()
        await page.wait_for_url("**/worker-pool.html#*")
        return str(await page.locator(":target").inner_text())

    assert read(script, "matrix.html").startswith("Worsens Isolation and sharing")


# The chooser


async def results(page: Page) -> list[str]:
    names = page.locator(".chooser-list > li > .chooser-pattern > a")
    return await names.all_inner_texts()


def test_forces_are_chosen_by_keyboard_and_the_address_keeps_them(read: Visits) -> None:
    expected = ["Worker Load Failure", "Worker RPC", "Worker Pool", "Synchronous-Looking Async UI"]

    async def script(reader: Reader) -> None:
        page = reader.page
        assert await results(page) == []
        await page.get_by_label("Synchronous style and a host that never blocks").focus()
        await page.keyboard.press("Space")
        assert await results(page) == expected
        status = page.get_by_role("status")
        assert (await status.inner_text()).startswith("4 patterns for 1 force, 2 of them required")
        assert page.url.endswith("choosing.html?forces=synchronous-style-and-unblocked-host")
        await page.reload()
        assert await results(page) == expected
        await page.get_by_role("button", name="Clear").click()
        assert await results(page) == []
        assert page.url.endswith("choosing.html")
        assert await page.get_by_role("button", name="Clear").count() == 0

    read(script, "choosing.html")


def test_reasons_prices_and_alternatives_are_told_with_links(read: Visits) -> None:
    async def script(reader: Reader) -> None:
        page = reader.page
        notes = await page.locator(".chooser-notes > li").all_inner_texts()
        assert " | ".join(notes) == (
            "Choose one: WebGPU Compute and Worker Pool are alternatives: "
            "Because of webgpu-compute."
        )
        pool = page.locator(".chooser-list > li", has_text="What Worker Pool is for")
        assert await pool.locator(".chooser-reasons > li").all_inner_texts() == [
            "balances Isolation and sharing",
            "worsens Isolation and sharing",
            "worsens Warm capacity and small memory",
        ]
        await pool.get_by_role("link", name="balances").click()
        await page.wait_for_url("**#worker-pool-balances-isolation-and-sharing")

    read(script, CHOICE)


def test_conflicts_are_told_first(read: Visits) -> None:
    async def script(reader: Reader) -> list[str]:
        return await reader.page.locator(".chooser-notes > li").all_inner_texts()

    choice = "first-visit-and-later-visits,synchronous-style-and-unblocked-host"
    assert read(script, f"choosing.html?forces={choice}") == [
        "Conflict: Persistent File System and Worker Pool: Because of worker-pool."
    ]


def test_without_a_script_every_force_opens_to_its_answers(read: Visits) -> None:
    async def script(reader: Reader) -> None:
        page = reader.page
        assert await page.locator(".pattern-chooser input").count() == 0
        force = page.locator("details", has_text="Isolation and sharing").last
        await force.locator("summary").click()
        answers = await force.locator("li").all_inner_texts()
        assert [text.split(" (")[0] for text in answers] == ["Test-Suite Isolation", "Worker Pool"]

    read(script, "choosing.html", java_script_enabled=False)


AGREE = """async ([source, cases]) => {
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    const { choose } = await import(url);
    return cases.map(([facts, forces]) => choose(facts, forces));
}"""


def test_the_script_chooses_exactly_as_the_rule_in_python(chromium: Chromium) -> None:
    cases = []
    for seed in range(150):
        dice = random.Random(seed)  # noqa: S311 - choices, no secret
        known = facts(random_language(seed, patterns=dice.randint(1, 12), relations=20))
        forces = [*known["forces"], "nobody"]
        cases += [(known, dice.sample(forces, dice.randint(0, len(forces)))) for _ in range(4)]
    expected = [json.loads(json.dumps(asdict(choose(known, chosen)))) for known, chosen in cases]

    async def script() -> Any:
        browser = await chromium.context()
        try:
            page = await browser.new_page()
            source = (ASSETS / "chooser.mjs").read_text("utf-8")
            return await page.evaluate(AGREE, [source, cases])
        finally:
            await browser.close()

    assert chromium.run(script()) == expected
    assert any(one["conflicts"] for one in expected)
    assert any(one["alternatives"] for one in expected)
    assert any(one["unanswered"] for one in expected)


# Elsewhere


def test_a_page_leads_along_each_of_its_sequences(read: Visits) -> None:
    async def script(reader: Reader) -> None:
        page = reader.page
        path = page.get_by_role("navigation", name="Sequence: Numbers at speed")
        assert re.search(r"2 of 4", await path.inner_text())
        await path.get_by_role("link", name="Next Shared Memory").click()
        await page.wait_for_url("**/workers/shared-memory.html#*")

    read(script, "workers/worker-rpc.html")


def test_print_has_the_map_and_the_forces_and_no_form(read: Visits) -> None:
    async def script(reader: Reader) -> None:
        page = reader.page
        await page.emulate_media(media="print")
        assert await page.locator(".chooser-form").is_hidden()
        assert await page.locator(".chooser-list").is_visible()

    read(script, CHOICE)


def test_a_printed_map_is_not_cut(read: Visits) -> None:
    async def script(reader: Reader) -> bool:
        page = reader.page
        await page.emulate_media(media="print")
        cut: bool = await page.locator(".graph-wide").evaluate(
            "map => map.scrollWidth > map.clientWidth"
        )
        return cut

    assert not read(script, "index.html", viewport={"width": 680, "height": 900})
