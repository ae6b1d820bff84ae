"""Run a benchmark in real browsers and record its figures.

From the root of the project::

    PYTHONPATH=.:_ext python tests/bench/run.py signals --line 0.28 --line 314 --repeat 7
    PYTHONPATH=.:_ext python tests/bench/run.py dom
    PYTHONPATH=.:_ext python tests/bench/run.py tables

Each suite runs in one page per line, all libraries in it taking turns, so that ratios hold;
absolute times do not travel between machines. ``results/SUITE.json`` gets the lines that were run
and keeps the others. A tree that differs from its commit is refused, and the machine has to be
quiet; a recording during which it was not is marked ``loaded``, and no page may quote it.

A suite is a module beside this one with a ``UNIT`` and a function ``measure(repeat)``, ``async`` or
not. That runs in the page, and gives figures by row and column: a list of times, or a text that
says why there are none. ``PACKAGES`` of it, if there are any, are served beside the runtime.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import importlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

from pyodide_runtimes import LINES, load_pins
from tests.bench import conditions
from tests.bench.browser import ROOT, run_in_page
from tests.bench.tables import write_page

RESULTS = Path(__file__).with_name("results")
PAGE = ROOT / "reference/project/benchmarks.md"

MEASURE = """
import inspect
import json
from tests.bench import {suite}
figures = {suite}.measure({repeat})
json.dumps(await figures if inspect.isawaitable(figures) else figures)
"""
COUNT = """
import json
from js import countCrossings
from tests.bench import dom
json.dumps(dom.count_crossings(countCrossings))
"""


def suites() -> dict[str, str]:
    """Return the units of all suites, by their names."""
    modules = [
        importlib.import_module(f"tests.bench.{path.stem}")
        for path in sorted(Path(__file__).parent.glob("*.py"))
        if path != Path(__file__) and not path.stem.startswith("test_")
    ]
    return {
        str(module.__name__).rpartition(".")[2]: str(module.UNIT)
        for module in modules
        if hasattr(module, "UNIT")
    }


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("suite", choices=[*suites(), "tables"])
    parser.add_argument("--line", action="append", choices=LINES, help="may be given repeatedly")
    parser.add_argument("--repeat", type=int, default=7, help="how often each is timed")
    chosen = parser.parse_args(arguments)
    if chosen.suite != "tables":
        conditions.refuse_changes(conditions.changed_files(ROOT, (RESULTS, PAGE)))
        for line in chosen.line or ("0.28", LINES[-1]):
            print(f"{chosen.suite} on Pyodide {line} ...", file=sys.stderr)  # noqa: T201 - a command says what it does
            _record(chosen.suite, line, asyncio.run(_run(chosen.suite, line, chosen.repeat)))
    write_page(RESULTS, PAGE)
    return 0


async def _run(suite: str, line: str, repeat: int) -> dict[str, Any]:
    load = conditions.wait_for_quiet()
    before = conditions.calibrate()
    module = importlib.import_module(f"tests.bench.{suite}")
    source = MEASURE.format(suite=suite, repeat=repeat)
    text, versions = await run_in_page(line, source, packages=getattr(module, "PACKAGES", ()))
    found = {
        "versions": {**versions, **{pin.name: pin.version for pin in load_pins().wheels}},
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "commit": _git("rev-parse", "--short=10", "HEAD"),
        "machine": {
            "system": platform.system(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
            "load before": round(load, 1),
        },
        **_calibrated(before, conditions.calibrate()),
        "repeat": repeat,
    }
    figures = json.loads(text)
    ran = {row: cells.pop("recomputed") for row, cells in figures.items() if "recomputed" in cells}
    found["rows"] = _summary(figures)
    if ran:
        found["recomputed"] = ran
    if suite == "dom":
        counts, _ = await run_in_page(line, COUNT, counting=True)
        found["crossings"] = json.loads(counts)
    return found


def _calibrated(before: float, after: float) -> dict[str, Any]:
    found: dict[str, Any] = {"calibration ms": [round(1000 * each) for each in (before, after)]}
    if conditions.was_loaded(before, after):
        found["loaded"] = True
        print(f"loaded: the calibration took {before:.2f} s, then {after:.2f} s", file=sys.stderr)  # noqa: T201 - a command
    return found


def _summary(figures: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Keep minimum and median of each cell, and the reason where there is no figure."""
    return {
        row: {
            column: _cell(found) if isinstance(found, list) else found
            for column, found in cells.items()
        }
        for row, cells in figures.items()
    }


def _cell(found: list[Any]) -> dict[str, float]:
    if not isinstance(found[0], list):
        return {"best": round(min(found), 4), "median": round(_median(found), 4)}
    script, total = zip(*found, strict=True)
    return {
        "best": round(min(script), 4),
        "median": round(_median(script), 4),
        "total": round(_median(total), 4),
    }


def _median(found: Any) -> float:
    ordered = sorted(found)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return float(ordered[middle])
    return float(ordered[middle - 1] + ordered[middle]) / 2


def _git(*arguments: str) -> str:
    found = subprocess.run(
        ["git", *arguments],  # noqa: S607 - the one on the path
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    return found.stdout.strip()


def _record(suite: str, line: str, found: dict[str, Any]) -> None:
    path = RESULTS / f"{suite}.json"
    known = json.loads(path.read_text("utf-8")) if path.exists() else {}
    lines = {**known.get("lines", {}), line: found}
    lines = {name: lines[name] for name in LINES if name in lines}
    known = {"suite": suite, "unit": suites()[suite], "lines": lines}
    path.parent.mkdir(exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(known, indent=1) + "\n", "utf-8")
    partial.replace(path)


if __name__ == "__main__":
    sys.exit(main())
