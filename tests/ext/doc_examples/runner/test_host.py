"""Host blocks run under CPython, in a fresh project, with a real browser at hand."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from doc_examples.records import Expected, Fate, Kind
from doc_examples.runner.host import host_environment, run_on_host
from pyodide_runtimes import find_browser
from tests.pace import patience, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from doc_examples.records import Example
    from doc_examples.runner.report import Report

    Block = Callable[..., Example]


@pytest.fixture
def run(block: Block) -> Callable[..., Report]:
    """Run sources as the host blocks of one session; the report of the last."""

    def go(*sources: str | Example, wheels: tuple[Path, ...] = ()) -> Report:
        blocks = [
            block(source, Kind.HOST, host=True) if isinstance(source, str) else source
            for source in sources
        ]
        return run_on_host(blocks, len(blocks) - 1, find_browser().path, wheels)

    return go


def test_a_script_prints_its_output(run: Callable[..., Report], block: Block) -> None:
    report = run("import sys\nprint('é', sys.version_info >= (3, 11))")
    assert (report.verdict.fate, report.outcome.stdout) == (Fate.PASSED, "é True\n")
    expected = (Expected("2\n", line=20),)
    assert run(replace(block("print(1)", Kind.HOST), expected=expected)).verdict.line == 20


def test_tests_run_under_a_pytest_of_their_own_with_the_files_of_the_session(
    run: Callable[..., Report], block: Block
) -> None:
    conftest = block(
        "import pytest\n@pytest.fixture\ndef answer():\n    return 42",
        Kind.HOST,
        host=True,
        file="conftest.py",
    )
    test = "def test_answer(answer, request):\n    assert answer == 42\n"
    report = run(conftest, test)
    assert report.verdict.passed, report
    assert any("1 passed" in text for text in report.outcome.console)
    assert report.outcome.stdout == ""


def test_a_test_that_fails_does_so_at_its_line_of_the_page(
    run: Callable[..., Report], block: Block
) -> None:
    source = "def test_it():\n    x = 1\n    assert x == 2\n"
    report = run(block(source, Kind.HOST, line=30, host=True))
    assert report.verdict.line == 32
    assert report.verdict.headline == "HostError: exit status 1: AssertionError" or (
        report.verdict.headline.startswith("HostError: exit status 1")
    )
    assert "guide/page.md:32" in report.verdict.detail


def test_what_a_script_prints_is_kept_as_it_is(run: Callable[..., Report], block: Block) -> None:
    report = run(block("print('a\\rb\\x0c', end='\\r\\n')", Kind.HOST, host=True))
    assert report.outcome.stdout == "a\rb\x0c\r\n"


def test_a_file_that_does_not_parse_names_the_line_of_the_page(
    run: Callable[..., Report], block: Block
) -> None:
    source = "if x:\ny = 1\n"
    report = run(block(source, Kind.HOST, line=30, host=True, file="conftest.py"))
    assert report.verdict.line == 31
    assert report.verdict.headline.endswith("after 'if' statement on line 30")


def test_a_script_that_does_not_parse_fails_at_its_line(
    run: Callable[..., Report], block: Block
) -> None:
    report = run(block("x = 1\ny = = 2\n", Kind.HOST, line=30, host=True))
    assert (report.verdict.fate, report.verdict.line) == (Fate.FAILED, 31)
    assert "SyntaxError" in report.verdict.headline


def test_a_file_that_does_not_compile_fails(run: Callable[..., Report], block: Block) -> None:
    report = run(block("x = = 1\n", Kind.HOST, line=30, host=True, file="lib.py"))
    assert (report.verdict.line, report.verdict.column) == (30, 5)
    assert run(block("no python", Kind.HOST, host=True, file="data.txt")).verdict.passed


def test_the_limit_ends_all_that_the_block_started(
    run: Callable[..., Report], block: Block, tmp_path: Path
) -> None:
    mark = tmp_path / "pid"
    source = f"""
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
open({str(mark)!r}, "w").write(str(child.pid))
print("started", flush=True)
time.sleep(3600)
"""
    limit = patience(0.6)
    report = run(block(source, Kind.HOST, host=True, timeout=limit))
    assert report.verdict.headline == f"took longer than its limit of {limit:g} s"
    assert report.outcome.stdout == "started\n"
    wait_until(lambda: not _runs(int(mark.read_text())), "the child still runs")


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
        with open(f"/proc/{process}/stat") as file:  # noqa: PTH123 - no file of ours
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def test_each_block_has_a_fresh_project_and_no_configuration_from_outside(
    run: Callable[..., Report],
) -> None:
    source = "import os\nprint(sorted(os.listdir()))\nopen('left', 'w').close()"
    first, second = run(source), run(source)
    for report in (first, second):
        assert report.outcome.stdout.count("test_block_") == 1
        assert "left" not in report.outcome.stdout


def test_a_real_browser_is_at_hand(run: Callable[..., Report], block: Block) -> None:
    source = """
import os
from playwright.sync_api import sync_playwright

def test_title():
    with sync_playwright() as playwright:
        options = {"executable_path": os.environ["CHROMIUM"], "args": ["--no-sandbox"]}
        browser = playwright.chromium.launch(**options)
        page = browser.new_page()
        page.set_content("<title>Hello</title>")
        assert page.title() == "Hello"
        browser.close()
"""
    report = run(block(source, Kind.HOST, host=True, timeout=patience(60.0)))
    assert report.verdict.passed, report


def test_the_wheels_of_the_project_can_be_imported(
    run: Callable[..., Report], tmp_path: Path
) -> None:
    wheel = tmp_path / "lib-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("lib_of_wheel.py", "answer = 42\n")
    report = run("import lib_of_wheel\nprint(lib_of_wheel.answer)", wheels=(wheel,))
    assert report.outcome.stdout == "42\n"


def test_the_environment_depends_on_python_browser_and_wheels(tmp_path: Path) -> None:
    wheel = tmp_path / "lib-1-py3-none-any.whl"
    found = host_environment("Chromium 156")
    assert found.line == "host"
    assert found.version == found.python
    assert host_environment("Chromium 156", [wheel]).digest != found.digest
