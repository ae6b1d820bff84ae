"""Each fault ends its own block with a clear failure in time, and costs no other block anything."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import signal
from typing import TYPE_CHECKING

import pytest

from doc_examples.records import Fate, Kind
from tests.pace import patience, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.async_api import Page

    from doc_examples.records import Example
    from doc_examples.runner.report import Report
    from doc_examples.runner.runner import Runner

    Block = Callable[..., Example]


@pytest.fixture
def fail(runner: Runner, block: Block) -> Callable[..., Report]:
    """Run one bad block; then see that the next session runs as if nothing had happened.

    That session is the one in which the next bad block of the module runs, so that a fault
    costs one boot.
    """

    def good() -> list[Example]:
        return [block("mark = 'fine'", session="good"), block("print(mark)", session="good")]

    def run(line: str, code: str, kind: Kind = Kind.PYTHON, **options: object) -> Report:
        bad = block(code, kind, session="good", **options)
        report = runner.run(line, [*good(), bad], 2)
        assert report.verdict.fate is Fate.FAILED
        after = runner.run(line, good(), 1)
        if not after.verdict.passed:
            runner.end_session()  # its failure is this test's alone
        assert after.verdict.passed, after.verdict.headline
        assert after.outcome.stdout == "fine\n"
        return report

    return run


def test_an_endless_loop_is_interrupted_where_it_is(fail: Callable[..., Report], line: str) -> None:
    report = fail(line, "n = 0\nwhile True:\n    n += 1", timeout=0.5)
    assert report.verdict.headline == "took longer than its limit of 0.5 s"
    assert report.verdict.line in {11, 12}
    assert "KeyboardInterrupt" in report.verdict.detail


def test_an_await_that_never_settles_is_cancelled_where_it_is(
    fail: Callable[..., Report], line: str
) -> None:
    source = "import asyncio\nasync def wait():\n    await asyncio.Future()\nawait wait()"
    report = fail(line, source, timeout=0.5)
    assert report.verdict.headline == "took longer than its limit of 0.5 s"
    assert 'guide/page.md", line 12, in wait' in report.verdict.detail


def test_a_block_that_refuses_to_be_cancelled_is_given_up(
    fail: Callable[..., Report], newest: str
) -> None:
    source = """
import asyncio
while True:
    try:
        await asyncio.sleep(0.01)
    except BaseException:
        continue
"""
    report = fail(newest, source, timeout=0.5)
    assert "did not unwind after it was cancelled" in report.verdict.headline


def test_a_loop_that_swallows_interrupts_is_given_up(
    fail: Callable[..., Report], line: str
) -> None:
    source = "while True:\n    try:\n        while True: pass\n    except BaseException: continue"
    report = fail(line, source, timeout=0.5)
    # Some lines deliver the interrupt to the handler, others past it.
    assert "took longer than its limit" in report.verdict.headline or (
        "could not be interrupted" in report.verdict.headline
    )


def test_recursion_that_cannot_be_interrupted_is_given_up(
    fail: Callable[..., Report], line: str
) -> None:
    source = "def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\nfib(60)"
    report = fail(line, source, timeout=0.5)
    expected = "could not be interrupted" if line in {"0.26", "0.27"} else "took longer than"
    assert expected in report.verdict.headline


def test_the_end_of_the_interpreter_is_noticed_at_once(
    fail: Callable[..., Report], line: str
) -> None:
    report = fail(line, "import os\nos.abort()", timeout=60.0)
    # Not: took longer than its limit.
    assert report.verdict.headline.startswith("the interpreter ended: ")


def test_a_memory_fault_of_the_interpreter_is_noticed_at_once(
    fail: Callable[..., Report], line: str
) -> None:
    report = fail(line, "import ctypes\nctypes.string_at(0xfffffff0)", timeout=60.0)
    # Not: took longer than its limit.
    assert report.verdict.headline.startswith("the interpreter ended: ")


def test_sys_exit_is_an_exception_like_others(fail: Callable[..., Report], line: str) -> None:
    report = fail(line, "import sys\nsys.exit(3)")
    assert (report.verdict.headline, report.verdict.line) == ("SystemExit: 3", 11)


def test_os_exit_is_the_end_of_the_interpreter(fail: Callable[..., Report], line: str) -> None:
    report = fail(line, "import os\nos._exit(3)", timeout=60.0)
    assert "the interpreter ended: Program terminated with exit(3)" in report.verdict.headline


def test_memory_that_runs_out_is_a_memory_error(fail: Callable[..., Report], oldest: str) -> None:
    # The oldest line has the least memory to fill.
    source = "kept = []\nwhile True:\n    kept.append(bytearray(500_000_000))"
    report = fail(oldest, source, timeout=60.0)
    assert report.verdict.headline.startswith(("MemoryError", "the browser page crashed"))


def test_endless_output_is_ended(fail: Callable[..., Report], newest: str) -> None:
    report = fail(newest, "while True:\n    print('x' * 1000)")
    said = "OutputLimitExceeded: printed more than 1,000,000 characters"
    assert report.verdict.headline.startswith(said)
    assert report.verdict.line == 11


def test_endless_output_past_pythons_streams_is_ended(
    fail: Callable[..., Report], newest: str
) -> None:
    report = fail(newest, "import os\nwhile True:\n    os.write(1, b'x' * 10_000)")
    assert report.verdict.headline.startswith("OSError")


def test_a_block_that_navigates_its_page_fails(fail: Callable[..., Report], newest: str) -> None:
    source = "import asyncio, js\njs.location.href = 'about:blank'\nawait asyncio.sleep(1)"
    report = fail(newest, source)
    assert report.verdict.headline == "the block navigated its page to about:blank"


def test_a_navigation_that_begins_as_the_block_ends_fails_it(
    fail: Callable[..., Report], newest: str
) -> None:
    report = fail(newest, "import js\njs.location.href = 'about:blank'")
    assert report.verdict.headline == "the block navigated its page to about:blank"


def the_page(runner: Runner) -> Page:
    """The page of the open session."""
    standing = runner._standing
    assert standing is not None
    return standing.page._tabs[""].page


def test_a_later_navigation_names_the_block_that_began_it(
    runner: Runner, block: Block, newest: str
) -> None:
    source = "import js\njs.leave = js.Function.new(\"location.href = 'about:blank'\")"
    session = [block(source, line=5, session="leaves"), block("print(1)", session="leaves")]
    assert runner.run(newest, session, 0).verdict.passed
    page = the_page(runner)
    runner.call(page.evaluate("() => void setTimeout(leave)"), 30)
    runner.call(page.wait_for_url("about:blank", timeout=patience(30) * 1000), patience(40))
    headline = runner.run(newest, session, 1).verdict.headline
    assert headline == (
        f"block {session[0].name} at guide/page.md:5 navigated its page to about:blank "
        "after it had ended"
    )


def test_a_block_that_closes_its_page_fails(fail: Callable[..., Report], newest: str) -> None:
    report = fail(newest, "import js\njs.window.close()")
    assert report.verdict.headline == "the block closed its page"


def test_an_endless_loop_in_javascript_is_given_up(
    fail: Callable[..., Report], newest: str
) -> None:
    report = fail(newest, "while (true) {}", Kind.JAVASCRIPT, timeout=0.5)
    assert "its thread is kept busy" in report.verdict.headline


def test_an_endless_loop_in_a_task_fails_the_block_that_left_it(
    fail: Callable[..., Report], newest: str
) -> None:
    source = """
