"""What a reader gets from Run, Edit, Reset and Stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    Visits = Any
    Stay = Any
    Reader = Any


def test_nothing_of_pyodide_is_loaded_before_the_first_click(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.wait_for_load_state("networkidle")
        wanted = ("pyodide/", "config.json", "session.", ".wasm", "sphinx_pyodide", ".whl")
        assert [url for url in reader.requests if any(part in url for part in wanted)] == []
        assert await reader.run("one") == "<b>one</b> & more 1\n"
        assert [url for url in reader.requests if url.endswith("/pyodide/314.0.4/pyodide.mjs")]

    visit(script)


def test_run_first_runs_what_precedes_the_block_and_says_so(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.evaluate(
            """() => {
                window.said = [];
                new MutationObserver(() => {
                    for (const status of document.querySelectorAll('.example-status'))
                        said.push(status.textContent);
                }).observe(document.body, {subtree: true, childList: true, characterData: true});
            }"""
        )
        assert await reader.run("two") == "two 2\n"
        said = await reader.page.evaluate("said")
        assert "Running one first" in said
        assert any(text.startswith("Starting Pyodide 314.0.4") for text in said)
        assert await reader.run("three") == "three 3\n"

    visit(script)


def test_running_a_block_again_gives_what_the_first_run_gave(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        assert await reader.run("two") == "two 2\n"
        assert await reader.run("two") == "two 2\n"
        assert await reader.run("one") == "<b>one</b> & more 1\n"

    stay(script)


def test_an_edited_block_runs_as_edited_and_resets(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        await reader.edit("one", "x = 41\nprint('<i>edited</i>')")
        await reader.page.keyboard.press("Control+Enter")
        assert await reader.ended("one") == "<i>edited</i>\n"
        assert await reader.run("two") == "two 42\n"
        await reader.page.click('[aria-label="Reset one"]')
        assert await reader.block("one").locator("textarea").is_hidden()
        assert await reader.block("one").locator(".highlight").is_visible()
        assert await reader.run("two") == "two 2\n"

    stay(script)


def test_the_editor_is_entered_and_left_by_keyboard(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.focus('[aria-label="Edit one"]')
        await reader.page.keyboard.press("Enter")
        area = reader.block("one").locator("textarea")
        assert await area.evaluate("area => area === document.activeElement")
        await reader.page.keyboard.press("Tab")
        assert "    " in await area.input_value()
        await reader.page.keyboard.press("Escape")
        focused = "document.activeElement.getAttribute('aria-label')"
        assert await reader.page.evaluate(focused) == "Run one"

    visit(script)


def test_an_error_shows_with_the_lines_of_the_page(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        await reader.run("fails")
        assert await reader.state("fails") == "failed"
        assert await reader.status("fails") == "Failed: ZeroDivisionError"
        error = await reader.error("fails")
        source = (stay.site.parent / "project/guide/index.md").read_text().splitlines()
        assert f'index.md", line {source.index("inner(0)") + 1}, in <module>' in error
        assert error.endswith("ZeroDivisionError: division by zero")

    stay(script)


def test_a_block_after_a_failed_one_names_it_and_does_not_run(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        assert await reader.run("after") == ""
        assert await reader.status("after") == "Not run: fails, which comes before it, failed"
        assert "ZeroDivisionError" in await reader.error("after")

    stay(script)


def test_an_announced_error_counts_as_success(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        assert await reader.run("announced") == "ValueError: no\n"
        assert await reader.state("announced") == "passed"
        await reader.edit("announced", "raise ValueError('another')")
        await reader.run("announced")
        assert await reader.state("announced") == "failed"

    stay(script)


def test_an_endless_loop_is_ended_at_its_limit_on_an_isolated_page(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        note = await reader.page.locator(".example-note").inner_text()
        assert "A block that does not end is interrupted" in note
        await reader.run("endless")
        assert await reader.status("endless") == "Ended: it took longer than its limit of 2 s"
        assert "KeyboardInterrupt" in await reader.error("endless")
        assert await reader.run("one") == "<b>one</b> & more 1\n"

    stay(script)


def test_a_page_that_is_not_isolated_says_so_before_anything_runs(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        note = await reader.page.locator(".example-note").inner_text()
        assert "a loop that never ends cannot be interrupted here" in note
        assert await reader.run("one") == "<b>one</b> & more 1\n"

    visit(script, isolated=False)


def test_the_sites_own_worker_isolates_a_page_whose_host_sends_no_headers(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        async with reader.page.expect_navigation():
            await reader.page.click(".example-isolate")
        assert await reader.page.evaluate("crossOriginIsolated")
        await reader.run("endless")
        assert await reader.status("endless") == "Ended: it took longer than its limit of 2 s"

    visit(script, isolated=False, prefix="/below/a/path/")


def test_stop_ends_a_block_that_waits(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        await reader.start("patient")
        output = reader.block("patient").locator("pre.example-output")
        await output.get_by_text("waiting", exact=True).wait_for()
        await reader.block("patient").locator(".example-stop").click()
        await reader.ended("patient")
        assert await reader.status("patient") == "Stopped"
        assert await reader.run("one") == "<b>one</b> & more 1\n"

    stay(script)


def test_stop_on_a_block_that_waits_its_turn_leaves_the_running_one_alone(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        code = "import asyncio, js\nwhile not hasattr(js.parent, 'goOn'): await asyncio.sleep(0.01)"
        await reader.edit("one", f"{code}\nx = 1\nprint('whole')")
        await reader.start("one")
        await reader.start("two")
        await reader.block("two").locator(".example-stop").click()
        await reader.page.evaluate("globalThis.goOn = true")
        assert await reader.ended("one") == "whole\n"
        await reader.ended("two")
        assert await reader.status("two") == "Stopped"

    stay(script)


def test_a_block_that_leaves_its_document_is_reported_and_the_next_one_runs(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        await reader.run("leaves")
        assert await reader.state("leaves") == "failed"
        assert "navigated" in await reader.status("leaves") + await reader.error("leaves")
        assert await reader.run("one") == "<b>one</b> & more 1\n"

    stay(script)


def test_reload_and_tab_do_what_they_do_in_the_tests(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        assert await reader.run("reloaded") == "yes False\n"
        assert await reader.run("elsewhere") == "False False\n"

    stay(script)


def test_a_demo_shows_under_the_block_that_was_clicked(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        await reader.run("demo")
        await reader.frame("demo").locator("#press").click()
        await reader.frame("demo").locator("#count").get_by_text("1", exact=True).wait_for()
        assert await reader.run("quiet") == "no change of the document 1\n"
        assert await reader.block("demo").locator("iframe").is_visible()
        await reader.run("grow")
        await reader.frame("grow").get_by_text("grown 1").wait_for()

    stay(script)


def test_without_move_before_the_demo_lies_over_the_room_under_the_block(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.evaluate("delete Element.prototype.moveBefore")
        await reader.run("demo")
        frame = reader.page.locator(".example-dock iframe")
        await frame.wait_for(state="visible")
        room = await reader.block("demo").locator(".example-room").bounding_box()
        box = await frame.bounding_box()
        assert room is not None
        assert box is not None
        assert abs(box["x"] - room["x"]) < 2
        assert room["y"] <= box["y"] < box["y"] + box["height"] <= room["y"] + room["height"] + 1
        inside = reader.page.frame_locator(".example-dock iframe")
        await inside.locator("#press").click()
        await inside.get_by_text("1", exact=True).wait_for()

    visit(script)


def test_scripts_doctests_and_files_run_as_in_the_tests(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        assert await reader.run("script") == "from a script\n"
        assert await reader.run("reads") == "hello from a file\n" * 2
        await reader.run("prompt")
        assert await reader.state("prompt") == "passed"

    stay(script)


def test_the_reader_chooses_the_line(visit: Visits) -> None:
    async def script(reader: Reader) -> None:
        assert await reader.run("version") == "(3, 12)\n"
        await reader.run("newer")
        said = await reader.status("newer")
        assert said == "Not applicable on Pyodide 0.27: needs a newer Python"
        await reader.block("version").locator("select").select_option("314")
        assert await reader.run("version") == "(3, 14)\n"
        assert "pyodide=" not in reader.page.url

    visit(script, "guide/index.html?pyodide=0.27")


def test_a_block_that_was_folded_away_runs(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.locator("details.sd-dropdown").last.locator("summary").click()
        assert (await reader.run("folded")).startswith("a line that is so long")

    stay(script)


def test_the_pyodide_directive_makes_a_block_that_runs(stay: Stay) -> None:
    async def script(reader: Reader) -> None:
        block = reader.page.locator(".example", has_text="math.pi")
        assert await block.locator(".example-edit").count() == 0
        recorded = await block.locator(".example-recorded").inner_text()
        assert recorded.split("\n")[0] == "Output as the author gives it, not verified"
        name = await block.locator(".example-run").get_attribute("aria-label")
        assert await reader.run(name.removeprefix("Run ")) == "3.141592653589793\n"

    stay(script)


def test_the_site_works_below_a_sub_path_and_its_root_leads_to_the_first_page(
    visit: Visits,
) -> None:
    async def script(reader: Reader) -> None:
        await reader.page.wait_for_url("**/catalogue/v1/guide/index.html")
        assert await reader.run("one") == "<b>one</b> & more 1\n"

    visit(script, "index.html", prefix="/catalogue/v1/")
