"""The order in which the nodes of each row stand, chosen for few crossings. Pure.

After Sugiyama, Tagawa and Toda, 'Methods for Visual Understanding of Hierarchical System
Structures' (1981): an edge that spans several rows passes each row between at a place of its own,
and rows are sorted, in turns, by the mean place of what their nodes are tied to. Here nodes also
belong to lanes, which follow each other from left to right in every row; places of passage belong
to none.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Slot: TypeAlias = "str | tuple[int, int]"
"""A node's id, or the number of an edge with the row where it passes."""

_SWEEPS: Final = 12


@dataclass
class Rows:
    """Rows of slots from the bottom upwards, and what is tied to what in neighbouring rows."""

    slots: list[list[Slot]]
    up: dict[Slot, list[Slot]] = field(default_factory=lambda: defaultdict(list))
    """What each slot is tied to in the row above."""
    down: dict[Slot, list[Slot]] = field(default_factory=lambda: defaultdict(list))
    chains: list[list[Slot]] = field(default_factory=list)
    """For each edge the slots that it passes, from its upper end to its lower."""


def build(
    order: Sequence[str],
    edges: Sequence[tuple[str, str]],
    rank: Mapping[str, int],
    lanes: Mapping[str, int],
) -> Rows:
    """Make the rows, in the order of lanes and nodes, with a slot for each passing edge.

    Args:
        order: All nodes.
        edges: From upper to lower node; those within a row are skipped (their chain is empty).
        rank: The row of each node, from the bottom.
        lanes: The lane of each node.
    """
    rows = Rows([[] for _ in range(max(rank.values(), default=-1) + 1)])
    for name in sorted(order, key=lambda name: lanes[name]):
        rows.slots[rank[name]].append(name)
    for number, (upper, lower) in enumerate(edges):
        chain: list[Slot] = []
        if rank[upper] != rank[lower]:
            passed = range(rank[upper] - 1, rank[lower], -1)
            chain = [upper, *((number, row) for row in passed), lower]
            for row in passed:
                rows.slots[row].append((number, row))
            for above, below in pairwise(chain):
                rows.down[above].append(below)
                rows.up[below].append(above)
        rows.chains.append(chain)
    return rows


def untangle(rows: Rows, lanes: Mapping[str, int]) -> None:
    """Sort each row for few crossings, keeping the lanes' order."""
    best, fewest = [list(row) for row in rows.slots], None
    for sweep in range(_SWEEPS + 1):
        crossed = crossings(rows)
        if fewest is None or crossed < fewest:
            best, fewest = [list(row) for row in rows.slots], crossed
        if not fewest or sweep == _SWEEPS:
            break
        upwards = sweep % 2 == 0
        order = range(1, len(rows.slots)) if upwards else range(len(rows.slots) - 2, -1, -1)
        ties = rows.down if upwards else rows.up
        for index in order:
            _sort(rows, index, ties, -1 if upwards else 1, lanes)
        _swap(rows, lanes)
    rows.slots[:] = best


def crossings(rows: Rows) -> int:
    """Count the pairs of edges that cross between neighbouring rows."""
    return sum(_between(rows, index) for index in range(len(rows.slots) - 1))


def _between(rows: Rows, lower: int) -> int:
    place = {slot: index for index, slot in enumerate(rows.slots[lower + 1])}
    seen: list[int] = []
    found = 0
    for slot in rows.slots[lower]:
        ends = sorted(place[above] for above in rows.up[slot])
        found += sum(len(seen) - bisect_right(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return found


def _sort(
    rows: Rows,
    index: int,
    ties: Mapping[Slot, list[Slot]],
    fixed: int,
    lanes: Mapping[str, int],
) -> None:
    row, other = rows.slots[index], rows.slots[index + fixed]
    place = {slot: (at + 0.5) / len(other) for at, slot in enumerate(other)}
    wish = {}
    for at, slot in enumerate(row):
        tied = ties.get(slot, ())
        mean = sum(place[one] for one in tied) / len(tied) if tied else (at + 0.5) / len(row)
        wish[slot] = (mean, at)
    row.sort(key=wish.__getitem__)
    # Sorting may have mixed the lanes: the places of nodes are dealt out again in their order.
    at_nodes = [at for at, slot in enumerate(row) if isinstance(slot, str)]
    names = [slot for slot in row if isinstance(slot, str)]
    names.sort(key=lambda name: (lanes[name], *wish[name]))
    for at, name in zip(at_nodes, names, strict=True):
        row[at] = name


def _swap(rows: Rows, lanes: Mapping[str, int]) -> None:
    """Exchange neighbours wherever that saves a crossing."""
    for index, row in enumerate(rows.slots):
        above = _places(rows.slots[index + 1 : index + 2])
        below = _places(rows.slots[index - 1 : index] if index else [])
        for at in range(len(row) - 1):
            left, right = row[at], row[at + 1]
            if isinstance(left, str) and isinstance(right, str) and lanes[left] != lanes[right]:
                continue
            gain = 0
            for ties, place in ((rows.up, above), (rows.down, below)):
                for a in ties.get(left, ()):
                    for b in ties.get(right, ()):
                        gain += (place[a] > place[b]) - (place[a] < place[b])
            if gain > 0:
                row[at], row[at + 1] = right, left


def _places(rows: Sequence[Sequence[Slot]]) -> dict[Slot, int]:
    return {slot: at for row in rows for at, slot in enumerate(row)}
