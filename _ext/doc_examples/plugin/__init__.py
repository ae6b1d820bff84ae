"""The pytest plugin: generates the tests from the pages, runs them, keeps the results.

Loaded by ``-p doc_examples.plugin``. Only runs whose arguments reach the folder of generated
tests pay for any of it: this module decides, and imports the rest on demand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from doc_examples.plugin.selection import reaches_examples

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options and the ini value."""
    group = parser.getgroup("doc_examples", "examples of the documentation")
    group.addoption(
        "--pyodide",
        action="append",
        metavar="LINE",
        help="Pyodide line to run the examples on (repeatable; 'all', or --pyodide=FOLDER)",
    )
    group.addoption(
        "--stale",
        action="store_true",
        help="run only the examples whose kept result is missing, failed or stale",
    )
    group.addoption(
        "--example-progress",
        action="store_true",
        help="tell, line by line, how many examples of how many have run on which Pyodide line",
    )
    group.addoption(
        "--progress",
        type=float,
        metavar="SECONDS",
        help="in place of letters, tell every so many seconds how far the run is and what runs, "
        "and each failure with its reason when it happens",
    )
    parser.addini("doc_examples_source", "the Sphinx source directory", default=".")


def pytest_configure(config: pytest.Config) -> None:
    """Bring in the rest where the run is about examples, or asked to tell its progress."""
    seconds: float | None = config.getoption("--progress")
    if seconds and not hasattr(config, "workerinput"):
        from doc_examples.plugin.progress import Progress  # noqa: PLC0415 - see above

        config.pluginmanager.register(Progress(seconds), "doc_examples.progress")
    if reaches_examples(config):
        from doc_examples.plugin import items, keeping, running  # noqa: PLC0415 - see above
        from doc_examples.plugin.state import STATE, State  # noqa: PLC0415 - likewise

        state = config.stash[STATE] = State(config)
        config.pluginmanager.register(items, "doc_examples.items")
        config.pluginmanager.register(running, "doc_examples.running")
        if not state.is_worker:
            config.pluginmanager.register(keeping.Keeper(state), "doc_examples.keeper")
