"""From pages to pytest's items: generated in time, one per line, a session's beside each other."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from doc_examples import results
from doc_examples.catalogue import HOST
from doc_examples.plugin.state import EQUIPMENT, EXAMPLE, STATE, State
from doc_examples.records import Fate

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Generate the tests and see to the equipment before pytest looks for them."""
    state = session.config.stash[STATE]
    if not state.is_worker and state.catalogue.tests:
        _ = state.equipment


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say what the examples run on."""
    state = config.stash[STATE]
    if not state.catalogue.tests:
        return "examples: the pages hold none"
    equipment = state.equipment
    versions = ", ".join(files.version for files in equipment.runtimes.values())
    count = len(state.catalogue.tests)
    return f"examples: {count} of {state.source}; Pyodide {versions}; {equipment.browser_name}"


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand what the controller found to a worker of pytest-xdist."""
    state: State = node.config.stash[STATE]
    node.workerinput[EQUIPMENT] = pickle.dumps(state.equipment)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each block on each selected line; the line stands in the test's brackets."""
    state = metafunc.config.stash[STATE]
    module = Path(str(metafunc.module.__file__)).resolve()
    found = state.catalogue.find(module, metafunc.function.__name__)
    if found is not None:
        lines = state.catalogue.lines_of(found, state.lines)
        metafunc.parametrize("example", lines, ids=lines, indirect=True)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the blocks of a session beside each other; leave out what is current, if asked to."""
    state = config.stash[STATE]
    generated = [item for item in items if _attach(state, item)]
    if not generated:
        return
    places = iter(sorted(generated, key=_order(state)))
    items[:] = [next(places) if EXAMPLE in item.stash else item for item in items]
    if config.getoption("--stale"):
        current = {id(item) for item in generated if _is_current(state, item)}
        config.hook.pytest_deselected(items=[item for item in items if id(item) in current])
        items[:] = [item for item in items if id(item) not in current]


def _attach(state: State, item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    found = state.catalogue.find(item.path.resolve(), item.originalname)
    if found is not None:
        line = str(item.callspec.params["example"])
        item.stash[EXAMPLE] = (found, line)
    return found is not None


def _order(state: State) -> Callable[[pytest.Item], tuple[str, int, str, int]]:
    lines = [*state.lines, HOST]

    def key(item: pytest.Item) -> tuple[str, int, str, int]:
        example, line = item.stash[EXAMPLE]
        position = state.catalogue.position(example)
        return (example.docname, lines.index(line), example.session, position)

    return key


def _is_current(state: State, item: pytest.Item) -> bool:
    example, line = item.stash[EXAMPLE]
    kept = state.previous(line)
    found = kept.results.get(example.id) if kept else None
    good = found is not None and found.fate in {Fate.PASSED, Fate.NOT_APPLICABLE}
    return good and results.is_current(found, state.key(example, line))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep each session and each module on one worker, unless the user chose a distribution."""
    state = config.stash[STATE]
    if config.getoption("dist") != "load":
        return None
    from doc_examples.plugin.scheduler import SessionScheduling  # noqa: PLC0415 - needs xdist

    sessions = {
        f"{module.relative_to(config.rootpath).as_posix()}::{function}": found.session_key
        for (module, function), found in state.catalogue.tests.items()
        if module.is_relative_to(config.rootpath)
    }
    return SessionScheduling(config, log, sessions, state.lines)
