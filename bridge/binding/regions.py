# ruff: noqa: SLF001 - the binding is a friend of the reactive engine, see `holes`
"""Regions: places whose nodes come and go. `Show` and `Dynamic`; lists stand in `lists`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from bridge.binding.endings import end_all
from bridge.binding.holes import Part, Probe, name_place
from bridge.binding.nodes import Dynamic, For, Show
from bridge.binding.slots import is_readable, reader
from bridge.reactivity import Scope
from bridge.reactivity.reactions import pass_on, raise_all
from bridge.reactivity.state import now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bridge.binding.compose import Inset
    from bridge.binding.nodes import Readable
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
        in_row: Whether it stands in a row of a list.
        other: Whether what it shows was built for another item than its present one.
        repeated: Why the run before failed, if it wrote what it had read and is repeated for that.
    """

    __slots__ = ("in_row", "inset", "item", "of_item", "other", "repeated", "view")

    def __init__(
        self, view: View, inset: Inset, item: object, owner: Part | Owner, *, of_item: bool
    ) -> None:
        super().__init__(owner)
        self.view = view
        self.inset = inset
        self.item = item
        self.of_item = of_item
        self.in_row = isinstance(owner, Region) and owner.holds_rows()
        self.other = False
        self.repeated: BaseException | None = None

    def holds_rows(self) -> bool:
        """Whether what stands in it stands in a row of a list."""
        return self.in_row

    def start(self) -> None:
        """Run for the first time; if it fails, whoever builds it follows what it read."""
        try:
            self._run()
        except BaseException:
            pass_on(self)
            raise

    def show_other(self, item: object, node: For | Show | Dynamic) -> None:
        """Show the content for another item, with the nodes that are there where it can be.

        Args:
            item: The row's item.
            node: What the author wrote for it.
        """
        self.item = item
        if node is not self.inset.node:
            self.inset = self.inset._replace(node=node)
            self._read_node()
        self.other = True
        self.again()

    def _read_node(self) -> None:
        """Take what it reads from the node."""

    def parts_below(self) -> Iterable[Part]:
        """Return what keeps its content up to date."""
        raise NotImplementedError

    def _fn(self) -> None:
        probe = Probe()
        try:
            self._follow(probe)
        except BaseException as error:
            # It is built again when anything has changed that the failed build read.
            now.observer = self
            pass_on(probe)
            name_place(error, self._label())
            self._repeat(error, outdated=probe.is_outdated())
            raise
        self.repeated = None

    def _repeat(self, error: BaseException, *, outdated: bool) -> None:
        """Run once more after a failed run that wrote what it had read: nobody told it of that."""
        before, self.repeated = self.repeated, None
        if before is None and outdated:
            self.repeated = error
            if not self._stale:
                self._stale = True
                now.queue.append(self)
        elif before is not None and (type(before), str(before)) == (type(error), str(error)):
            self._stale = False  # it fails and writes whenever it runs; that has been told
            raise before

    def _follow(self, probe: Probe) -> None:
        """Do what is to be done; what is read for a build alone is read by the probe."""
        raise NotImplementedError

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

    def _put(self, content: object, probe: Probe, *, tracked: bool, over: bool) -> None:
        """Show content in place of what is shown.

        Args:
            content: What the author wrote, or a function that builds it.
            probe: Reads what is read once.
            tracked: Whether what the function reads is followed.
            over: Whether the new content may take over the nodes of the old one.
        """
        parent, anchor, _, space = self.inset
        old, old_scope = self._block, self._scope
        scope = scope_below(self, "content of a view")
        errors: list[BaseException] = []
        try:
            with scope:
                if callable(content) and not is_readable(content):
                    now.observer = self if tracked else probe
                    content = content(self.item) if self.of_item else content()
                now.observer = probe
                block = self.view.build(
                    content,
                    parent,
                    anchor,
                    self.item,
                    self,
                    of_item=self.of_item,
                    space=space,
                    kept=self.in_row,
                    over=old if over else None,
                    errors=errors,
                )
        except BaseException as error:
            end_all([scope.dispose], error)
            raise
        self._block, self._scope = block, scope
        self.view.changed()
        # Places that failed are tried again for the next item, even if that is the same.
        self.other = bool(errors)
        ends: list[Callable[[], object]] = []
        if old is not None and block is not old:
            self.view.remove(old)
            ends.append(partial(self.view.end, old))
        if old_scope is not None:
            ends.append(old_scope.dispose)
        try:
            end_all(ends)
        except BaseException as error:  # noqa: BLE001 - raised with the others
            errors.append(error)
        raise_all(f"{self._label()} failed", errors)

    def remove_nodes(self) -> None:
        """Take its nodes out of the page."""
        if self._block is not None:
            self.view.remove(self._block)

    def parts_below(self) -> Iterable[Part]:
        """Return what keeps its content up to date."""
        return self._block.parts if self._block is not None else ()

    def end(self) -> None:
        """Let go of everything."""
        super().end()
        block, self._block = self._block, None
        scope, self._scope = self._scope, None
        ends: list[Callable[[], object]] = []
        if block is not None:
            ends.append(partial(self.view.end, block))
        if scope is not None:
            ends.append(scope.dispose)
        end_all(ends)


class _ShowRegion(_Replaced):
    __slots__ = ("_read", "_state")

    def __init__(
        self, view: View, inset: Inset, item: object, owner: Part | Owner, *, of_item: bool
    ) -> None:
        super().__init__(view, inset, item, owner, of_item=of_item)
        self._read = reader(cast("Show", inset.node).condition, of_item=of_item)
        self._state: bool | None = None

    def _read_node(self) -> None:
        self._read = reader(cast("Show", self.inset.node).condition, of_item=self.of_item)

    def _follow(self, probe: Probe) -> None:
        value = self._read(self.item)
        if is_readable(value):
            value = cast("Readable", value).value
        state = bool(value)
        same = state is self._state
        if same and not self.other:
            return
        node = cast("Show", self.inset.node)
        content = node.then if state else node.otherwise
        before, self._state = self._state, state
        shown = self._scope
        try:
            self._put(content, probe, tracked=False, over=same)
        except BaseException:
            if self._scope is shown:
                self._state = before
            raise


class _DynamicRegion(_Replaced):
    __slots__ = ()

    def _follow(self, probe: Probe) -> None:
        build = cast("Dynamic", self.inset.node).build
        self._put(build, probe, tracked=True, over=self.other)


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
