"""From what an author may write as children to one flat list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bridge._browser.safety import RawHtml
from bridge.vdom.live import DuplicateKeyError, Live, TreeError, path_of
from bridge.vdom.nodes import Fragment, VNode

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

__all__ = ["Item", "flatten"]

Item = VNode | str | RawHtml
_NOTHING: Final = frozenset({type(None), bool})
_new: Final = tuple.__new__


def flatten(children: object, parent: Live) -> list[Item]:
    """Flatten nested sequences and fragments, drop what stands for nothing, turn numbers to text.

    Keys are local to the sequence or fragment in which they are written: below the first level
    they carry the place (or key) of their group.

    Args:
        children: What the author gave.
        parent: Whose children they are, for errors.

    Raises:
        DuplicateKeyError: Two children of one group have the same key.
        TreeError: Something cannot be a child, or a key cannot be hashed.
    """
    if children.__class__ is list or children.__class__ is tuple:
        items: list[Item] = []
        keyed = False
        for child in children:
            if child.__class__ is VNode and child[0].__class__ is not Fragment:
                items.append(child)
                keyed = keyed or child[3] is not None
            elif child.__class__ is str:
                items.append(child)
            elif child.__class__ not in _NOTHING:
                # Something rarer: once more, by the general way.
                items = _general(children, parent)
                keyed = True
                break
        if keyed:
            _check_keys(items, parent)
        return items
    if children.__class__ is VNode and children[0].__class__ is not Fragment:
        return [children]
    items = _general((children,), parent)
    _check_keys(items, parent)
    return items


class _Walk:
    """The place in a sequence, and what the keys of its members are prefixed with.

    Attributes:
        rest: What has not been looked at.
        scope: The name of the group; ``None`` at the first level, where keys stand as written.
        moves: Whether a key names a group around here, so that members without a key need one.
        place: The place of the last member.
    """

    __slots__ = ("moves", "place", "rest", "scope")

    def __init__(self, rest: Iterator[object], scope: Hashable, moves: bool) -> None:
        self.rest = rest
        self.scope = scope
        self.moves = moves
        self.place = -1

    def into(self, child: object) -> _Walk | None:
        """Enter a nested group, if the member is one."""
        if isinstance(child, VNode):
            if child[0].__class__ is not Fragment:
                return None
            key = child[3]
            inner: Hashable = (self.scope, self.place) if key is None else (self.scope, "key", key)
            return _Walk(_members(child[2]), inner, self.moves or key is not None)
        if isinstance(child, (str, bytes, dict)) or not isinstance(child, Iterable):
            return None
        return _Walk(iter(child), (self.scope, self.place), self.moves)

    def named(self, child: VNode) -> VNode:
        """Give a member the key that it has among the children of the parent."""
        tag, props, below, key = child
        full: Hashable
        if self.scope is not None and key is not None:
            full = (self.scope, "key", key)
        elif self.moves:
            full = (self.scope, self.place)
        else:
            return child
        return _new(VNode, (tag, props, below, full))


def _general(children: Iterable[object], parent: Live) -> list[Item]:
    items: list[Item] = []
    outer: list[_Walk] = []
    walk: _Walk | None = _Walk(iter(children), None, moves=False)
    while walk is not None:
        for child in walk.rest:
            walk.place += 1
            inner = walk.into(child)
            if inner is not None:
                outer.append(walk)
                walk = inner
                break
            _take(child, walk, items, parent)
        else:
            walk = outer.pop() if outer else None
    return items


def _take(child: object, walk: _Walk, items: list[Item], parent: Live) -> None:
    if isinstance(child, VNode):
        items.append(walk.named(child))
    elif isinstance(child, (str, RawHtml)):
        items.append(child)
    elif isinstance(child, (int, float)) and not isinstance(child, bool):
        items.append(str(child))
    elif child is not None and not isinstance(child, bool):
        raise TreeError(
            path_of(parent),
            f"a {type(child).__name__} cannot be a child: {child!r}",
            "Expected a node, a text, a number, None, or a sequence of these.",
        )


def _members(children: object) -> Iterator[object]:
    if isinstance(children, (list, tuple)) and not isinstance(children, VNode):
        return iter(children)
    return iter((children,))


def _check_keys(items: list[Item], parent: Live) -> None:
    keys = [item[3] for item in items if item.__class__ is VNode and item[3] is not None]
    try:
        if len(set(keys)) == len(keys):
            return
    except TypeError as error:
        raise TreeError(
            path_of(parent), f"a key cannot be hashed ({error})", "Use texts, numbers or tuples."
        ) from error
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            raise DuplicateKeyError(_written(key), path_of(parent))
        seen.add(key)


def _written(key: object) -> object:
    """Return a key as the author wrote it, without the names of its groups."""
    if isinstance(key, tuple) and len(key) == 3 and key[1] == "key":  # noqa: PLR2004 - scope, mark, key
        return key[2]
    return key
