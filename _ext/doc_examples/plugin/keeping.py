"""Gathers results in the controller, also those that workers send; tells how far the run is."""

from __future__ import annotations

import re
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from doc_examples.catalogue import HOST
from doc_examples.collect.warned import read_warnings
from doc_examples.plugin.display import on_line
from doc_examples.plugin.running import RESULT
from doc_examples.records import Fate, Result

if TYPE_CHECKING:
    from collections.abc import Iterable

    from doc_examples.plugin.state import State

EVERY = 2.0
"""Seconds between two lines of progress."""


class Keeper:
    """Keeps what came in, and writes it at the end, also of a run that was interrupted."""

    def __init__(self, state: State) -> None:
        """``state`` is the controller's."""
        self._state = state
        self._results: dict[str, dict[str, Result]] = {}
        self._totals: Counter[str] = Counter()
        self._told = 0.0

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what is going to run."""
        if session.items:
            self._count(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Count it under xdist, where each worker collects everything."""
        del node
        self._count(ids)

    def _count(self, ids: Iterable[str]) -> None:
        place = re.compile(r"::test_\w+\[([^\]]+)\]$")
        lines = {*self._state.lines, HOST} if self._state.catalogue.tests else set()
        found = (match[1] for nodeid in ids if (match := place.search(nodeid)))
        self._totals = Counter(line for line in found if line in lines)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the result that a report carries."""
        found: dict[str, Any] | None = getattr(report, RESULT, None)
        if found is not None:
            line = found["line"]
            rest = {name: value for name, value in found.items() if name != "line"}
            result = Result(**{**rest, "fate": Fate(rest["fate"])})
            self._results.setdefault(line, {})[result.id] = result
            self._tell(line)

    def _tell(self, line: str) -> None:
        config = self._state.config
        done, total = len(self._results[line]), self._totals[line]
        due = time.monotonic() - self._told > EVERY or done == total
        if config.getoption("--example-progress") and due:
            self._told = time.monotonic()
            config.get_terminal_writer().line(f"  {self._summary(line)} of {total}", flush=True)

    def _summary(self, line: str) -> str:
        fates = Counter(result.fate for result in self._results[line].values())
        words = {Fate.FAILED: "failed", Fate.NOT_RUN: "not run", Fate.NOT_APPLICABLE: "excluded"}
        parts = [f"{fates[fate]} {word}" for fate, word in words.items() if fates[fate]]
        count = sum(fates.values())
        shown = f" ({', '.join(parts)})" if parts else ""
        return f"{on_line(line)}: {count} examples{shown}"

    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        """Show no dots where lines of progress are shown."""
        if self._state.config.getoption("--example-progress") and hasattr(report, RESULT):
            return report.outcome, "", ""
        return None

    def pytest_sessionfinish(self) -> None:
        """Write the results files."""
        if self._results:
            self._state.save(self._results)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what the pages' build warned of, then line by line what became of the examples."""
        if warned := read_warnings(self._state.build / "examples"):
            terminalreporter.section("warnings of the pages")
            for text in warned:
                terminalreporter.write_line(text)
        for line in sorted(self._results, key=[*self._state.lines, HOST].index):
            terminalreporter.write_line(self._summary(line))
