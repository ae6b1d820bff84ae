"""What a run of all tests leaves out, so that it stays short, and how the rest is run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LEFT_OUT", "SWITCHES", "left_out"]


class LongForm(NamedTuple):
    """Something that a short run leaves out.

    Attributes:
        what: What a short run does, and what it does not.
        how: The command for the rest, or where it is done.
        switch: The environment variable that asks for it; empty if a command of its own does it.
    """

    what: str
    how: str
    switch: str = ""


SWITCHES: Final[Mapping[str, str]] = {
    "BRIDGE_LINES": "whether all browser tests run on all lines that are selected",
    "BRIDGE_LAW_SEEDS": "how many made-up views the laws of binding try on each line",
    "BRIDGE_MUTATIONS": "whether every silent mutation is tried",
    "BRIDGE_POOL_FAULT_TASKS": "how many tasks the fault test of pools gives on each line",
    "BRIDGE_POOL_FAULT_SEED": "which workers it kills at which moments, to repeat a failure",
}
"""The variables that tests of bridge read, and what each says."""

LEFT_OUT: Final = (
    LongForm(
        "The fault test of pools kills workers under 60 tasks on each line; its long form has "
        "1,000, which takes about half a minute per line.",
        "BRIDGE_POOL_FAULT_TASKS=1000 tox run -e test -- tests/bridge/pool -k kill",
        "BRIDGE_POOL_FAULT_TASKS",
    ),
    LongForm(
        "Benchmarks run once, for their checks: nothing is timed, and the recorded figures stay.",
        "PYTHONPATH=.:_ext python tests/bench/run.py SUITE --line LINE",
    ),
    LongForm(
        "Browser tests of remote calls, offloading and the application run on the oldest and the "
        "newest line, those of the benchmarks on the newest; the examples of the pages and tests "
        "of what a Comlink end exposes run on all.",
        "BRIDGE_LINES=all tox run -e test -- tests/bridge tests/site tests/bench",
        "BRIDGE_LINES",
    ),
    LongForm(
        "The two laws of binding (a bound page equals a fresh one, after any writes and after "
        "errors) try 40 made-up views in a page on each line.",
        "BRIDGE_LAW_SEEDS=1000 tox run -e test -- tests/bridge/binding/test_in_browser.py",
        "BRIDGE_LAW_SEEDS",
    ),
    LongForm(
        "Of the mutations of workers, remote calls, pools and offloading every fourth is tried.",
        "BRIDGE_MUTATIONS=all tox run -e test -- tests/bridge/test_silent_mutations.py",
        "BRIDGE_MUTATIONS",
    ),
    LongForm(
        "Files of runtimes that the cache holds are trusted by size and time of change; hashing "
        "them again is a command.",
        "PYTHONPATH=_ext python -m pyodide_runtimes fetch --verify",
    ),
    LongForm(
        "One CPython runs everything. The examples of all pages on the oldest and the newest one, "
        "line by line, are jobs of the workflow.",
        ".github/workflows/ci.yml",
    ),
)


def left_out(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Say what a run in this environment leaves out, in lines for a terminal."""
    lines = []
    for form in LEFT_OUT:
        if not (form.switch and environ.get(form.switch)):
            lines += [form.what, f"    {form.how}"]
    return lines
