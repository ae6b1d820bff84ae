"""The course of one start: what its messages mean, in which order they may come, and until when.

Pure: what arrives is data of whoever wrote the script, and may be anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from bridge.worker.errors import ScriptMessageError, StageTimeoutError
from bridge.worker.stages import Stage, Timings

if TYPE_CHECKING:
    from bridge.worker.stages import Limits

__all__ = ["MOST", "Course", "Message"]

MOST: Final = 10
"""How many times its limit a stage may take that goes on reporting progress."""

_ORDER: Final = tuple(Stage)
_KINDS: Final = frozenset({"alive", "failed", "fatal", "made", "progress", "rejection", "stage"})
_LONGEST: Final = 10_000
"""Characters of a text that are kept."""


class Message(NamedTuple):
    """One message of a worker's script, checked.

    Attributes:
        kind: What it reports; empty for what no script of bridge sends, which counts for nothing.
        text: Its text; empty if it has none.
        facts: All its fields.
    """

    kind: str
    text: str
    facts: Mapping[str, object]


class Course:
    """Takes a start from stage to stage.

    Args:
        limits: Seconds per stage.
        life: What the script is told when it is asked to start, and has to repeat in each report of
            a stage: a script that reports without having been asked does not know it.
        until: What ends the start: the stage ``"ready"``, or a message ``"made"`` (a snapshot).
        now: Seconds of any clock.

    Attributes:
        stage: The stage in progress.
        timings: Of the stages that are over.
        facts: The fields of the messages that ended stages, by name.
        last: The last sign of progress, as a text.
        over: Whether the message that ends the start has come.
    """

    def __init__(self, limits: Limits, life: str, until: str, now: float) -> None:
        self.stage = Stage.SCRIPT
        self.timings = Timings()
        self.facts: dict[str, object] = {}
        self.last = ""
        self.over = False
        self._limits = limits
        self._life = life
        self._until = until
        self._began = self._moved = now

    def take(self, message: object, now: float) -> Message:
        """Read the next message, and go on by it.

        Raises:
            ScriptMessageError: It reports a stage that is not in progress, or without having been
                asked to start.
        """
        facts = message if isinstance(message, Mapping) else {}
        kind = facts.get("kind")
        if not isinstance(kind, str) or kind not in _KINDS:
            return Message("", "", facts)
        found = Message(kind, _text(facts), facts)
        if kind in ("stage", "made"):
            self._end_stage(found, now)
        elif kind in ("alive", "progress"):
            self.note(found.text or kind, now)
        return found

    def note(self, text: str, now: float) -> None:
        """Take a sign of progress."""
        self.last = f"{self.stage.value}: {text}"
        self._moved = now

    def since_stage(self, now: float) -> float:
        """Return the seconds since the last stage was over."""
        return now - self._began

    @property
    def silent(self) -> bool:
        """Whether the stage in progress has not reported anything."""
        return self._moved == self._began

    def left(self, now: float) -> float:
        """Return the seconds after which the stage is given up; not above 0 when it is."""
        limit = self._limits.of(self.stage)
        return min(self._moved + limit, self._began + MOST * limit) - now

    def exhausted(self, now: float) -> bool:
        """Tell whether the stage is to be given up although it reports progress."""
        return now >= self._began + MOST * self._limits.of(self.stage)

    def overdue(self, now: float) -> StageTimeoutError:
        """Return the error of a stage that is given up."""
        limit = self._limits.of(self.stage)
        if self.exhausted(now):
            return StageTimeoutError(self.stage, MOST * limit, self.last, moving=True)
        return StageTimeoutError(self.stage, limit, self.last)

    def _end_stage(self, message: Message, now: float) -> None:
        expected = "made" if self._is_making() else self.stage.value
        found = message.kind if message.kind == "made" else message.facts.get("stage")
        if found != expected or self.over:
            known = found if isinstance(found, str) else type(found).__name__
            detail = f"it reports {known[:100]!r} while {expected!r} is in progress"
            raise ScriptMessageError(self.stage, "", detail)
        # The script's first message comes before it is asked for anything.
        if self.stage is not Stage.SCRIPT and message.facts.get("life") != self._life:
            detail = f"it reports {expected!r} without having been asked to start"
            raise ScriptMessageError(self.stage, "", detail)
        self.facts.update(message.facts)
        self.over = found == self._until
        self.timings = self.timings.with_stage(self.stage, now - self._began)
        self.note("done", now)
        self._began = now
        following = _ORDER.index(self.stage) + 1
        if following < len(_ORDER):
            self.stage = _ORDER[following]

    def _is_making(self) -> bool:
        return self._until == "made" and self.stage is not Stage.SCRIPT


def _text(facts: Mapping[str, object]) -> str:
    found = facts.get("text") or facts.get("note")
    return found[:_LONGEST] if isinstance(found, str) else ""
