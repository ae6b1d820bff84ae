# ruff: noqa: SLF001 - the binding is a friend of the reactive engine, see `holes`
"""Regions: places whose nodes come and go. `Show` and `Dynamic`; lists stand in `lists`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from bridge.binding.holes import Part
from bridge.binding.nodes import Dynamic, For, Show
from bridge.binding.slots import is_readable, reader
from bridge.reactivity import Scope
from bridge.reactivity.state import now

if TYPE_CHECKING:
    from bridge.binding.compose import Inset
    from bridge.binding.view import Block, View
    from bridge.reactivity.effects import Scope as Owner

__all__ = ["Region", "open_region", "scope_below"]


def scope_below(part: Part, name: str) -> Scope:
    """Open a scope that the engine knows to lie below a part, which has to end it."""
    scope = Scope(name, detached=True)
    scope._owner = part  # type: ignore[assignment]
    return scope


class Region(Part):
    """A place whose nodes come and go.

    Attributes:
        view: Where the ops go.
        inset: Where it stands.
        item: The row's item that functions get.
        of_item: Whether they take it.
    """

    __slots__ = ("inset", "item", "of_item", "view")

    def __init__(
        self, view: View, inset: Inset, item: object, owner: Part | Owner, *, of_item: bool
    ) -> None:
        super().__init__(owner)
        self.view = view
        self.inset = inset
        self.item = item
        self.of_item = of_item

    def start(self) -> None:
        """Run for the first time."""
        self._run()

    def remove_nodes(self) -> None:
        """Take its nodes out of the page."""
        raise NotImplementedError

    def _label(self) -> str:
        return f"{self.inset.node!r} of a view"

    def __repr__(self) -> str:
        return f"<{self._label()}>"


class _Replaced(Region):
    """A region that shows one content and then another."""

    __slots__ = ("_block", "_scope")

    _block: Block | None
    _scope: Scope | None

    def __init__(
        self, view: View, inset: Inset, item: object, owner: Part | Owner, *, of_item: bool
    ) -> None:
        super().__init__(view, inset, item, owner, of_item=of_item)
        self._block = None
        self._scope = None

    def _put(self, content: object, *, tracked: bool) -> None:
        """Show content in place of what is shown.

        Args:
            content: What the author wrote, or a function that builds it.
            tracked: Whether what the function reads is followed.
        """
        parent, anchor, _, space = self.inset
        scope = scope_below(self, "content of a view")
        try:
            with scope:
                if callable(content) and not is_readable(content):
                    now.observer = self if tracked else None
                    content = content(self.item) if self.of_item else content()
                    now.observer = None
                block = self.view.build(
                    content, parent, anchor, self.item, self, of_item=self.of_item, space=space
                )
        except BaseException:
            scope.dispose()
            raise
        self._drop()
        self._block, self._scope = block, scope
        self.view.changed()

    def _drop(self) -> None:
        self.remove_nodes()
        self._end_content()

    def remove_nodes(self) -> None:
        """Take its nodes out of the page."""
        if self._block is not None:
            self.view.remove(self._block)

    def _end_content(self) -> None:
        block, self._block = self._block, None
        scope, self._scope = self._scope, None
        if block is not None:
            self.view.end(block)
        if scope is not None:
            scope.dispose()

    def end(self) -> None:
        """Let go of everything."""
        super().end()
        self._end_content()


class _ShowRegion(_Replaced):
    __slots__ = ("_read", "_state")

    def __init__(
        self, view: View, inset: Inset, item: object, owner: Part | Owner, *, of_item: bool
    ) -> None:
        super().__init__(view, inset, item, owner, of_item=of_item)
        self._read = reader(cast("Show", inset.node).condition, of_item=of_item)
        self._state: bool | None = None

    def _fn(self) -> None:
        state = bool(self._read(self.item))
        node = self.inset.node
        if state is self._state or not isinstance(node, Show):
            return
        self._put(node.then if state else node.otherwise, tracked=False)
        self._state = state


class _DynamicRegion(_Replaced):
    __slots__ = ()

    def _fn(self) -> None:
        self._put(cast("Dynamic", self.inset.node).build, tracked=True)


def open_region(
    view: View, inset: Inset, item: object, owner: Part | Owner, *, of_item: bool
) -> Region:
    """Make the region for a node that changes shape; `Region.start` fills it."""
    from bridge.binding.lists import ListRegion  # noqa: PLC0415 - lists are regions themselves

    kind: type[Region] = _DynamicRegion
    if isinstance(inset.node, For):
        kind = ListRegion
    elif isinstance(inset.node, Show):
        kind = _ShowRegion
    return kind(view, inset, item, owner, of_item=of_item)
