"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from doc_examples.environment import files_for
from doc_examples.plugin.progress import Repeats
from doc_examples.plugin.selection import selected_lines
from doc_examples.runner.interpreter import Interpreter
from doc_examples.runner.runner import Runner
from doc_examples.runner.wheels import wheel_for
from pyodide_runtimes import ensure_runtime, find_browser
from tests.long_forms import left_out

if TYPE_CHECKING:
    from collections.abc import Iterator


LONGEST_FIRST = (
    "site/test_running.py",
    "ext/doc_examples/plugin/test_runs.py",
    "site/test_catalogue.py",
    "site/test_language.py",
    "site/test_looks.py",
    "ext/doc_examples/plugin/test_projects.py",
    "ext/doc_examples/runner/test_snapshots.py",
    "ext/doc_examples/runner/test_sessions.py",
    "ext/doc_examples/test_main.py",
    "ext/doc_examples/runner/test_faults.py",
    "bridge/worker/test_in_browser.py",
    "site/test_application.py",
    "bridge/test_mutations.py",
    "bridge/test_silent_mutations.py",
    "site/test_badges.py",
)
"""Modules that take longest as a whole, below this folder."""

ON_ONE_LINE = ("bench/test_*.py",)
"""Modules that a short run has on the last of the selected lines only; nothing that is published
rests on them but figures, which are taken by a command."""

ON_ALL_LINES = ("bridge/rpc/test_comlink.py",)
"""Modules that even a short run has on all selected lines: what a stranger can reach rests on what
each line does with objects of the page."""

ON_TWO_LINES = (
    "bridge/offload/test_*.py",
    "bridge/rpc/test_*.py",
    "site/test_application.py",
)
"""Modules that a short run has on the first and the last of the selected lines only; examples of
the pages use the same on all."""


def pytest_configure(config: pytest.Config) -> None:
    """Show what a fixture raised once, not for each test that needs it."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Repeats())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where workers share the run, begin with what would be waited for at its end."""
    if hasattr(config, "workerinput"):
        places = {Path(__file__).parent / name: n for n, name in enumerate(LONGEST_FIRST)}
        items.sort(key=lambda item: places.get(item.path, len(places)))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """At the end of a run of everything, say what even that leaves out."""
    if config.args_source is config.ArgsSource.TESTPATHS:
        terminalreporter.section("what this run leaves out")
        for line in left_out():
            terminalreporter.write_line(line)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let child processes hear an interrupt: what a shell runs in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that needs an interpreter on each selected line (``--pyodide``)."""
    if "interpreter_line" in metafunc.fixturenames:
        lines = selected_lines(metafunc.config)
        if not os.environ.get("BRIDGE_LINES"):
            lines = _few_of(lines, metafunc.definition.path)
        metafunc.parametrize("interpreter_line", lines, scope="module", indirect=False)


def _few_of(lines: list[str], module: Path) -> list[str]:
    """The lines of a short run."""
    if any(module.match(each) for each in ON_ALL_LINES):
        return lines
    if any(module.match(each) for each in ON_ONE_LINE):
        return lines[-1:]
    if any(module.match(each) for each in ON_TWO_LINES):
        return list(dict.fromkeys((lines[0], lines[-1])))
    return lines


@pytest.fixture(scope="session")
def interpreter_runner(request: pytest.FixtureRequest) -> Iterator[Runner]:
    """A browser with the project's own wheel, shared by all interpreters of the process."""
    wheels = (wheel_for(request.config.rootpath),)
    lines = selected_lines(request.config)
    runtimes = [files_for(ensure_runtime(line), wheels) for line in lines]
    with Runner(find_browser().path, dict(zip(lines, runtimes, strict=True))) as runner:
        yield runner


@pytest.fixture(scope="module")
def interpreter(interpreter_runner: Runner, interpreter_line: str) -> Iterator[Interpreter]:
    """Pyodide in a page of Chromium, one for all tests of a module on a line.

    ``interpreter.run(source)`` gives the value of the last expression. Names, modules and the
    document stay from one test to the next: a test that must not see them asks for
    ``pristine_interpreter``.
    """
    with Interpreter(interpreter_runner, interpreter_line, ensure_runtime) as opened:
        yield opened


@pytest.fixture
def pristine_interpreter(
    interpreter_runner: Runner, interpreter_line: str
) -> Iterator[Interpreter]:
    """An interpreter in which nothing has run, for one test."""
    with Interpreter(interpreter_runner, interpreter_line, ensure_runtime) as opened:
        yield opened
