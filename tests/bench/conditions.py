"""Under which conditions figures may be recorded: a clean tree and a quiet machine.

What a machine does beside a benchmark shows in no figure of it. So a recording begins when the
machine is quiet, and a loop of known work, run on all cores before and after, tells whether it
stayed so.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

WAIT_LIMIT: Final = 600.0  # seconds
QUIET_LOAD: Final = 0.5  # average number of running processes
TOLERANCE: Final = 0.05  # by how much the two loops may differ
ROUNDS: Final = 7

_PAUSE: Final = 10.0  # seconds between two looks at the load
_LOOP: Final = "sum(n * n % 7 for n in range(2_000_000))"


class UnfitError(SystemExit):
    """Figures cannot be recorded as things are; the text says what to do."""


def changed_files(root: Path, generated: Sequence[Path]) -> list[str]:
    """Name the files that differ from the commit, but for those that a recording writes itself.

    Raises:
        UnfitError: The tree is no checkout of git.
    """
    left_out = [f":!{path.relative_to(root).as_posix()}" for path in generated]
    found = subprocess.run(
        ["git", "status", "--porcelain", "--", ".", *left_out],  # noqa: S607 - the one on the path
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    if found.returncode:
        raise UnfitError(f"figures name a commit, and git cannot: {found.stderr.strip()}")
    return [line[3:] for line in found.stdout.splitlines()]


def refuse_changes(changed: Sequence[str]) -> None:
    """Raise if something differs from the commit.

    Raises:
        UnfitError: It does; the files are named.
    """
    if changed:
        names = "\n  ".join(changed)
        raise UnfitError(
            f"figures name the commit that they were recorded on, and the tree differs from it:\n"
            f"  {names}\nCommit or stash these changes first."
        )


def wait_for_quiet(
    load: Callable[[], float] = lambda: os.getloadavg()[0],
    *,
    sleep: Callable[[float], object] = time.sleep,
    limit: float = WAIT_LIMIT,
) -> float:
    """Wait until hardly anything else runs; return the load average of the last minute.

    Args:
        load: Reads the load average.
        sleep: Waits so many seconds.
        limit: How many seconds to wait.

    Raises:
        UnfitError: The machine is still busy at the limit.
    """
    waited = 0.0
    while (found := load()) > QUIET_LOAD:
        if waited >= limit:
            raise UnfitError(
                f"the machine is busy: load {found:.1f} after {limit:.0f} s of waiting, at most "
                f"{QUIET_LOAD} is quiet. End what else runs, then record again."
            )
        print(f"waiting for a quiet machine: load {found:.1f}", file=sys.stderr)  # noqa: T201 - a command
        sleep(_PAUSE)
        waited += _PAUSE
    return found


def calibrate(rounds: int = ROUNDS) -> float:
    """Run a loop of known work on all cores at once; return the median time in seconds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        loops = [
            subprocess.Popen([sys.executable, "-I", "-S", "-c", _LOOP])
            for _ in range(os.cpu_count() or 1)
        ]
        for loop in loops:
            loop.wait()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def was_loaded(before: float, after: float) -> bool:
    """Tell whether two calibrations differ by more than the tolerance.

    Examples:
        >>> was_loaded(1.0, 1.04), was_loaded(1.0, 1.06), was_loaded(1.06, 1.0)
        (False, True, True)
    """
    return max(before, after) > min(before, after) * (1 + TOLERANCE)
