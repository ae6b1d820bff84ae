"""The table of js-framework-benchmark: its data, its operations, and what must stand there then.

After S. Krausest, https://github.com/krausest/js-framework-benchmark: the same operations on the
same table. A row is a pair of number and label; what a library makes of it is its adapter's work.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

# fmt: off
_ADJECTIVES = (
    "pretty", "large", "big", "small", "tall", "short", "long", "handsome", "plain", "quaint",
    "clean", "elegant", "easy", "angry", "crazy", "helpful", "mushy", "odd", "unsightly",
    "adorable", "important", "inexpensive", "cheap", "expensive", "fancy",
)
_COLOURS = (
    "red", "yellow", "blue", "green", "pink", "brown", "purple", "brown", "white", "black",
    "orange",
)
_NOUNS = (
    "table", "chair", "house", "bbq", "desk", "car", "pony", "cookie", "sandwich", "burger",
    "pizza", "mouse", "keyboard",
)
# fmt: on

Data = list[tuple[int, str]]


@dataclass
class Table:
    """What the table must show: the model that each adapter is compared with."""

    rows: Data = field(default_factory=list)
    selected: int | None = None
    next_id: int = 1

    def fresh(self, count: int) -> Data:
        """Make up rows with new numbers; the same in each run."""
        first = self.next_id
        self.next_id += count
        return [
            (
                n,
                f"{_ADJECTIVES[n % 25]} {_COLOURS[n * 7 % 11]} {_NOUNS[n * 3 % 13]}",
            )
            for n in range(first, self.next_id)
        ]

    def shown(self) -> list[list[str]]:
        """Return class, number and label of each row."""
        return [
            ["danger" if number == self.selected else "", str(number), label]
            for number, label in self.rows
        ]


class Adapter(Protocol):
    """One way of showing the table. Each operation has reached the page when it returns."""

    def create(self, data: Data) -> None:
        """Show these rows and no others."""

    def append(self, data: Data) -> None:
        """Show these rows after the others."""

    def update(self) -> None:
        """Add `` !!!`` to the label of each tenth row."""

    def select(self, number: int) -> None:
        """Mark the row with this number, and no other."""

    def swap(self) -> None:
        """Let the second row and the last but one change places."""

    def remove(self, number: int) -> None:
        """Take one row away."""

    def clear(self) -> None:
        """Take all rows away."""

    def close(self) -> None:
        """Give everything back."""


@dataclass(frozen=True)
class Operation:
    """One operation of the benchmark.

    Attributes:
        name: As the tables call it.
        rows: How many rows stand there before.
        run: Performs it on the model and returns what performs it on an adapter.
    """

    name: str
    rows: int
    run: Callable[[Table], Callable[[Adapter], None]]


def _create(count: int) -> Callable[[Table], Callable[[Adapter], None]]:
    def prepare(table: Table) -> Callable[[Adapter], None]:
        data = table.rows = table.fresh(count)
        table.selected = None
        return lambda adapter: adapter.create(data)

    return prepare


def _append(table: Table) -> Callable[[Adapter], None]:
    data = table.fresh(1000)
    table.rows = table.rows + data
    return lambda adapter: adapter.append(data)


def _update(table: Table) -> Callable[[Adapter], None]:
    table.rows = [
        (number, label + " !!!" if place % 10 == 0 else label)
        for place, (number, label) in enumerate(table.rows)
    ]
    return lambda adapter: adapter.update()


def _select(table: Table) -> Callable[[Adapter], None]:
    chosen = table.selected = table.rows[5][0]
    return lambda adapter: adapter.select(chosen)


def _swap(table: Table) -> Callable[[Adapter], None]:
    rows = table.rows = list(table.rows)
    rows[1], rows[-2] = rows[-2], rows[1]
    return lambda adapter: adapter.swap()


def _remove(table: Table) -> Callable[[Adapter], None]:
    gone = table.rows[4][0]
    table.rows = [row for row in table.rows if row[0] != gone]
    return lambda adapter: adapter.remove(gone)


def _clear(table: Table) -> Callable[[Adapter], None]:
    table.rows = []
    return lambda adapter: adapter.clear()


OPERATIONS = (
    Operation("create 1k", 0, _create(1000)),
    Operation("replace 1k", 1000, _create(1000)),
    Operation("update 10th", 1000, _update),
    Operation("select", 1000, _select),
    Operation("swap", 1000, _swap),
    Operation("remove one", 1000, _remove),
    Operation("create 10k", 0, _create(10_000)),
    Operation("append 1k", 1000, _append),
    Operation("clear 1k", 1000, _clear),
)
