"""No test compares a time that passed; whoever wants to know how long something takes measures it.

A wait has a limit so that a hang ends (``tests/pace.py``), and what ended it is told by a message,
a count or an order of events. The figures are in ``tests/bench``.
"""

from __future__ import annotations

import ast
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from doc_examples.runner.pace import Pace
from tests import pace
from tests.pace import MARGIN, patience, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent
CLOCKS = {"perf_counter", "perf_counter_ns", "monotonic", "monotonic_ns", "process_time"}
TIMES = {"seconds", "elapsed", "took", "duration", "latency"}
"""Names of attributes and keys under which a test is told how long something took."""
ALLOWED = {
    "pace.py": "the limits of waits are kept here",
    "test_pace.py": "holds examples of what it forbids",
    "bridge/offload/checks_in_page.py": "cuts off the ends of a computation that it listens to",
    "bridge/offload/test_in_browser.py": "asks for the latency of input: still to be counted",
    "bridge/pool/checks_in_page.py": "asks that a report comes early: still to be counted",
    "bridge/worker/test_in_browser.py": "compares with limits of the same run",
}
"""Modules that compare times, below this folder, each with the reason."""


def compared_times(source: str, first: int = 1) -> Iterator[int]:
    """The lines at which times are compared, other than by a loop that waits.

    Args:
        source: Python, which may hold Python in its texts.
        first: The number of its first line.
    """
    tree = ast.parse(source)
    waits = {
        id(node)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.While)
        for node in ast.walk(loop.test)
    }
    taken = _names_of_times(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and id(node) not in waits:
            if any(_is_time(each, taken) for each in ast.walk(node)) or _of_a_report(node):
                yield first + node.lineno - 1
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _within(node, first)


def _within(text: ast.Constant, first: int) -> Iterator[int]:
    code = textwrap.dedent(str(text.value))
    if any(f"{clock}(" in code for clock in CLOCKS):
        try:
            yield from compared_times(code, first + text.lineno - 1)
        except SyntaxError:
            return  # no Python, or a part of some


def _is_time(node: ast.AST, taken: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in CLOCKS or node.id in taken
    return isinstance(node, ast.Attribute) and node.attr in CLOCKS


def _names_of_times(tree: ast.AST) -> set[str]:
    """The names that are given a time, or something made of one, anywhere in the module."""
    taken: set[str] = set()
    before = -1
    while before < len(taken):
        before = len(taken)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if _arithmetic(node.value, taken):
                    taken |= {each.id for each in targets if isinstance(each, ast.Name)}
    return taken


def _arithmetic(value: ast.expr, taken: set[str]) -> bool:
    """Whether a value is a time: a clock's, or a sum or difference with one."""
    if isinstance(value, ast.BinOp):
        return _arithmetic(value.left, taken) or _arithmetic(value.right, taken)
    if isinstance(value, ast.Call):
        return _is_time(value.func, set()) or (
            isinstance(value.func, ast.Name)
            and value.func.id in {"round", "min", "max", "abs"}
            and any(_arithmetic(each, taken) for each in value.args)
        )
    return isinstance(value, ast.Name) and value.id in taken


def _of_a_report(node: ast.Compare) -> bool:
    """Whether an order is asked of a time that something reports; equality is of no clock."""
    if not any(isinstance(each, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for each in node.ops):
        return False
    for each in ast.walk(node):
        if isinstance(each, ast.Attribute) and each.attr in TIMES:
            return True
        key = each.slice if isinstance(each, ast.Subscript) else None
        if isinstance(key, ast.Constant) and key.value in TIMES:
            return True
    return False


def test_no_test_compares_times() -> None:
    found = {}
    for path in sorted(TESTS.rglob("*.py")):
        name = path.relative_to(TESTS).as_posix()
        if not name.startswith("bench/") and name not in ALLOWED:
            found[name] = sorted(set(compared_times(path.read_text("utf-8"))))
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_every_exception_is_needed() -> None:
    for name in ALLOWED:
        assert list(compared_times((TESTS / name).read_text("utf-8"))), name


@pytest.mark.parametrize(
    "source",
    [
        "assert time.monotonic() - started < 5",
        "took = perf_counter() - start\nassert took < 1",
        "start = time.perf_counter()\nend = start + 3\nassert now() < end",
        "deadline = time.monotonic() + 30\nwhile True:\n    assert time.monotonic() < deadline",
        "assert report['seconds'] < 3",
        "assert outcome.seconds > 0.25",
        "ok = len(seen) == 1 and time.perf_counter() - seen[0] > 0.15",
        'page.run("""\nassert time.perf_counter() - t0 < 1\n""")',
    ],
)
def test_a_comparison_of_times_is_found(source: str) -> None:
    assert list(compared_times(source))


@pytest.mark.parametrize(
    "source",
    [
        "end = time.perf_counter() + 1\nwhile time.perf_counter() < end:\n    pass",
        "assert len(seen) < 5",
        "assert outcome.seconds == 2.5",
        "asyncio.run(asyncio.wait_for(work, patience(30)))",
    ],
)
def test_a_wait_and_a_count_are_none(source: str) -> None:
    assert list(compared_times(source)) == []


def test_patience_grows_with_the_boots_and_is_never_below_its_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    machine = Pace()
    monkeypatch.setattr(pace, "THIS_MACHINE", machine)
    monkeypatch.setattr(pace, "_started", lambda: 1.0)
    assert patience(2.0) == 2.0 * MARGIN
    machine.note(0.1, reference=1.0)
    assert patience(2.0) == 2.0 * MARGIN
    machine.note(30.0, reference=1.0)
    assert patience(2.0) == 60.0 * MARGIN


def test_the_start_of_a_process_tells_the_pace_where_nothing_booted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pace, "THIS_MACHINE", Pace())
    monkeypatch.setattr(pace, "_started", lambda: 4.0)
    assert patience(2.0) == 8.0 * MARGIN


def test_what_never_holds_is_said() -> None:
    with pytest.raises(AssertionError, match="it did not come"):
        wait_until(lambda: False, "it did not come", 0.0)