import js
js.setTimeout(js.Function.new("while (true) {}"), 0)
"""
    report = fail(newest, source, timeout=1.0)
    assert "its thread is kept busy" in report.verdict.headline


def test_a_missing_package_is_named(fail: Callable[..., Report], newest: str) -> None:
    report = fail(newest, "import nothere", packages=("nothere",))
    assert "nothere" in report.verdict.headline


def test_a_wheel_that_does_not_arrive_is_named(fail: Callable[..., Report], newest: str) -> None:
    # In the lock of every line, but fetched for none: the server answers 404.
    report = fail(newest, "import statsmodels", packages=("statsmodels",))
    assert "statsmodels" in report.verdict.headline


def test_a_module_that_is_missing_fails_at_its_line(
    fail: Callable[..., Report], newest: str
) -> None:
    report = fail(newest, "x = 1\nimport nothere")
    assert report.verdict.headline == "ModuleNotFoundError: No module named 'nothere'"
    assert report.verdict.line == 11


def _while_running(runner: Runner, line: str, example: Example, act: Callable[[], None]) -> Report:
    """Run a block, and do something to it once it runs."""
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        running = pool.submit(runner.run, line, [example], 0)
        began = lambda: any("running" in text for text in _console(runner))  # noqa: E731
        wait_until(began, "the block did not begin", 60)
        act()
        return running.result(patience(60))


def _console(runner: Runner) -> list[str]:
    standing = runner._standing
    return list(standing.page._console) if standing else []


WAITS = "import asyncio, js\njs.console.log('running')\nawait asyncio.sleep(3600)"


def test_a_page_that_crashes_is_reported_as_such(runner: Runner, block: Block, newest: str) -> None:
    async def crash() -> None:
        page = the_page(runner)
        devtools = await page.context.new_cdp_session(page)
        # Never answered: the page is gone.
        asyncio.ensure_future(devtools.send("Page.crash")).add_done_callback(
            lambda task: task.cancelled() or task.exception()
        )

    bad = block(WAITS, timeout=300.0)
    report = _while_running(runner, newest, bad, lambda: runner.call(crash(), 10))
    assert report.verdict.headline == "the browser page crashed"
    assert runner.run(newest, [block("print(1)")], 0).verdict.passed


def test_a_browser_that_is_killed_costs_one_block(
    runner: Runner, block: Block, newest: str
) -> None:
    async def process() -> int:
        browser = runner._browser._browser
        assert browser is not None
        devtools = await browser.new_browser_cdp_session()
        found = await devtools.send("SystemInfo.getProcessInfo")
        return next(int(each["id"]) for each in found["processInfo"] if each["type"] == "browser")

    def kill() -> None:
        runner.prepare(newest)
        os.kill(runner.call(process(), 10), signal.SIGKILL)

    report = _while_running(runner, newest, block(WAITS, timeout=300.0), kill)
    assert report.verdict.headline == "the browser's process ended"
    # The session that was being booted ahead went down with it; another takes its place.
    assert runner.run(newest, [block("print(1)")], 0).verdict.passed
