"""Spreads items over pytest-xdist's workers so that a session stays on one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pytest
    from xdist.remote import Producer


class SessionScheduling(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Load scheduling whose unit is a session on one line; other tests go one by one.

    Unlike ``--dist loadgroup`` it leaves node ids alone, so that ``--lf`` and reruns by node
    id work with and without workers.
    """

    def __init__(self, config: pytest.Config, log: Producer, sessions: Mapping[str, str]) -> None:
        """``sessions`` maps a generated test (without its brackets) to its session."""
        super().__init__(config, log)
        self._sessions = sessions

    def _split_scope(self, nodeid: str) -> str:
        test, _, line = nodeid.partition("[")
        session = self._sessions.get(test)
        return nodeid if session is None else f"{session}[{line}"
