"""Where the slots of ordered rows stand from left to right, so that edges run straight. Pure.

In turns, each slot wishes to stand at the weighted mean of what it is tied to, and each row grants
the wishes as far as order, distances and lanes allow: the nearest such row in the sense of least
squares is found by pooling neighbours that would overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Final

from pattern_language.views.layout.shapes import Lane

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pattern_language.views.layout.rows import Rows, Slot

EDGE_GAP: Final = 12.0
LANE_GAP: Final = 40.0
"""Between the nodes of two lanes; more than between those of one."""
_ROUNDS: Final = 24
_STRAIGHT: Final = 6.0
"""How much more a long edge wishes to be straight than a node to stand above its neighbours."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much room slots need."""

    widths: Mapping[str, float]
    """Of the nodes; edges that pass have none."""
    lanes: Mapping[str, int]
    """Of the nodes; edges that pass have none."""
    gap: float
    """The least distance of two nodes of a lane."""

    def half(self, slot: Slot) -> float:
        """Return the distance from the middle of a slot to an edge of its lane, at least."""
        return self.widths[slot] / 2 if isinstance(slot, str) else EDGE_GAP / 2

    def distance(self, a: Slot, b: Slot) -> float:
        """Return the least distance of the middles of two neighbours in a row."""
        if isinstance(a, str) and isinstance(b, str):
            between = self.gap if self.lanes[a] == self.lanes[b] else LANE_GAP
            return self.widths[a] / 2 + between + self.widths[b] / 2
        return EDGE_GAP + sum(self.widths[slot] / 2 for slot in (a, b) if isinstance(slot, str))


def place(
    rows: Rows, sizes: Sizes, titles: Sequence[float]
) -> tuple[dict[Slot, float], tuple[Lane, ...]]:
    """Return the middle of each slot, and the lanes from left to right.

    Args:
        rows: The slots of each row in their order.
        sizes: How much room they need.
        titles: The least width of each lane.
    """
    bands = _bands(rows, sizes, titles)
    fitted = [_Row(row, sizes, bands) for row in rows.slots]
    middle = {slot: x for row in fitted for slot, x in row.centred()}
    for turn in range(_ROUNDS):
        for row in fitted if turn % 2 == 0 else reversed(fitted):
            middle.update(row.granted([_wish(slot, rows, middle) for slot in row.slots]))
    return middle, bands


def _bands(rows: Rows, sizes: Sizes, titles: Sequence[float]) -> tuple[Lane, ...]:
    """Make each lane wide enough for the widest row: its nodes, and what passes beside them."""
    needed = list(titles)
    for row in rows.slots:
        taken: dict[int, list[Slot]] = {}
        # What passes is counted with the node to its left, or with the row's first.
        lane = next((sizes.lanes[slot] for slot in row if isinstance(slot, str)), 0)
        for slot in row:
            lane = sizes.lanes[slot] if isinstance(slot, str) else lane
            taken.setdefault(lane, []).append(slot)
        for lane, slots in taken.items():
            ends = sizes.half(slots[0]) + sizes.half(slots[-1])
            steps = sum(sizes.distance(a, b) for a, b in pairwise(slots))
            needed[lane] = max(needed[lane], ends + steps)
    bands: list[Lane] = []
    left = 0.0
    for width in needed:
        bands.append(Lane(left, left + width))
        left += width + LANE_GAP
    return tuple(bands)


class _Row:
    """What a row allows: each slot's distance from the first, and how far that one may move."""

    def __init__(self, slots: Sequence[Slot], sizes: Sizes, bands: Sequence[Lane]) -> None:
        self.slots = slots
        steps = (sizes.distance(a, b) for a, b in pairwise(slots))
        self._offsets = list(accumulate(steps, initial=0.0))
        whole = Lane(0.0, bands[-1].right)
        low, high = [], []
        for slot, offset in zip(slots, self._offsets, strict=False):
            band = bands[sizes.lanes[slot]] if isinstance(slot, str) else whole
            low.append(band.left + sizes.half(slot) - offset)
            high.append(band.right - sizes.half(slot) - offset)
        # Nobody may stand where they would push another out of its lane.
        self._low = list(accumulate(low, max))
        self._high = list(accumulate(reversed(high), min))[::-1]

    def centred(self) -> Iterable[tuple[Slot, float]]:
        """Put each slot into the middle of where it may stand."""
        for slot, offset, low, high in self._limits():
            yield slot, (low + high) / 2 + offset

    def granted(self, wishes: Sequence[tuple[float, float]]) -> Iterable[tuple[Slot, float]]:
        """Put the slots as near as possible to where they wish to stand, by their weights."""
        moved = [x - offset for (x, _), offset in zip(wishes, self._offsets, strict=False)]
        pooled = pool(moved, [weight for _, weight in wishes])
        for (slot, offset, low, high), x in zip(self._limits(), pooled, strict=True):
            yield slot, min(max(x, low), high) + offset

    def _limits(self) -> Iterable[tuple[Slot, float, float, float]]:
        return zip(self.slots, self._offsets, self._low, self._high, strict=False)


def _wish(slot: Slot, rows: Rows, middle: Mapping[Slot, float]) -> tuple[float, float]:
    """Return where a slot wishes to stand, and how much."""
    tied = [*rows.up.get(slot, ()), *rows.down.get(slot, ())]
    if not tied:
        return middle[slot], 1.0
    passes = not isinstance(slot, str)
    weights = [_STRAIGHT if passes and not isinstance(one, str) else 1.0 for one in tied]
    total = sum(weights)
    pairs = zip(tied, weights, strict=True)
    return sum(middle[one] * weight for one, weight in pairs) / total, total


def pool(wishes: Sequence[float], weights: Sequence[float]) -> list[float]:
    """Return the rising sequence that is nearest to the wishes (pool adjacent violators).

    >>> pool([1, 3, 2, 4], [1, 1, 1, 1])
    [1, 2.5, 2.5, 4]
    """
    pools: list[tuple[float, float, int]] = []
    for wish, weight in zip(wishes, weights, strict=True):
        one = (wish, weight, 1)
        while pools and pools[-1][0] >= one[0]:
            mean, mass, count = pools.pop()
            total = mass + one[1]
            one = ((mean * mass + one[0] * one[1]) / total, total, count + one[2])
        pools.append(one)
    return [mean for mean, _, count in pools for _ in range(count)]
