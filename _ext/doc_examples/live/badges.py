"""The badge of a block: all its standings in a few words. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from doc_examples.live.standing import HOST, Standing, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WORST_FIRST = (
    State.FAILED,
    State.NOT_RUN,
    State.STALE,
    State.UNVERIFIED,
    State.PASSED,
    State.NOT_APPLICABLE,
)
"""Which state gives a badge its colour: the reader must see what needs care."""

_VERBS = {
    State.PASSED: "passed on",
    State.FAILED: "failed on",
    State.NOT_RUN: "not run on",
    State.STALE: "stale on",
    State.UNVERIFIED: "not verified on",
    State.NOT_APPLICABLE: "not applicable on",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """What stands beside a block."""

    state: State
    text: str
    """One clause for each state that occurs, the worst first."""
    detail: str = ""
    """Browser and date of the run, or the reasons."""


def badge(standings: Sequence[Standing]) -> Badge:
    """Return the badge for the standings of one block on all its lines.

    >>> found = badge([Standing("0.28", State.PASSED), Standing("314", State.FAILED, "IndexError")])
    >>> found.state, found.text, found.detail
    (<State.FAILED: 'failed'>, 'failed on 314; passed on 0.28', 'IndexError')
    """
    states = [state for state in WORST_FIRST if any(s.state is state for s in standings)]
    clauses = [_clause(state, [s for s in standings if s.state is state]) for state in states]
    worst = states[0] if states else State.UNVERIFIED
    alone = len(states) == 1
    if alone and worst in {State.UNVERIFIED, State.STALE}:
        text = "not verified" if worst is State.UNVERIFIED else "stale"
    elif alone and worst is State.NOT_APPLICABLE:
        text = "not applicable"
    else:
        text = "; ".join(clauses) or "not verified"
    return Badge(worst, text, _detail(worst, standings))


def page_badge(examples: Sequence[Sequence[Standing]]) -> Badge:
    """Return one badge for all blocks of a page: how many are in which state, worst first.

    A block counts as what is worst of its lines.

    >>> passed = [Standing("0.28", State.PASSED), Standing("314", State.PASSED)]
    >>> page_badge([passed, passed]).text
    '2 examples passed on 0.28, 314'
    >>> page_badge([passed, [Standing("0.28", State.FAILED)]]).text
    '1 example failed, 1 passed'
    """
    worst = Counter(badge(standings).state for standings in examples)
    states = [state for state in WORST_FIRST if worst[state]]
    if not states:
        return Badge(State.UNVERIFIED, "no examples")
    first, *others = (f"{worst[state]} {state.value.replace('-', ' ')}" for state in states)
    number, _, word = first.partition(" ")
    text = f"{number} example{'' if number == '1' else 's'} {word}"
    if states == [State.PASSED]:
        lines = dict.fromkeys(s.line for standings in examples for s in standings)
        text += f" on {', '.join(line for line in lines if line != HOST) or 'CPython'}"
    return Badge(states[0], ", ".join([text, *others]))


def _clause(state: State, standings: Sequence[Standing]) -> str:
    if [s.line for s in standings] == [HOST]:
        version = f" CPython {standings[0].version}" if standings[0].version else " CPython"
        return _VERBS[state] + version
    return f"{_VERBS[state]} {', '.join(s.line for s in standings)}"


def _detail(worst: State, standings: Sequence[Standing]) -> str:
    if worst is State.PASSED:
        passed = [s for s in standings if s.state is State.PASSED]
        browsers = _unique(short_browser(s.browser) for s in passed)
        dates = _unique(s.date[:10] for s in passed)
        return " · ".join(filter(None, (", ".join(browsers), dates[-1] if dates else "")))
    if worst is State.STALE:
        return "changed since it was verified"
    concerned = [s for s in standings if s.state is worst]
    return "; ".join(_unique(s.reason for s in concerned))


def short_browser(name: str) -> str:
    """Return a browser's name with its major version only.

    >>> short_browser("Chromium 156.0.8078.79"), short_browser("")
    ('Chromium 156', '')
    """
    return re.sub(r"^(\D*\d+)[\d.]*$", r"\1", name)


def _unique(texts: Iterable[str]) -> list[str]:
    return sorted({text for text in texts if text})
