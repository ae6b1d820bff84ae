"""Spreads items over pytest-xdist's workers so that what is shared is made once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pytest
    from xdist.remote import Producer


class SessionScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Load scheduling by what tests share: a session on one line, or else a module's fixtures.

    A module whose tests name lines in their brackets is as many units as it has lines. Units
    are given out in the order of the collection: a project whose tests differ much in length
    does well to collect the long ones first.

    Unlike ``--dist loadgroup`` it leaves node ids alone, so that ``--lf`` and reruns by node
    id work with and without workers.
    """

    def __init__(
        self,
        config: pytest.Config,
        log: Producer,
        sessions: Mapping[str, str],
        lines: Collection[str] = (),
    ) -> None:
        """Begin with nothing scheduled.

        Args:
            config: Of the controller; its option to reorder units by their number of tests is
                switched off.
            log: Of the controller.
            sessions: From a generated test (without its brackets) to its session.
            lines: The lines that stand in brackets.
        """
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._sessions = sessions
        self._lines = frozenset(lines)

    def _split_scope(self, nodeid: str) -> str:
        test, _, parameters = nodeid.partition("[")
        session = self._sessions.get(test)
        if session is not None:
            return f"{session}[{parameters}"
        named = self._lines.intersection(re.split(r"[-\]]", parameters))
        return f"{test.partition('::')[0]}[{min(named, default='')}]"
