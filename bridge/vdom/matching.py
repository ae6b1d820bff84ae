"""Which node of the page becomes which node of the new tree. Pure functions over siblings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.vdom.nodes import VNode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.vdom.children import Item
    from bridge.vdom.live import Live

__all__ = ["common_head", "common_tail", "fits", "match"]


def fits(old: object, new: Item) -> bool:
    """Tell whether what the page shows can become what the new tree wants.

    Texts become texts; a node becomes one of the same tag and key.

    Examples:
        >>> from bridge.vdom.nodes import h
        >>> fits("a", "b"), fits(h("p", {"key": 1}), h("p", {"key": 1}, "new")), fits(h("p"), "a")
        (True, True, False)
    """
    if old.__class__ is VNode:
        return (
            new.__class__ is VNode and old[3] == new[3] and (old[0] is new[0] or old[0] == new[0])
        )
    return new.__class__ is not VNode


def common_head(old: Sequence[Live], items: Sequence[Item]) -> int:
    """Count the first siblings that stay in their places."""
    count = 0
    for live, new in zip(old, items, strict=False):
        before = live.item
        # As `fits`, without the call: most patches spend their time right here.
        if before.__class__ is VNode:
            if new.__class__ is not VNode or before[3] != new[3]:
                break
            if before[0] is not new[0] and before[0] != new[0]:
                break
        elif new.__class__ is VNode:
            break
        count += 1
    return count


def common_tail(old: Sequence[Live], items: Sequence[Item], head: int) -> int:
    """Count the last siblings that stay, without those of the head."""
    limit = min(len(old), len(items)) - head
    count = 0
    while count < limit and fits(old[-1 - count].item, items[-1 - count]):
        count += 1
    return count


def match(old: Sequence[Live], items: Sequence[Item]) -> tuple[list[int], list[int]]:
    """Find for each new sibling the old one that becomes it.

    With a key by the key, else in order among those without a key and of the same tag.

    Args:
        old: What the page shows.
        items: What it shall show.

    Returns:
        For each new sibling the place of the old one, or -1; and the places of the old ones that
        are left over, ascending.
    """
    by_key: dict[object, int] = {}
    by_tag: dict[object, list[int]] = {}
    for place in range(len(old) - 1, -1, -1):
        item = old[place].item
        if not isinstance(item, VNode):
            by_tag.setdefault(None, []).append(place)
        elif item[3] is not None:
            by_key[item[3]] = place
        else:
            by_tag.setdefault(item[0], []).append(place)
    sources = [_take(item, old, by_key, by_tag) for item in items]
    left_over = [*by_key.values()]
    for places in by_tag.values():
        left_over += places
    left_over.sort()
    return sources, left_over


def _take(
    item: Item,
    old: Sequence[Live],
    by_key: dict[object, int],
    by_tag: dict[object, list[int]],
) -> int:
    if not isinstance(item, VNode):
        places = by_tag.get(None)
    elif item[3] is not None:
        place = by_key.get(item[3], -1)
        if place < 0 or not fits(old[place].item, item):
            return -1
        del by_key[item[3]]
        return place
    else:
        places = by_tag.get(item[0])
    return places.pop() if places else -1
