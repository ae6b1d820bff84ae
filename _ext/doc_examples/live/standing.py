"""Where a block stands on a line: what its result says, and whether that still holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from doc_examples.judge import excluded
from doc_examples.records import Fate, Kind
from doc_examples.results import is_current

if TYPE_CHECKING:
    from collections.abc import Sequence

    from doc_examples.records import Example, LineResults

HOST = "host"
"""The line of the blocks that CPython runs."""


class State(StrEnum):
    """What may be said of a block on one line."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not-run"
    NOT_APPLICABLE = "not-applicable"
    STALE = "stale"
    """It was verified, but something that the result depends on has changed since."""
    UNVERIFIED = "not-verified"
    """It was never run on the line, or nothing can tell whether its result still holds."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be said of one block on one line."""

    line: str
    state: State
    reason: str = ""
    """Why it failed, was not run or does not apply."""
    stdout: str = ""
    """What it printed; empty unless the result still holds."""
    date: str = ""
    version: str = ""
    browser: str = ""


def lines_for(example: Example, lines: Sequence[str]) -> tuple[str, ...]:
    """Return the lines that a block is verified on.

    Args:
        example: The block.
        lines: The Pyodide lines, oldest first.

    Returns:
        Nothing for blocks that are not run at all.
    """
    if not example.is_item:
        return ()
    return (HOST,) if example.kind is Kind.HOST else tuple(lines)


def standing(example: Example, line: str, found: LineResults | None, key: str | None) -> Standing:
    """Judge a recorded result.

    Args:
        example: The block.
        line: The line.
        found: The line's results, if there are any.
        key: The hash of all that a result depends on now; None where that is not known, and then
            no result counts as holding.
    """
    if (declared := excluded(example, line)) and not example.options.needs:
        # The page itself says so: no run could change it.
        return Standing(line, State.NOT_APPLICABLE, declared.headline)
    result = found.results.get(example.id) if found else None
    if found is None or result is None or key is None:
        return Standing(line, State.UNVERIFIED)
    if not is_current(result, key):
        return Standing(line, State.STALE, date=result.date, version=found.version)
    return Standing(
        line,
        _STATES[result.fate],
        result.message,
        result.stdout,
        result.date,
        found.version,
        found.browser,
    )


_STATES = {
    Fate.PASSED: State.PASSED,
    Fate.FAILED: State.FAILED,
    Fate.NOT_RUN: State.NOT_RUN,
    Fate.NOT_APPLICABLE: State.NOT_APPLICABLE,
}
