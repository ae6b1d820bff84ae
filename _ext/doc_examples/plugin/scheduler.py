"""Spreads items over pytest-xdist's workers so that what is shared is made once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import pytest
    from xdist.remote import Producer
    from xdist.workermanage import WorkerController


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

    def remove_node(self, node: WorkerController) -> str | None:
        """Take a worker out that has died; return the test that it ran, which is not run again.

        xdist gives that test out again, until it has ended as many workers as xdist allows, and
        the rest of the run with them.
        """
        units = self.assigned_work.pop(node)
        left = [test for unit in units.values() for test, done in unit.items() if not done]
        if not left:
            return None
        crashed: str = left[0]
        for scope, unit in reversed(units.items()):
            if crashed in unit:
                unit[crashed] = True
            if not all(unit.values()):
                self.workqueue[scope] = unit
                self.workqueue.move_to_end(scope, last=False)
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed

    def _reschedule(self, node: WorkerController) -> None:
        # A worker that replaces another may still be collecting when a third one dies.
        if node in self.registered_collections:
            super()._reschedule(node)

    def _split_scope(self, nodeid: str) -> str:
        test, _, parameters = nodeid.partition("[")
        session = self._sessions.get(test)
        if session is not None:
            return f"{session}[{parameters}"
        named = self._lines.intersection(re.split(r"[-\]]", parameters))
        return f"{test.partition('::')[0]}[{min(named, default='')}]"
