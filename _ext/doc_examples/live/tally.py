"""Counts for the verification report. Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from doc_examples.judge import normalised
from doc_examples.live.standing import Standing, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def totals(standings: Iterable[Standing]) -> Counter[State]:
    """Count the states; every standing counts once."""
    return Counter(standing.state for standing in standings)


def differing(standings: Sequence[Standing]) -> list[tuple[tuple[str, ...], str]]:
    """Group the lines by what a block printed there.

    Returns:
        Lines and their common output, in order of the lines; nothing where all that passed
        printed the same. Blanks at the ends of lines do not count.

    >>> differing([Standing("0.28", State.PASSED, stdout="a"),
    ...            Standing("314", State.PASSED, stdout="b")])
    [(('0.28',), 'a'), (('314',), 'b')]
    """
    groups: dict[str, list[Standing]] = {}
    for standing in standings:
        if standing.state is State.PASSED:
            groups.setdefault(normalised(standing.stdout), []).append(standing)
    if len(groups) < 2:  # noqa: PLR2004 - two are needed to differ
        return []
    return [(tuple(s.line for s in group), group[0].stdout) for group in groups.values()]
