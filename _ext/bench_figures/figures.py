"""Finds figures in the results of benchmarks. Pure.

A results file ``<suite>.json`` holds, per line of the runtime, rows of columns of numbers::

    {"suite": "dom", "unit": "ms", "lines": {"0.28": {"rows": {ROW: {COLUMN: {STATISTIC: 1.5}}}}}}

A line with ``"loaded": true`` was recorded while something else ran; it cannot be quoted.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class UnknownFigureError(LookupError):
    """Something that a page quotes was not measured."""

    def __init__(self, what: str, found: str, known: Sequence[str]) -> None:
        """``what`` was looked for (suite, line, row ...), under the name ``found``."""
        self.what = what
        self.found = found
        self.known = tuple(known)
        super().__init__(what, found, self.known)

    def __str__(self) -> str:
        """Say what is there instead."""
        return f"no {self.what} {self.found!r}; measured are {', '.join(self.known) or 'none'}"


class LoadedRecordingError(UnknownFigureError):
    """What a page quotes was recorded while something else ran."""

    def __str__(self) -> str:
        """Say what to do."""
        return f"{self.what} was recorded on a loaded machine ({self.found}): record it again"


@dataclass(frozen=True, slots=True)
class Suite:
    """The recorded results of one suite of benchmarks."""

    name: str
    unit: str
    lines: dict[str, dict[str, Any]]

    @property
    def newest(self) -> str:
        """The newest line that was recorded."""
        return list(self.lines)[-1]

    def line(self, name: str) -> dict[str, Any]:
        """What was recorded on a line: its ``rows``, and how they were measured.

        Raises:
            UnknownFigureError: Nothing was, or the machine was loaded meanwhile.
        """
        found: dict[str, Any] = _pick("line", name, self.lines)
        if found.get("loaded"):
            raise LoadedRecordingError(f"{self.name} on {name}", f"on {found.get('date')}", [])
        return found

    def value(self, line: str, row: str, column: str, statistic: str = "median") -> float:
        """One figure, in the suite's unit.

        Raises:
            UnknownFigureError: There is none under these names; it says which are there.
        """
        columns = _pick("row", row, self.line(line)["rows"])
        cell = _pick("column", column, columns)
        if not isinstance(cell, dict):
            raise UnknownFigureError("figure in the column", f"{row}, {column}", [])
        return float(_pick("statistic", statistic, cell))


def load(directory: Path, suite: str) -> Suite:
    """Read one suite's results.

    Raises:
        UnknownFigureError: The directory holds none of this name.
    """
    path = directory / f"{suite}.json"
    if not path.is_file():
        known = sorted(file.stem for file in directory.glob("*.json"))
        raise UnknownFigureError("suite", suite, known)
    data = json.loads(path.read_text("utf-8"))
    return Suite(data["suite"], data["unit"], data["lines"])


def shown(value: float) -> str:
    """A figure with the digits that it deserves.

    >>> shown(163.21), shown(6.734), shown(0.2549), shown(0.0123)
    ('163', '6.7', '0.25', '0.012')
    """
    if value >= 100:  # noqa: PLR2004 - three digits before the point are enough
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}"


def _pick(what: str, name: str, among: dict[str, Any]) -> Any:
    if name not in among:
        raise UnknownFigureError(what, name, list(among))
    return among[name]
