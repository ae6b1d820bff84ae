"""`View`: a container of the page that follows reactive values.

Every change goes into one buffer, which is sent once when all that follows from a write has run:
before the assignment (or the batch) returns, so that nobody has to wait for the page, and nobody
sees it half changed. Event handlers run in a batch.

Pieces are built whole or not at all: a piece that fails takes back what it put into the buffer,
and ends what it made. Whoever wanted it follows what it had read, and tries again.
"""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Self, cast

from bridge._browser import ops
from bridge._browser.attributes import OpBuffer
from bridge._browser.dom import DomRoot, Opener, open_container
from bridge.binding.compose import Composer
from bridge.binding.endings import end_all
from bridge.binding.handlers import handlers_of
from bridge.binding.holes import Hole, Spares, read_into
from bridge.binding.missed import Missed, errors_of, forget_wires
from bridge.binding.shapes import Made
from bridge.binding.templates import Template
from bridge.reactivity import Scope, Signal, batch, effect, untracked
from bridge.reactivity.reactions import raise_all

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from bridge._browser.dom import Handler, PageWriteError, Surface
    from bridge._browser.ffi import HostObject
    from bridge.binding.handlers import Hearing
    from bridge.binding.holes import Part
    from bridge.binding.nodes import Content
    from bridge.binding.regions import Region
    from bridge.binding.rows import Row
    from bridge.binding.slots import Slot
    from bridge.vdom.nodes import Ref, VNode

__all__ = ["Block", "View"]


class Block:
    """A built piece of a view.

    Attributes:
        tops: Its nodes at the top that stay as long as it does.
        parts: What keeps it up to date.
        regions: Those of the parts whose nodes stand at the top beside `tops`.
        numbers: The nodes that have handlers.
        refs: The refs that reach into it, and the nodes that they reach.
        made: All its nodes and what varies, if another build may take over from it.
    """

    __slots__ = ("made", "numbers", "parts", "refs", "regions", "tops")

    def __init__(self) -> None:
        self.tops: list[int] = []
        self.parts: list[Part] = []
        self.regions: list[Region] = []
        self.numbers: list[int] = []
        self.refs: list[tuple[Ref, int]] = []
        self.made: Made | None = None


