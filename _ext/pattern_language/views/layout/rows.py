"""The order in which the nodes of each row stand, chosen for few crossings. Pure.

After Sugiyama, Tagawa and Toda, 'Methods for Visual Understanding of Hierarchical System
Structures' (1981): an edge that spans several rows passes each row between at a place of its own,
and rows are sorted, in turns, by the mean place of what their nodes are tied to. Here nodes also
belong to lanes, which follow each other from left to right in every row; places of passage belong
to none.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Slot: TypeAlias = "str | tuple[int, int]"
"""A node's id, or the number of an edge with the row where it passes."""

_SWEEPS: Final = 12
_SIFTS: Final = 4


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
    best, least = [list(row) for row in rows.slots], (crossings(rows), _stretch(rows, lanes))
    for sweep in range(_SWEEPS):
        upwards = sweep % 2 == 0
        order = range(1, len(rows.slots)) if upwards else range(len(rows.slots) - 2, -1, -1)
        ties = rows.down if upwards else rows.up
        for index in order:
            _sort(rows, index, ties, -1 if upwards else 1, lanes)
        for _ in range(_SIFTS):
            if not _sift(rows, lanes):
                break
        cost = (crossings(rows), _stretch(rows, lanes))
        if cost < least:
            best, least = [list(row) for row in rows.slots], cost
    rows.slots[:] = best


def crossings(rows: Rows) -> int:
    """Count the pairs of edges that cross between neighbouring rows."""
    return sum(_between(rows, index) for index in range(len(rows.slots) - 1))


def _stretch(rows: Rows, lanes: Mapping[str, int]) -> float:
    """Return how far edges go sideways, in widths of lanes."""
    place = {slot: x for row in rows.slots for slot, x in _coordinates(row, lanes).items()}
    return sum(abs(place[a] - place[b]) for a, ends in rows.up.items() for b in ends)


def _coordinates(row: Sequence[Slot], lanes: Mapping[str, int]) -> dict[Slot, float]:
    """Return about where the slots of a row will stand, in widths of lanes.

    Nodes are spread over their lanes; what passes is spread between the nodes beside it.
    """
    nodes = [slot for slot in row if isinstance(slot, str)]
    members = Counter(lanes[name] for name in nodes)
    seen: Counter[int] = Counter()
    found: dict[Slot, float] = {}
    for name in nodes:
        lane = lanes[name]
        found[name] = lane + (seen[lane] + 0.5) / members[lane]
        seen[lane] += 1
    left, waiting = 0.0, list[Slot]()
    for slot in (*row, None):
        if slot is not None and not isinstance(slot, str):
            waiting.append(slot)
            continue
        right = found[slot] if slot is not None else max(lanes.values()) + 1.0
        for index, one in enumerate(waiting, 1):
            found[one] = left + (right - left) * index / (len(waiting) + 1)
        left, waiting = right, []
    return found


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
    row = rows.slots[index]
    here, place = _coordinates(row, lanes), _coordinates(rows.slots[index + fixed], lanes)
    wish = {}
    for at, slot in enumerate(row):
        tied = ties.get(slot, ())
        wish[slot] = (sum(place[one] for one in tied) / len(tied) if tied else here[slot], at)
    row.sort(key=wish.__getitem__)
    # Sorting may have mixed the lanes: the places of nodes are dealt out again in their order.
    at_nodes = [at for at, slot in enumerate(row) if isinstance(slot, str)]
    names = [slot for slot in row if isinstance(slot, str)]
    names.sort(key=lambda name: (lanes[name], *wish[name]))
    for at, name in zip(at_nodes, names, strict=True):
        row[at] = name


def _sift(rows: Rows, lanes: Mapping[str, int]) -> bool:
    """Move each slot to the best place of its row; return whether any moved.

    After Matuszewski, Schönfeld and Molitor, 'Using Sifting for k-Layer Straightline Crossing
    Minimization' (1999).
    """
    moved = False
    for index, row in enumerate(rows.slots):
        sides = [
            (ties, _coordinates(rows.slots[other], lanes))
            for ties, other in ((rows.up, index + 1), (rows.down, index - 1))
            if 0 <= other < len(rows.slots)
        ]
        for slot in list(row):
            at = row.index(slot)
            here = _coordinates(row, lanes)
            # Of places with as few crossings, the one that is nearest to where its edges go.
            ends = [place[one] for ties, place in sides for one in ties.get(slot, ())]
            wish = sum(ends) / len(ends) if ends else here[slot]
            best = (0, -abs(here[slot] - wish), at)
            for way in (-1, 1):
                gain, to = 0, at + way
                while 0 <= to < len(row) and _may_pass(slot, row[to], lanes):
                    gain += way * _gain(row[to], slot, sides)
                    best = max(best, (gain, -abs(here[row[to]] - wish), to))
                    to += way
            if best[2] != at:
                row.insert(best[2], row.pop(at))
                moved = True
    return moved


def _may_pass(a: Slot, b: Slot, lanes: Mapping[str, int]) -> bool:
    return not (isinstance(a, str) and isinstance(b, str) and lanes[a] != lanes[b])


def _gain(
    a: Slot, b: Slot, sides: Sequence[tuple[Mapping[Slot, list[Slot]], Mapping[Slot, float]]]
) -> int:
    """Return how many crossings more two slots have with ``b`` left of ``a`` than the other way.

    Negative where ``b`` should be the left one.
    """
    found = 0
    for ties, place in sides:
        for one in ties.get(a, ()):
            for other in ties.get(b, ()):
                found += (place[one] < place[other]) - (place[one] > place[other])
    return found
