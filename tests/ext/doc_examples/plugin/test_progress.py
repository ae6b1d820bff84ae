"""A run that nobody watches tells how far it is, and every reason when it is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from doc_examples.plugin.progress import LINES, Progress, Repeats

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.ext.doc_examples.plugin.conftest import Project, Run

TESTS = """
import os
import pytest
from pathlib import Path

@pytest.fixture(scope="session")
def broken():
    raise TimeoutError("the machine is slow")

@pytest.mark.parametrize("number", range(3))
def test_needs(broken, number):
    pass

def test_fails():
    assert 1 == 2, "the reason"

def test_dies():
    with Path("deaths").open("a") as file:
        file.write("x")
    os.kill(os.getpid(), 9)

@pytest.mark.parametrize("number", range(4))
def test_after(number):
    pass
"""
CONFTEST = """
from doc_examples.plugin.progress import Repeats

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Repeats())
"""


@pytest.fixture(scope="module")
def project(new_project: Callable[..., Project]) -> Project:
    """A project without examples, whose tests fail in every way."""
    page = "# P\n\n{no-such}`role`\n"
    files = {"index.md": page, "tests/test_all.py": TESTS, "tests/conftest.py": CONFTEST}
    return new_project(files, conf='extensions = ["myst_parser", "doc_examples"]\n')


@pytest.fixture(scope="module")
def run(project: Project) -> Run:
    """Its run on two workers, one of which is killed by a test."""
    return project.pytest("tests", "-n", "2", "--progress", "0.1")


def test_a_test_that_kills_its_worker_is_reported_and_not_run_again(
    run: Run, project: Project
) -> None:
    assert re.search(r"^the worker gw\d has died", run.text, re.MULTILINE), run.text
    told = r"^FAILED: tests/test_all.py::test_dies: worker 'gw\d' crashed while running"
    assert len(re.findall(told, run.text, re.MULTILINE)) == 1
    assert (project.folder / "deaths").read_text() == "x"


def test_after_the_death_of_a_worker_the_rest_runs_and_nothing_is_lost(run: Run) -> None:
    assert run.counts == {"failed": 2, "passed": 4, "errors": 3}, run.text
    assert "INTERNALERROR" not in run.text
    assert re.search(r"^FAILED tests/test_all.py::test_fails", run.text, re.MULTILINE)


def test_a_failure_is_told_before_the_run_is_over(run: Run) -> None:
    during, over = run.text.split("= FAILURES =")
    assert "FAILED: tests/test_all.py::test_fails" in during
    assert "AssertionError: the reason" in during
    assert "9/9 tests" in during
    assert re.search(r"^\[\d+:\d\d\] collecting", during, re.MULTILINE)
    assert "AssertionError: the reason" in over


def test_what_sphinx_warned_of_is_shown_at_the_end(run: Run) -> None:
    shown = run.text.split("warnings of the pages")[1]
    assert "index.md:3: WARNING: Unknown interpreted text role" in shown


def test_a_fixture_that_fails_is_shown_once(run: Run) -> None:
    during = run.text.split("= ERRORS =")[0]
    assert during.count("raise TimeoutError") == 1
    repeated = (
        r"^FAILED at its setup: tests/test_all.py::test_needs\[[12]\]: its fixture failed as for "
        r"tests/test_all.py::test_needs\[0\], see there: TimeoutError: the machine is slow$"
    )
    assert len(re.findall(repeated, during, re.MULTILINE)) == 2
    assert run.text.count("raise TimeoutError") == 2  # at once, and at the end


def test_what_failed_is_known_even_when_pytest_itself_fails(project: Project) -> None:
    breaking = "def pytest_runtest_logfinish(nodeid):\n    assert 'fails' not in nodeid\n"
    project.write({"breaking.py": breaking})
    arguments = ["-p", "breaking", "--progress", "60", "-k", "fails"]
    found = project.pytest(
        "tests", *arguments, PYTHONPATH=f"{project.environment()['PYTHONPATH']}:."
    )
    assert found.status == pytest.ExitCode.INTERNAL_ERROR
    assert "FAILED: tests/test_all.py::test_fails" in found.text
    assert "  failed: tests/test_all.py::test_fails" in found.text


class Told(list[str]):
    def __call__(self, text: str) -> None:
        self.append(text)


def report(nodeid: str, *, when: Any = "call", reason: Any = "", outcome: Any = "failed") -> Any:
    return pytest.TestReport(nodeid, ("f.py", 1, "f"), {}, outcome, reason, when)


def test_a_line_names_what_has_run_longest() -> None:
    progress = Progress(60, Told())
    assert "collecting" in progress.line()
    progress.pytest_xdist_node_collection_finished(None, [f"t{n}" for n in range(9)])
    for number in range(5):
        progress.pytest_runtest_logstart(f"t{number}")
    progress.pytest_runtest_logreport(report("t0", outcome="passed"))
    progress.pytest_runtest_logreport(report("t1", outcome="skipped"))
    for number in range(2):
        progress.pytest_runtest_logfinish(f"t{number}")
    assert progress.line() == ("[0:00] 2/9 tests, 1 skipped; running t2 (0 s), t3 (0 s), t4 (0 s)")
    progress.pytest_runtest_logstart("t5")
    assert progress.line().endswith("and 1 more")


def test_a_long_reason_is_cut_to_its_end() -> None:
    told = Told()
    progress = Progress(60, told)
    reason = "\n".join(f"line {number}" for number in range(LINES + 7))
    progress.pytest_runtest_logreport(report("t", reason=reason))
    assert told[0].startswith("FAILED: t\n    ... 7 lines above\n    line 7\n")
    assert f"line {LINES + 6}\n[0:00]" in told[0]


def test_a_run_without_workers_tells_the_same(project: Project) -> None:
    found = project.pytest("tests", "--progress", "60", "-k", "fails or after")
    assert "FAILED: tests/test_all.py::test_fails" in found.text
    assert "5/5 tests, 1 failed" in found.text


def test_another_failure_of_a_fixture_is_shown_in_full() -> None:
    repeats = Repeats()
    assert isinstance(report("t", when="setup", reason="text").longrepr, str)
    untouched = report("t", when="setup", reason="text")
    repeats.pytest_runtest_logreport(untouched)
    assert untouched.longrepr == "text"