class View:
    """What `mount` returns: ends with `dispose`, or with the scope in which it was mounted.

    Attributes:
        root: The container.
        buffer: The ops that have not been sent yet.
        listening: Of nodes in the rows of templates: the row.
    """

    def __init__(self, container: object, opener: Opener | None) -> None:
        self.buffer = OpBuffer()
        self.listening: dict[int, Row] = {}
        self._templates: dict[tuple[VNode, int], Template] = {}
        self._free_templates: list[int] = []
        self._left_templates: list[Template] = []
        self._missed = Missed(self._templates_in_use)
        self._prelude: list[object] = []
        self._refs: list[tuple[Ref, int]] = []
        self._opener: Opener = opener or open_container
        self._changes: Signal[None] = Signal(None, equals=False, name="changes of a view")
        self._pending = True  # until the first content has been sent
        self._deliver: Callable[[int, str, HostObject], None] | None = None
        self.root = DomRoot(container, self._open)
        self._scope = Scope("view")
        self._block: Block | None = None
        self._scope.on_cleanup(self._close)

    def _open(self, container: object, dispatch: Callable[[int, str, HostObject], None]) -> Surface:
        self._deliver = dispatch
        return self._opener(container, self._on_event)

    def show(self, content: Content) -> None:
        """Build the content and send it; called once, by `mount`."""
        try:
            with self._scope:
                effect(self._commit, name="sending of a view")
                # What is written while it is built is followed when it stands.
                with batch():
                    self._block = self.build(
                        content,
                        ops.CONTAINER,
                        ops.END,
                        None,
                        None,
                        of_item=False,
                        space=self.root.space,
                    )
                self._send()
        except BaseException:
            self._scope.dispose()
            raise

    @property
    def disposed(self) -> bool:
        """Whether it has ended."""
        return self._scope.disposed

    def dispose(self) -> None:
        """Empty the container; every effect and every proxy is given back. Twice does nothing."""
        self._scope.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.dispose()

    # -- sending -------------------------------------------------------------------------------

    def changed(self) -> None:
        """Let the buffer be sent when the reactions that are due have run."""
        if not self._pending:
            self._pending = True
            self._changes.set(None)

    def fill(self, number: int, slot: Slot, wire: object) -> None:
        """Write a slot of a node."""
        self.buffer.ops += (ops.AT, number)
        slot.write(self.buffer, wire)
        self.changed()

    def _commit(self) -> None:
        self._changes.value  # noqa: B018 - reading is following
        if self._block is not None:
            self._send()

    def _send(self) -> None:
        buffer, self.buffer = self.buffer, OpBuffer()
        prelude, self._prelude = self._prelude, []
        refs, self._refs = self._refs, []
        self._pending = False
        if prelude:
            buffer.ops[:0] = prelude
        for ref, number in refs:
            ref.attach(self.root, number)
        if self.root.closed:
            return
        errors: list[BaseException] = []
        older = self._missed or None
        if older is not None:
            self._missed = Missed(self._templates_in_use)
            older.forget_written(buffer)
        # An event in its course may write signals; those are not what this reacts to.
        with untracked():
            try:
                self.root.send(buffer)
            except BaseException as error:  # noqa: BLE001 - raised below
                self._note_missed(error, buffer)
                errors.append(error)
            if older is not None and not self.root.closed:
                self._try_again(older, errors)
        raise_all("a view could not be written", errors)
        # The page forgets a template when another one takes its number.
        self._free_templates += [template.number for template in self._left_templates]
        self._left_templates = []

    def _note_missed(self, error: BaseException, sent: OpBuffer) -> None:
        """Treat as unknown what the page has not; if it does not say what, that is everything."""
        refused = errors_of(error)
        if refused:
            self._missed.note(refused, sent)
        if self._block is not None:
            numbers = None if refused is None else {each.number for each in refused}
            forget_wires(self._block.parts, numbers)

    def _try_again(self, older: Missed, errors: list[BaseException]) -> None:
        """Write what earlier buffers could not; what is refused as before has been told."""
        refused: list[PageWriteError] | None = []
        try:
            self.root.send(older.again(self.root.node))
        except BaseException as error:  # noqa: BLE001 - raised by the caller
            refused = errors_of(error)
            if refused is None:
                errors.append(error)
        errors += older.keep(refused or [])
        self._missed.add(older)

    def _templates_in_use(self) -> dict[int, Template]:
        used = (*self._templates.values(), *self._left_templates)
        return {template.number: template for template in used}

    def mark(self) -> tuple[int, int, int]:
        """Remember how far the buffer goes; for `roll_back`."""
        return len(self.buffer.ops), len(self.buffer.objects), len(self._refs)

    def roll_back(self, mark: tuple[int, int, int]) -> None:
        """Take back what came into the buffer since."""
        written, objects, refs = mark
        del self.buffer.ops[written:]
        del self.buffer.objects[objects:]
        del self._refs[refs:]

    def _close(self) -> None:
        block, self._block = self._block, None
        try:
            if block is not None:
                self.end(block)
        finally:
            self.listening.clear()
            self.root.close()

    # -- events --------------------------------------------------------------------------------

    def _on_event(self, number: int, kind: str, event: HostObject) -> None:
        row = self.listening.get(number)
        if row is not None and number not in self.root.handlers:
            self.root.handlers[number] = row.handlers_at(number)
        if self._deliver is not None:
            with batch():
                self._deliver(number, kind, event)

    # -- building ------------------------------------------------------------------------------

    def build(
        self,
        content: object,
        parent: int,
        anchor: int,
        item: object,
        owner: Part | None,
        *,
        of_item: bool,
        space: int,
        detached: bool = False,
        kept: bool = False,
        over: Block | None = None,
        errors: list[BaseException] | None = None,
    ) -> Block:
        """Build content and place it.

        Args:
            content: What the author wrote.
            parent: The node in which it stands.
            anchor: What it stands before, or ``END`` if it has the parent to itself.
            item: The row's item that its functions get.
            owner: The part that builds it anew.
            of_item: Whether its functions take the item.
            space: The namespace.
            detached: Leave placing its nodes to the caller.
            kept: Remember its shape, so that another build can take over from it.
            over: A block that stands there. If its shape is the same, it becomes the new content
                with the nodes that it has, and is returned.
            errors: Takes what places of that block raise; they stay as they were.

        Raises:
            Exception: Something in it raised or cannot be shown; nothing is left of it.
        """
        mark = self.mark()
        block = Block()
        try:
            place = ops.DETACHED if detached or anchor != ops.END else parent
            draft = self.buffer
            if kept:
                draft = OpBuffer()
                draft.objects = self.buffer.objects
            composer = Composer(self.root, draft, of_item=of_item)
            block.tops = composer.compose(content, parent, place, anchor, space)
            if kept:
                block.made = Made.of(draft.ops, composer)
            changes = over and block.made and over.made and over.made.differences(block.made)
            if over is None or not isinstance(changes, list):
                if draft is not self.buffer:
                    self.buffer.ops += draft.ops
                if place == ops.DETACHED and not detached:
                    for number in block.tops:
                        self.buffer.ops += (ops.INSERT, parent, number, anchor)
                self._connect(block, composer.hearings, composer.refs, item, of_item=of_item)
                self._animate(block, composer, parent, item, owner, of_item=of_item)
                return block
        except BaseException as error:
            self.roll_back(mark)
            end_all([lambda: self.end(block)], error)
            raise
        self.buffer.ops += changes
        taken = [] if errors is None else errors
        self._take_over(over, block, composer, item, owner, errors=taken, of_item=of_item)
        return over

    def _take_over(
        self,
        old: Block,
        new: Block,
        composer: Composer,
        item: object,
        owner: Part | None,
        *,
        errors: list[BaseException],
        of_item: bool,
    ) -> None:
        """Let a block show what was composed in its shape; its nodes stay."""
        made, fresh = cast("Made", old.made), cast("Made", new.made)
        numbers = made.numbers_for(fresh)
        for number in old.numbers:
            self.root.handlers.pop(number, None)
        for ref, number in old.refs:
            ref.detach(number)
        old.numbers = []
        hearings = [each._replace(number=numbers[each.number]) for each in composer.hearings]
        refs = [(ref, numbers[number]) for ref, number in composer.refs]
        self._connect(old, hearings, refs, item, of_item=of_item)
        old.made = fresh.renumbered(numbers)
        regions = iter([part for part in old.parts if not isinstance(part, Hole)])
        followed: list[Part] = []
        holes = {id(part.slot): part for part in old.parts if isinstance(part, Hole)}
        spares = Spares(self, owner or self._scope)
        for late in (False, True):
            for before, slot in zip(made.slots, composer.slots, strict=True):
                if slot.late is late:
                    slot.number = numbers[slot.number]
                    hole = holes.get(id(before))
                    self.fill_again(
                        spares, slot, slot.number, item, hole=hole, parts=followed, errors=errors
                    )
            if not late:
                for inset, region in zip(composer.insets, regions, strict=True):
                    followed.append(region)
                    try:
                        cast("Region", region).show_other(item, inset.node)
                    except BaseException as error:  # noqa: BLE001 - raised when all have been filled
                        errors.append(error)
        old.parts = followed
        self.changed()

    def fill_again(
        self,
        spares: Spares,
        slot: Slot,
        number: int,
        item: object,
        *,
        hole: Hole | None,
        parts: list[Part],
        errors: list[BaseException],
    ) -> None:
        """Fill a slot for another item; what fails stays as it is, and follows what it read."""
        try:
            if hole is None:
                self.fill_first(spares, slot, number, item, parts)
                return
            hole.slot, hole.item = slot, item
            hole.again()
        except BaseException as error:  # noqa: BLE001 - raised when all have been filled
            errors.append(error)
        if hole is not None:
            parts.append(hole)

    def _connect(
        self,
        block: Block,
        hearings: list[Hearing],
        refs: list[tuple[Ref, int]],
        item: object,
        *,
        of_item: bool,
    ) -> None:
        if hearings:
            adapt = _with_item(item) if of_item else _as_it_is
            for number, heard in groupby(hearings, key=itemgetter(0)):
                self.root.handlers[number] = handlers_of(heard, adapt)
                block.numbers.append(number)
        # A build that fails must not turn refs away from what stands; they follow when it is sent.
        self._refs += refs
        block.refs = refs

    def _animate(
        self,
        block: Block,
        composer: Composer,
        parent: int,
        item: object,
        owner: Part | None,
        *,
        of_item: bool,
    ) -> None:
        from bridge.binding.regions import open_region  # noqa: PLC0415 - regions build in turn

        spares = Spares(self, owner or self._scope)
        late: list[Slot] = []
        for slot in composer.slots:
            if slot.late:
                late.append(slot)
            else:
                self.fill_first(spares, slot, slot.number, item, block.parts)
        tops = set(block.tops)
        for inset in composer.insets:
            region = open_region(self, inset, item, owner or self._scope, of_item=of_item)
            block.parts.append(region)
            if inset.parent == parent and (inset.anchor in tops or not tops):
                block.regions.append(region)
            region.start()
        for slot in late:
            self.fill_first(spares, slot, slot.number, item, block.parts)

    def fill_first(
        self, spares: Spares, slot: Slot, number: int, item: object, parts: list[Part]
    ) -> None:
        """Fill a slot for the first time, and again whenever its value changes."""
        wire = read_into(spares, slot, number, item, parts)
        self.buffer.ops += (ops.AT, number)
        slot.write(self.buffer, wire)

    def use_template(self, tree: VNode, space: int) -> Template:
        """Find the template of a tree, or make it; to be left with `leave_template`."""
        template = self._templates.get((tree, space))
        if template is None:
            number = self._free_templates.pop() if self._free_templates else self.root.reserve(1)
            template = Template(tree, self.root, number, space)
            self._templates[tree, space] = template
            # First of all, whatever becomes of the piece that needed it first.
            self._prelude += template.ops
        template.users += 1
        return template

    def leave_template(self, template: Template) -> None:
        """Say that a list no longer uses a template."""
        template.users -= 1
        if not template.users:
            del self._templates[template.tree, template.space]
            self._left_templates.append(template)

    # -- ending --------------------------------------------------------------------------------

    def remove(self, block: Block) -> None:
        """Take the nodes of a block out of the page."""
        for region in block.regions:
            region.remove_nodes()
        for number in block.tops:
            self.buffer.ops += (ops.REMOVE, number)

    def end(self, block: Block) -> None:
        """Give back what keeps a block up to date; its nodes are not touched.

        Raises:
            Exception: What clean-ups raised, when all have run.
        """
        parts, block.parts = block.parts, []
        for number in block.numbers:
            self.root.handlers.pop(number, None)
        for ref, number in block.refs:
            ref.detach(number)
        end_all([part.end for part in reversed(parts)])


def _with_item(item: object) -> Callable[[Callable[..., object]], Handler]:
    return lambda handler: lambda event: handler(item, event)


def _as_it_is(handler: Callable[..., object]) -> Handler:
    return handler
