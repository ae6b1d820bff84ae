"""The browser runs with what sessions need, and without what they do not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.pace import patience

if TYPE_CHECKING:
    from doc_examples.runner.runner import Runner


async def _seen(runner: Runner) -> tuple[str, list[str]]:
    """The browser's command line, and the kinds of its pages while one window is open."""
    browser = runner._browser
    context = await browser.context()
    page = await context.new_page()
    await page.goto("chrome://version", timeout=patience(30) * 1000)
    command = await page.locator("#command_line").inner_text(timeout=patience(30) * 1000)
    assert browser._browser is not None
    devtools = await browser._browser.new_browser_cdp_session()
    found = await devtools.send("Target.getTargets", {"filter": [{}]})
    await context.close()
    return command, [target["type"] for target in found["targetInfos"]]


def test_what_playwright_switches_off_stays_off_and_no_address_bar_is_loaded(
    runner: Runner,
) -> None:
    command, kinds = runner.call(_seen(runner), 120)
    playwright, *_, ours = re.findall(r"--disable-features=(\S+)", command)
    # Of several such switches, the browser obeys the last.
    assert set(playwright.split(",")) - set(ours.split(",")) == set()
    assert "page" in kinds
    assert "browser_ui" not in kinds
