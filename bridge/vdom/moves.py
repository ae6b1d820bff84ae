"""Which siblings may stay where they are, so that the fewest are moved."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["staying"]


def staying(sources: Sequence[int]) -> set[int]:
    """Find the places of a longest increasing subsequence.

    Moving all others is the least that turns the old order into the new one. Found by patience
    sorting in O(n log n).

    Args:
        sources: For each new place the old place, or -1 for what is new.

    Returns:
        The new places of what need not move.

    Examples:
        >>> sorted(staying([0, 3, 1, 2, -1, 4]))
        [0, 2, 3, 5]
        >>> staying([])
        set()
    """
    tails: list[int] = []
    places: list[int] = []
    before: list[int] = [-1] * len(sources)
    for place, source in enumerate(sources):
        if source < 0:
            continue
        if not tails or source > tails[-1]:
            if places:
                before[place] = places[-1]
            tails.append(source)
            places.append(place)
            continue
        length = bisect_left(tails, source)
        tails[length] = source
        places[length] = place
        before[place] = places[length - 1] if length else -1
    stays: set[int] = set()
    place = places[-1] if places else -1
    while place >= 0:
        stays.add(place)
        place = before[place]
    return stays
