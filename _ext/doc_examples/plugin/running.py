"""Runs the block behind an item, and tells pytest what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from doc_examples.catalogue import HOST
from doc_examples.judge import Verdict
from doc_examples.plugin.display import failure_text, sections
from doc_examples.plugin.state import EXAMPLE, REPORT, STATE
from doc_examples.records import Fate, Kind, Result
from doc_examples.runner.errors import RunnerError
from doc_examples.runner.host import run_on_host

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

RESULT = "doc_example"
"""The attribute of a report that carries the result, as plain data, to the controller."""


class ExampleFailure(Exception):  # noqa: N818 - what pytest shows is its text
    """A block did not do what its page says."""


@pytest.fixture
def example(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Run the block that the generated test states."""
    item = request.node
    state = item.config.stash[STATE]
    found, line = item.stash[EXAMPLE]

    def run(*, source: str, **_stated: Any) -> None:
        if source != found.code:
            raise ExampleFailure(
                f"{item.path}: this generated test is not what {found.page} says; "
                "run pytest again without editing it"
            )
        session, position = state.catalogue.session(found), state.catalogue.position(found)
        try:
            if line == HOST:
                equipment = state.equipment
                report = run_on_host(session, position, equipment.browser, equipment.wheels)
            else:
                report = state.run(line, session, position)
        except RunnerError as error:
            raise ExampleFailure(f"{found.file}:{found.line}: not run: {error}") from error
        item.stash[REPORT] = report
        if report.verdict.fate is Fate.NOT_APPLICABLE:
            pytest.skip(f"not applicable: {report.verdict.headline}")
        if not report.verdict.passed:
            raise ExampleFailure(failure_text(found, line, report.verdict))

    return run


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Boot the next session while the last block of this one runs."""
    if nextitem is not None and EXAMPLE in item.stash and EXAMPLE in nextitem.stash:
        (this, line), (following, next_line) = item.stash[EXAMPLE], nextitem.stash[EXAMPLE]
        same = (this.session_key, line) == (following.session_key, next_line)
        if not same and next_line != HOST and following.kind is not Kind.DATA:
            item.config.stash[STATE].runner.prepare(next_line)
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show a failure in the page's coordinates, and let no other skip pass for a result."""
    made = yield
    if EXAMPLE not in item.stash:
        return made
    example, line = item.stash[EXAMPLE]
    report = item.stash.get(REPORT, None)
    if call.excinfo is not None and call.excinfo.errisinstance(ExampleFailure):
        made.longrepr = str(call.excinfo.value)
    if made.skipped and report is not None and report.verdict.fate is Fate.NOT_APPLICABLE:
        reason = f"Skipped: not applicable: {report.verdict.headline}"
        made.longrepr = (str(item.path), 0, reason)
    elif made.skipped or hasattr(made, "wasxfail"):
        _refuse(made)
        made.longrepr = (
            f"{example.page}:{example.line}: block {example.name} was skipped or expected to fail "
            "by something else than its page; state it there with 'lines' or 'needs'"
        )
    if made.when == "call" or (made.when == "setup" and made.failed):
        if report is not None:
            made.sections += sections(report.outcome)
        key = item.config.stash[STATE].key(example, line)
        found = _result(item, made, key)
        setattr(made, RESULT, {"line": line, **_plain(found)})
    return made


def _refuse(made: pytest.TestReport) -> None:
    made.outcome = "failed"
    if hasattr(made, "wasxfail"):
        del made.wasxfail


def _result(item: pytest.Item, made: pytest.TestReport, key: str) -> Result:
    example, _ = item.stash[EXAMPLE]
    report = item.stash.get(REPORT, None)
    verdict = report.verdict if report else Verdict(Fate.FAILED, made.longreprtext)
    if made.failed and verdict.passed:
        verdict = Verdict(Fate.FAILED, made.longreprtext)
    today = datetime.now(UTC).date().isoformat()
    if report is None:
        return Result(example.id, verdict.fate, key, message=verdict.headline, date=today)
    outcome = report.outcome
    return Result(
        id=example.id,
        fate=verdict.fate,
        key=key,
        seconds=round(outcome.seconds, 3),
        stdout=outcome.stdout,
        stderr=outcome.stderr,
        message=verdict.headline,
        date=today,
    )


def _plain(found: Result) -> dict[str, Any]:
    return {name: getattr(found, name) for name in found.__slots__} | {"fate": found.fate.value}


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """End the browser."""
    config.stash[STATE].close()
