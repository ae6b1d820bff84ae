"""Which row each node of a graph stands in: every node above those that it leads to. Pure."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ROUNDS: Final = 12


def ranks(
    order: Sequence[str], edges: Sequence[tuple[str, str]], lanes: Mapping[str, int]
) -> dict[str, int]:
    """Return the row of each node, counted from the bottom, 0 first.

    Rows are those of the longest paths. Nodes with room above or below are then moved to where
    their edges are shortest, and where that leaves a choice, to the emptiest row of their lane.

    Args:
        order: All nodes, so that each stands after those that it leads to.
        edges: From upper to lower node, without cycles.
        lanes: The lane of each node.
    """
    uppers: dict[str, list[str]] = defaultdict(list)
    lowers: dict[str, list[str]] = defaultdict(list)
    for upper, lower in edges:
        uppers[lower].append(upper)
        lowers[upper].append(lower)
    rank: dict[str, int] = {}
    for name in order:
        rank[name] = max((rank[lower] + 1 for lower in lowers[name]), default=0)
    top = max(rank.values(), default=0)
    for _ in range(_ROUNDS):
        before = dict(rank)
        for name in order:
            low = max((rank[lower] + 1 for lower in lowers[name]), default=0)
            high = min((rank[upper] - 1 for upper in uppers[name]), default=top)
            if len(uppers[name]) > len(lowers[name]):
                low = high
            elif len(uppers[name]) < len(lowers[name]):
                high = low
            crowd = [0] * (top + 1)
            for other, row in rank.items():
                crowd[row] += other != name and lanes[other] == lanes[name]
            if not low <= rank[name] <= high or crowd[rank[name]] > min(crowd[low : high + 1]):
                rank[name] = min(range(low, high + 1), key=crowd.__getitem__)
        if rank == before:
            break
    used = sorted(set(rank.values()))
    return {name: used.index(row) for name, row in rank.items()}
