"""What workers compute: statistics and searches over files of separated values.

Nothing here knows of a page, so that it runs, and is tested, anywhere. The functions give up the
event loop now and then: there a worker hears that its work is not wanted any more, and can leave it
without being ended.
"""

from __future__ import annotations

import asyncio
import csv
import io
import math
from dataclasses import dataclass

from bridge.offload import report_progress

TURN = 1000
"""Lines between two turns of the event loop: some hundredths of a second."""


class TableError(ValueError):
    """A file is not a table; ``line`` says where."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(line, reason)
        self.line = line
        self.reason = reason

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@dataclass(frozen=True)
class Column:
    """The statistics of one column; the numbers are None if it holds none."""

    name: str
    numbers: int
    mean: float | None
    deviation: float | None
    least: float | None
    most: float | None


@dataclass(frozen=True)
class Summary:
    """The statistics of one file."""

    rows: int
    columns: tuple[Column, ...]


@dataclass
class Tally:
    """Mean and deviation of a column in one pass, after Welford."""

    name: str
    count: int = 0
    mean: float = 0.0
    squares: float = 0.0
    least: float = math.inf
    most: float = -math.inf

    def add(self, cell: str) -> None:
        """Take a cell; one that holds no number does not count."""
        try:
            number = float(cell)
        except ValueError:
            return
        self.count += 1
        step = number - self.mean
        self.mean += step / self.count
        self.squares += step * (number - self.mean)
        self.least = min(self.least, number)
        self.most = max(self.most, number)

    def column(self) -> Column:
        """Return what the cells came to."""
        if not self.count:
            return Column(self.name, 0, None, None, None, None)
        deviation = math.sqrt(self.squares / self.count)
        return Column(self.name, self.count, self.mean, deviation, self.least, self.most)


async def summarise(data: bytes, separator: str) -> Summary:
    """Read a table whose first line names its columns."""
    text = data.decode("utf-8-sig")
    lines = max(1, text.count("\n"))
    reader = csv.reader(io.StringIO(text), delimiter=separator)
    names = next(reader, None)
    if not names:
        raise TableError(1, "the file is empty")
    tallies = [Tally(name) for name in names]
    rows = 0
    report_progress(0.0)
    for row in reader:
        if len(row) != len(names):
            raise TableError(reader.line_num, f"{len(names)} cells expected, {len(row)} found")
        rows += 1
        for tally, cell in zip(tallies, row, strict=True):
            tally.add(cell)
        if rows % TURN == 0:
            report_progress(reader.line_num / lines)
            await asyncio.sleep(0)
    return Summary(rows, tuple(tally.column() for tally in tallies))


async def find(files: dict[str, bytes], wanted: str, most: int = 8) -> tuple[int, list[str]]:
    """Count the lines that contain a text, in any case; the first ones come with their places."""
    count, shown = 0, []
    for name, data in files.items():
        for number, line in enumerate(io.StringIO(data.decode("utf-8", "replace")), 1):
            if wanted.lower() in line.lower():
                count += 1
                if count <= most:
                    shown.append(f"{name}, line {number}: {line.strip()}")
            if number % TURN == 0:
                await asyncio.sleep(0)
    return count, shown
