"""Tells while a long run of tests runs how far it is, what runs, and what failed and why.

For logs of commands that nobody watches: a line every so many seconds, and each failure at the
moment when it is known. Whatever ends the run later, its reasons have been written.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = 60
"""Lines of one failure that are written at once; its last ones."""
SHOWN = 3
"""Running tests that a line names: those that began first."""


class Progress:
    """Belongs to the process that reports: the only one, or the controller of the workers."""

    def __init__(self, seconds: float, write: Callable[[str], None] | None = None) -> None:
        """Nothing is told before the session starts.

        Args:
            seconds: Time between two lines.
            write: Takes a text of whole lines; by default they go to standard output, past
                everything that captures it.
        """
        self._seconds = seconds
        self._write = _to(os.dup(1)) if write is None else write
        self._total = 0
        self._done = 0
        self._counts: Counter[str] = Counter()
        self._running: dict[str, float] = {}
        self._failed: list[str] = []
        self._began = time.monotonic()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._repeat, daemon=True)

    def pytest_sessionstart(self) -> None:
        """Begin to tell."""
        self._thread.start()

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count what is going to run."""
        self._total = len(session.items) or self._total

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """Count it where workers collect."""
        del node
        self._total = len(ids)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Note what runs."""
        with self._lock:
            self._running[nodeid] = time.monotonic()

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Note what has run."""
        with self._lock:
            self._done += self._running.pop(nodeid, None) is not None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Write a failure with its reason."""
        if not report.failed:
            self._counts["skipped"] += report.skipped
            return
        if _died(report):
            self.pytest_runtest_logfinish(report.nodeid)
        kind = _kind(report)
        self._counts[kind] += 1
        step = "" if kind == "failed" else f" at its {report.when}"
        self._failed.append(f"{report.nodeid}{step}")
        self._tell_failure(f"FAILED{step}: {report.nodeid}", report.longrepr, report.longreprtext)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Write why a module could not be collected."""
        if report.failed:
            self._counts["error"] += 1
            self._failed.append(report.nodeid)
            head = f"NOT COLLECTED: {report.nodeid}"
            self._tell_failure(head, report.longrepr, report.longreprtext)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Write that a worker has died."""
        if error:
            self._write(f"the worker {node.gateway.id} has died: {error}\n")

    def pytest_internalerror(self, excrepr: object) -> None:
        """Write what was known when pytest itself failed: it shows no summary then."""
        self._tell_failure("pytest itself failed", excrepr, str(excrepr))
        self._write(self.line() + "\n" + "".join(f"  failed: {each}\n" for each in self._failed))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: object) -> tuple[str, str, str] | None:
        """Show no letters: lines of progress stand in their place."""
        if not isinstance(report, pytest.TestReport) or hasattr(report, "wasxfail"):
            return None
        if report.failed:
            kind = _kind(report)
            return kind, "", kind.upper()
        if report.when == "call" or report.skipped:
            return report.outcome, "", report.outcome.upper()
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """End with a line of everything."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._write(self.line() + "\n")

    def line(self) -> str:
        """How far the run is."""
        now = time.monotonic()
        with self._lock:
            running = sorted(self._running.items(), key=lambda item: item[1])
        names = ("failed", "error", "skipped")
        told = [f"{self._counts[name]} {name}" for name in names if self._counts[name]]
        count = f"{self._done}/{self._total} tests" if self._total else "collecting"
        head = ", ".join([count, *told])
        shown = [f"{name} ({now - since:.0f} s)" for name, since in running[:SHOWN]]
        more = f" and {len(running) - SHOWN} more" if len(running) > SHOWN else ""
        runs = f"; running {', '.join(shown)}{more}" if shown else ""
        return f"[{_clock(now - self._began)}] {head}{runs}"

    def _repeat(self) -> None:
        while not self._over.wait(self._seconds):
            self._write(self.line() + "\n")

    def _tell_failure(self, head: str, shown: object, reason: str) -> None:
        if isinstance(shown, str) and "\n" not in shown:
            self._write(f"{head}: {shown}\n")
            return
        lines = reason.rstrip().split("\n")
        cut = [f"... {len(lines) - LINES} lines above"] if len(lines) > LINES else []
        text = "".join(f"    {line}\n" for line in [*cut, *lines[-LINES:]])
        self._write(f"{head}\n{text}{self.line()}\n")


class Repeats:
    """Shows what a fixture raised once, and refers to it wherever it ends another test."""

    def __init__(self) -> None:
        """Nothing has failed yet."""
        self._first: dict[tuple[str, int, str], str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Shorten the report of a failure that another test has had at the same place."""
        crash = getattr(report.longrepr, "reprcrash", None)
        if report.when != "setup" or not report.failed or crash is None:
            return
        key = (str(crash.path), int(crash.lineno), str(crash.message))
        first = self._first.setdefault(key, report.nodeid)
        if first != report.nodeid:
            reason = str(crash.message).partition("\n")[0]
            report.longrepr = f"its fixture failed as for {first}, see there: {reason}"


def _died(report: pytest.TestReport) -> bool:
    """Whether xdist reports a test whose worker has died: it knows no phase of it."""
    return str(report.when) not in {"setup", "call", "teardown"}


def _kind(report: pytest.TestReport) -> str:
    return "failed" if report.when == "call" or _died(report) else "error"


def _to(descriptor: int) -> Callable[[str], None]:
    def write(text: str) -> None:
        content = text.encode("utf-8", "backslashreplace")
        while content:
            content = content[os.write(descriptor, content) :]

    return write


def _clock(seconds: float) -> str:
    """The time for a reader.

    >>> _clock(7.9), _clock(3725)
    ('0:07', '1:02:05')
    """
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
