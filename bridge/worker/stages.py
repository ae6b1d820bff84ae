"""The stages of a worker's start, their limits, and what is told of them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum
from typing import Self

__all__ = ["Limits", "Progress", "Stage", "Timings"]


class Stage(Enum):
    """What has to be done next when a worker starts; each stage ends with a proof from inside.

    Attributes:
        SCRIPT: The worker's first file has run.
        RUNTIME: Pyodide is loaded.
        PACKAGES: All packages that were asked for are loaded.
        READY: The module to serve is imported and serves.
    """

    SCRIPT = "script"
    RUNTIME = "runtime"
    PACKAGES = "packages"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds that each stage took; 0 for one that was not reached.

    Examples:
        >>> Timings(script=0.25, runtime=2.0).total
        2.25
    """

    script: float = 0.0
    runtime: float = 0.0
    packages: float = 0.0
    ready: float = 0.0

    @property
    def total(self) -> float:
        """Seconds of the whole start."""
        return self.script + self.runtime + self.packages + self.ready

    def with_stage(self, stage: Stage, seconds: float) -> Timings:
        """Return the same with one stage's time set."""
        return Timings(**{**self.by_stage(), stage.value: seconds})

    def by_stage(self) -> dict[str, float]:
        """Return the seconds by the stage's name, in order.

        Examples:
            >>> list(Timings().by_stage())
            ['script', 'runtime', 'packages', 'ready']
        """
        return {each.name: getattr(self, each.name) for each in fields(self)}


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that each stage may take without a sign of progress.

    A stage that moves gets its limit again with each sign, so that a slow machine may be slow as
    long as it goes on; after ten times its limit it is given up nevertheless. The defaults are
    generous; limits that fit a machine are made of a healthy start on it, by `relative_to`.

    Raises:
        ValueError: A limit is not positive.
    """

    script: float = 20.0
    runtime: float = 90.0
    packages: float = 120.0
    ready: float = 60.0

    def __post_init__(self) -> None:
        for each in fields(self):
            if not getattr(self, each.name) > 0:
                raise ValueError(
                    f"the limit of stage {each.name!r} is {getattr(self, each.name)!r}; "
                    "expected a positive number of seconds"
                )

    @classmethod
    def relative_to(cls, healthy: Timings, factor: float = 5.0, at_least: float = 1.0) -> Self:
        """Make limits from a start that went well on the same machine.

        Args:
            healthy: Its timings.
            factor: How many times as long each stage may take.
            at_least: Seconds that each stage gets in any case; a stage that was over in no time
                says little about the next one.

        Examples:
            >>> Limits.relative_to(Timings(0.02, 3.0, 0.0, 0.1), factor=4)
            Limits(script=1.0, runtime=12.0, packages=1.0, ready=1.0)
        """
        scaled = {
            name: max(seconds * factor, at_least) for name, seconds in healthy.by_stage().items()
        }
        return cls(**scaled)

    def of(self, stage: Stage) -> float:
        """Return the limit of a stage, in seconds."""
        return float(getattr(self, stage.value))


@dataclass(frozen=True, slots=True)
class Progress:
    """One sign of life of a start.

    Attributes:
        stage: The stage in progress.
        note: What is being done, or that the stage is over; a text for a reader.
        seconds: Since the start began.
        done: Whether the stage is over.
    """

    stage: Stage
    note: str
    seconds: float
    done: bool = field(default=False)
