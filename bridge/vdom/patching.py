"""One patch: compares a new tree with what the page shows and writes the ops that lead there.

Everything is decided here, in Python, over plain data; nothing crosses into the page. A node's own
children are put in order first, and those that stay are looked at afterwards, so that an op always
speaks of the page as the ops before it have left it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge._browser import ops
from bridge._browser.attributes import Kind, Rule, TagRules, rules_of
from bridge._browser.safety import check_children
from bridge.vdom.children import Item, flatten
from bridge.vdom.creating import LATE, NO_PROPS, Creation, as_handler, as_ref
from bridge.vdom.live import COMPONENT, Live, first_number, following_number, top_numbers
from bridge.vdom.matching import common_head, common_tail, match
from bridge.vdom.moves import staying
from bridge.vdom.nodes import Memo, Props, Ref, VNode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bridge._browser.dom import DomRoot

__all__ = ["Patch"]

_EVENT: Final = int(Kind.EVENT)
_REF: Final = int(Kind.REF)
_CONTROLLED: Final = frozenset({"input", "textarea", "select", "option"})


class Patch:
    """Computes one patch of one container.

    Args:
        root: Gives out node numbers.
        anew: Whether what the page shows is unknown, so that it is cleared first.
    """

    __slots__ = ("_anew", "_detached", "_dropped", "_new", "_out", "_pending", "_root", "buffer")

    def __init__(self, root: DomRoot, *, anew: bool = False) -> None:
        self._root = root
        self._anew = anew
        self._new = Creation(root)
        self.buffer = self._new.buffer
        self._out = self.buffer.ops
        self._pending: list[tuple[Live, Item]] = []
        self._detached: list[tuple[Ref, int]] = []
        self._dropped: list[int] = []

    def run(self, top: Live, tree: object) -> None:
        """Fill `buffer` with the ops that make the page show a tree; remember it in ``top``.

        Args:
            top: The container, and below it what the page shows.
            tree: What it shall show.

        Raises:
            BridgeError: The tree cannot be shown; ``top`` is spoiled then.
        """
        if self._anew:
            self._out += (ops.CLEAR, ops.CONTAINER)
        self._reconcile(top, flatten(tree, top))
        pending = self._pending
        while pending:
            live, item = pending.pop()
            before = live.item
            if before is item:
                continue
            if not (isinstance(item, VNode) and isinstance(before, VNode)):
                self._update_text(live, item)
            elif live.number == COMPONENT:
                self._update_component(live, before, item)
            else:
                live.item = item
                old, new = before[1], item[1]
                if old is not new:
                    self._update_props(live, str(item[0]), old or NO_PROPS, new or NO_PROPS)
                if item[2].__class__ is not str or live.content != item[2]:
                    self._update_children(live, item[2])
        self._out += self._new.late

    def commit(self) -> None:
        """Let handlers and refs follow; right before the page gets the patch."""
        handlers = self._root.handlers
        if self._anew:
            handlers.clear()
        for number in self._dropped:
            handlers.pop(number, None)
        for number, kind, handler in self._new.handlers:
            if handler is None:
                handlers[number].pop(kind, None)
            elif number in handlers:
                handlers[number][kind] = handler
            else:
                handlers[number] = {kind: handler}
        for ref, number in self._detached:
            ref.detach(number)
        for ref, number in self._new.refs:
            ref.attach(self._root, number)

    # -- one node --------------------------------------------------------------------------------

    def _update_text(self, live: Live, item: Item) -> None:
        if not isinstance(item, str):
            self._new.refuse_markup(live.parent or live)
        if live.item != item:
            live.item = item
            self._out += (ops.AT, live.number, ops.DATA, item)

    def _update_component(self, live: Live, before: VNode, item: VNode) -> None:
        live.item = item
        memo, props, children, _ = item
        if isinstance(memo, Memo) and before[2] is children:
            old = before[1]
            if memo.equal(old or NO_PROPS, props or NO_PROPS):
                return
        self._reconcile(live, self._new.render(live, item))

    def _update_props(self, live: Live, tag: str, old: Props, new: Props) -> None:
        controlled = tag in _CONTROLLED
        if not controlled and len(old) == len(new):
            for name in new:
                if name not in old or old[name] is not new[name]:
                    break
            else:
                return
        out = self._out
        start = len(out)
        out += (ops.AT, live.number)
        rules = rules_of[tag]
        for name, before in old.items():
            if before is not None and new.get(name) is None:
                self._remove_prop(live, rules, rules[name], before)
        for name, value in new.items():
            if value is not None:
                before = old.get(name)
                # The user may have changed the state of a form: it is written again, and the
                # page compares.
                if not _is_same(before, value) or (controlled and rules[name].kind in LATE):
                    self._change_prop(live, rules, rules[name], before, value)
        if len(out) == start + 2:
            del out[start:]

    def _change_prop(
        self, live: Live, rules: TagRules, rule: Rule, before: object, value: object
    ) -> None:
        if rule.kind == _EVENT:
            if before is None:
                self._new.listen(live, rules, rule, value)
            else:
                self._change_handler(live, rules, rule, before, value)
        elif rule.kind == _REF:
            if before is not None:
                self._detached.append((as_ref(rules, before), live.number))
            self._new.refs.append((as_ref(rules, value), live.number))
        else:
            self._new.write_prop(live, rules, rule, value)

    def _change_handler(
        self, live: Live, rules: TagRules, rule: Rule, before: object, value: object
    ) -> None:
        _, old_flags = as_handler(rules, rule, before)
        handler, flags = as_handler(rules, rule, value)
        if flags != old_flags:
            self._out += (ops.UNLISTEN, rule.name, old_flags, ops.LISTEN, rule.name, flags)
        self._new.handlers.append((live.number, rule.name, handler))

    def _remove_prop(self, live: Live, rules: TagRules, rule: Rule, before: object) -> None:
        if rule.kind == _EVENT:
            _, flags = as_handler(rules, rule, before)
            self._out += (ops.UNLISTEN, rule.name, flags)
            self._new.handlers.append((live.number, rule.name, None))
        elif rule.kind == _REF:
            self._detached.append((as_ref(rules, before), live.number))
        else:
            self._new.write_prop(live, rules, rule, None)

    def _update_children(self, live: Live, children: object) -> None:
        if children is None and not live.children and live.content is None:
            return
        items = flatten(children, live)
        tag = str(live.item[0])
        if rules_of[tag].runs:
            check_children(tag, items)
        out = self._out
        if len(items) == 1 and items[0].__class__ is not VNode:
            if live.content == items[0]:
                return
            if live.children:
                self._remove(live, live.children, everything=True)
                live.children = ()
            out += (ops.AT, live.number)
            self._new.write_content(live, items[0])
            return
        if live.content is not None:
            out += (ops.AT, live.number, ops.CONTENT, "")
            live.content = None
        self._reconcile(live, items)

    # -- siblings --------------------------------------------------------------------------------

    def _reconcile(self, live: Live, items: list[Item]) -> None:
        """Bring the children of an element or component into their new order and number."""
        old = live.children
        head = common_head(old, items)
        self._pending += zip(old[:head], items, strict=False)
        if head == len(old) == len(items):
            return
        tail = common_tail(old, items, head)
        old_end, new_end = len(old) - tail, len(items) - tail
        stays = old[old_end:]
        self._pending += zip(stays, items[new_end:], strict=True)
        gone, come = old[head:old_end], items[head:new_end]
        if gone and come:
            middle = self._rearrange(live, gone, come, stays, alone=len(gone) == len(old))
        elif gone:
            self._remove(live, gone, everything=len(gone) == len(old))
            middle = []
        elif old or live.number == COMPONENT:
            parent, anchor = _place_of(live, stays)
            middle = self._new.create(come, live, ops.DETACHED)
            for number in top_numbers(middle):
                self._out += (ops.INSERT, parent, number, anchor)
        else:
            middle = self._new.create(come, live, live.number)
        live.children = [*old[:head], *middle, *stays]

    def _rearrange(
        self,
        live: Live,
        old: Sequence[Live],
        items: list[Item],
        stays: Sequence[Live],
        *,
        alone: bool,
    ) -> list[Live]:
        sources, left_over = match(old, items)
        if left_over:
            everything = alone and len(left_over) == len(old)
            self._remove(live, [old[place] for place in left_over], everything=everything)
        fresh = [item for item, source in zip(items, sources, strict=True) if source < 0]
        made = iter(self._new.create(fresh, live, ops.DETACHED))
        result = [old[source] if source >= 0 else next(made) for source in sources]
        self._pending += (
            (old[source], item) for item, source in zip(items, sources, strict=True) if source >= 0
        )
        parent, anchor = _place_of(live, stays)
        unmoved = staying(sources)
        out = self._out
        for place in range(len(result) - 1, -1, -1):
            child = result[place]
            numbers = [child.number] if child.number != COMPONENT else top_numbers((child,))
            if place not in unmoved:
                op = ops.INSERT if sources[place] < 0 else ops.MOVE
                for number in numbers:
                    out += (op, parent, number, anchor)
            if numbers:
                anchor = numbers[0]
        return result

    def _remove(self, live: Live, gone: Iterable[Live], *, everything: bool) -> None:
        out = self._out
        if everything and live.number != COMPONENT:
            out += (ops.CLEAR, live.number)
        else:
            for number in top_numbers(gone):
                out += (ops.REMOVE, number)
        self._discard(gone)

    def _discard(self, gone: Iterable[Live]) -> None:
        """Forget handlers and refs of removed nodes and all below them."""
        handlers = self._root.handlers
        pending = list(gone)
        while pending:
            live = pending.pop()
            number, item = live.number, live.item
            if number in handlers:
                self._dropped.append(number)
            if item.__class__ is VNode and item[1] is not None and number != COMPONENT:
                ref = item[1].get("ref")
                if isinstance(ref, Ref):
                    self._detached.append((ref, number))
            if live.children:
                pending += live.children
                # A long chain of objects must not be freed in one recursion.
                live.children = ()
            live.parent = None


def _is_same(before: object, value: object) -> bool:
    """Tell whether two values of a prop mean the same to the page.

    ``1`` equals ``True`` and dicts equal in any order; in the page they differ.
    """
    if value is before:
        return True
    if value.__class__ is not before.__class__:
        return False
    if isinstance(value, dict) and isinstance(before, dict):
        return list(value.items()) == list(before.items())
    return value == before


def _place_of(live: Live, stays: Sequence[Live]) -> tuple[int, int]:
    """Return the node in which a node's children stand, and the one before which more may come."""
    anchor = first_number(stays, 0)
    if live.number != COMPONENT:
        return live.number, anchor
    element = live.parent
    while element is not None and element.number == COMPONENT:
        element = element.parent
    parent = ops.CONTAINER if element is None else element.number
    return parent, anchor or following_number(live)
