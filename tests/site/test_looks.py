"""What every page owes its reader, whatever it says: accessible, narrow, quiet, printable.

The pages of the catalogue itself are audited in ``test_catalogue.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from pyodide_runtimes import ensure_npm

if TYPE_CHECKING:
    Visits = Any
    Reader = Any

SMALL_PAGES = ("guide/index.html", "guide/verification.html")
AUDIT = """() => axe.run(document).then(found => found.violations
    .filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 200))}`))"""


async def audit(reader: Reader) -> list[str]:
    script = (ensure_npm("axe-core") / "axe.min.js").read_text("utf-8")
    await reader.page.evaluate(script)
    found: list[str] = await reader.page.evaluate(AUDIT)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", SMALL_PAGES)
def test_no_serious_accessibility_violation(visit: Visits, path: str, scheme: str) -> None:
    assert visit(audit, path, color_scheme=scheme) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_accessibility_violation_after_running_failing_and_editing(
    visit: Visits, scheme: str
) -> None:
    async def script(reader: Reader) -> list[str]:
        await reader.run("demo")
        await reader.run("fails")
        await reader.page.click('[aria-label="Edit one"]')
        return await audit(reader)

    assert visit(script, color_scheme=scheme) == []


async def overflow(reader: Reader) -> int:
    width: int = await reader.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


@pytest.mark.parametrize("path", SMALL_PAGES)
def test_nothing_is_wider_than_a_narrow_screen(visit: Visits, path: str) -> None:
    assert visit(overflow, path, viewport={"width": 380, "height": 700}) == 0


def test_a_result_is_not_wider_than_a_narrow_screen(visit: Visits) -> None:
    async def script(reader: Reader) -> int:
        await reader.run("demo")
        await reader.run("fails")
        await reader.edit("one", "print('x' * 1000)")
        await reader.run("one")
        return await overflow(reader)

    assert visit(script, viewport={"width": 380, "height": 700}) == 0


def test_code_that_is_wider_than_the_page_is_reached_by_keyboard(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        wide = reader.page.locator(".highlight pre", has_text="a line that is so long")
        await reader.page.locator("details.sd-dropdown summary").first.click()
        await reader.page.set_viewport_size({"width": 379, "height": 700})
        await reader.page.wait_for_function(
            "element => element.tabIndex === 0", arg=await wide.element_handle()
        )

    visit(script, viewport={"width": 380, "height": 700})


def test_the_copy_button_copies_code_and_nothing_else(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        for text, copied in ((">>> 1 + 1", "1 + 1"), ("<b>one", None)):
            block = reader.page.locator(".example", has_text=text).first
            await block.hover()
            await block.locator("button.copybtn").first.click()
            found = await reader.page.evaluate("navigator.clipboard.readText()")
            expected = copied or 'x = 1\nprint("<b>one</b> & more", x)'
            assert found.strip() == expected

    visit(script)


def test_a_printed_page_shows_code_and_badges_without_buttons(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.emulate_media(media="print")
        assert await reader.page.locator(".example-run").first.is_hidden()
        assert await reader.page.locator(".example-badge").first.is_visible()
        assert await reader.page.locator(".highlight pre").first.is_visible()

    visit(script)


def test_without_scripts_there_are_no_buttons_that_do_nothing(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        assert await reader.page.locator(".example").count() > 10
        assert await reader.page.locator(".example button:visible").count() == 0

    visit(script, java_script_enabled=False)


def test_what_is_focused_is_seen(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.focus('[aria-label="Edit one"]')
        await reader.page.keyboard.press("Shift+Tab")
        style = "getComputedStyle(document.activeElement).outlineStyle"
        assert await reader.page.evaluate(style) == "solid"

    visit(script)
