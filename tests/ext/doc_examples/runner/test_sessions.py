"""Sessions are booted ahead, given up without loss, and leave nothing open."""

from __future__ import annotations

import os
import signal
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from doc_examples.runner import browser as browser_module
from doc_examples.runner import pages as pages_module
from doc_examples.runner import runner as runner_module
from doc_examples.runner.errors import BootError, HungError
from doc_examples.runner.runner import Runner
from pyodide_runtimes import find_browser
from tests.pace import patience, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from doc_examples.records import Example
    from doc_examples.runner.pages import RuntimeFiles, SessionPage

    Block = Callable[..., Example]


def contexts(runner: Runner) -> int:
    """How many contexts the browser has open."""
    browser = runner._browser._browser
    assert browser is not None

    async def count() -> int:
        return len(browser.contexts)

    return runner.call(count(), 10)


def _booted_ahead(runner: Runner) -> SessionPage:
    """The session that is booted ahead, once it is."""

    def ready() -> bool:
        spare = runner._sessions._spare
        return spare is not None and spare[1].done()

    wait_until(ready, "no session was booted ahead", 60)
    assert runner._sessions._spare is not None
    return runner._sessions._spare[1].result()


def test_what_was_opened_is_closed(runner: Runner, block: Block, newest: str) -> None:
    for number in range(6):
        bad = number % 3 == 1
        report = runner.run(newest, [block("1 / 0" if bad else "print(1)")], 0)
        assert report.verdict.passed is not bad
        runner.prepare(newest)
        # The open session, the one that is being booted, and those that are being closed.
        assert contexts(runner) <= 4
    runner.end_session()
    wait_until(lambda: contexts(runner) <= 1, "contexts are left open")
    assert len(runner._server.routes.folders) < 6


def test_a_session_booted_for_another_line_is_closed(
    runtimes: dict[str, RuntimeFiles], block: Block, newest: str
) -> None:
    files = {newest: runtimes[newest], "other": replace(runtimes[newest], line="other")}
    with Runner(find_browser().path, files) as runner:
        for line in (newest, "other", newest):
            runner.prepare("other" if line == newest else newest)
            assert runner.run(line, [block("print(1)")], 0).verdict.passed
        wait_until(lambda: contexts(runner) <= 1, "contexts are left open")


def test_a_session_booted_ahead_is_waited_for_less(
    runner: Runner, block: Block, newest: str
) -> None:
    runner.run(newest, [block("print(1)")], 0)
    runner.prepare(newest)
    page = _booted_ahead(runner)
    report = runner.run(newest, [block("print(1)")], 0)
    assert report.verdict.passed
    # The path was taken: the session that ran the block is the one booted ahead.
    assert runner._standing is not None
    assert runner._standing.page is page


def test_a_session_booted_ahead_that_died_is_replaced(
    runner: Runner, block: Block, newest: str
) -> None:
    runner.prepare(newest)
    page = _booted_ahead(runner)
    runner.call(page._tabs[""].page.close(), 10)
    assert not page.alive
    assert runner.run(newest, [block("print(1)")], 0).verdict.passed


def test_a_wheel_that_is_no_wheel_fails_the_boot_with_its_reason(
    runtimes: dict[str, RuntimeFiles], block: Block, newest: str, tmp_path: Path
) -> None:
    wheel = tmp_path / "bad" / "bad-1-py3-none-any.whl"
    wheel.parent.mkdir()
    wheel.write_bytes(b"this is no archive")
    files = {newest: replace(runtimes[newest], wheels=(wheel,))}
    with Runner(find_browser().path, files) as runner:
        runner.prepare(newest)
        with pytest.raises(BootError, match="did not start"):
            runner.run(newest, [block("print(1)")], 0)
        # The snapshot is not to blame, and stays.
        snapshot = runtimes[newest].snapshot
        assert snapshot is not None
        assert snapshot.exists()


def test_a_runtime_without_its_wasm_fails_the_boot_in_time(
    runtimes: dict[str, RuntimeFiles], block: Block, newest: str, tmp_path: Path
) -> None:
    for path in runtimes[newest].directory.iterdir():
        if path.is_file() and path.suffix != ".wasm":
            (tmp_path / path.name).symlink_to(path)
    files = {newest: replace(runtimes[newest], directory=tmp_path, snapshot=None)}
    with Runner(find_browser().path, files) as runner, pytest.raises(BootError) as caught:
        runner.run(newest, [block("print(1)")], 0)
    # Not the limit of the boot ended it.
    assert "pyodide.asm.wasm: HTTP status 404" in caught.value.reason


def test_a_thread_that_hangs_is_reported_in_time(
    runner: Runner, block: Block, newest: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner_module, "THREAD_GRACE", 0.5)
    released = threading.Event()
    runner._loop.call_soon_threadsafe(released.wait, patience(60))
    try:
        with pytest.raises(HungError, match="did not answer within"):
            runner.end_session()
        assert not released.is_set()
    finally:
        released.set()
    monkeypatch.undo()
    assert runner.run(newest, [block("print(1)")], 0).verdict.passed


def test_a_browser_that_stands_still_is_ended(
    runtimes: dict[str, RuntimeFiles],
    block: Block,
    newest: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def process(runner: Runner) -> int:
        browser = runner._browser._browser
        assert browser is not None
        devtools = await browser.new_browser_cdp_session()
        found = await devtools.send("SystemInfo.getProcessInfo")
        return next(int(each["id"]) for each in found["processInfo"] if each["type"] == "browser")

    with Runner(find_browser().path, runtimes) as runner:
        assert runner.run(newest, [block("print(1)")], 0).verdict.passed
        stopped = runner.call(process(runner), 10)
        os.kill(stopped, signal.SIGSTOP)
        try:
            # Each step of ending it waits for its whole limit.
            for module in (pages_module, browser_module):
                monkeypatch.setattr(module, "CLOSE_LIMIT", 1.0)
            runner.end_session()
            assert not runner._browser.connected
            monkeypatch.undo()
            assert runner.run(newest, [block("print(1)")], 0).verdict.passed
        finally:
            with_suppressed_kill(stopped)


def with_suppressed_kill(process: int) -> None:
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        return
