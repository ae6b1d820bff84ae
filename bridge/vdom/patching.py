"""One patch: compares a new tree with what the page shows and writes the ops that lead there.

Everything is decided here, in Python, over plain data; nothing crosses into the page. No function
calls itself, however deep a tree is: Pyodide's stacks are small. A node's own children are put in
order first, and those that stay are looked at afterwards, so that an op always speaks of the page
as the ops before it have left it.

What a failing patch must not spoil (handlers and refs of the tree that is still shown) is
collected, and takes effect in `Patch.commit`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bridge._browser import ops
from bridge._browser.attributes import Kind, OpBuffer, PropError, Rule, rules_of, write_prop
from bridge._browser.safety import RawHtml, UnsafeContentError
from bridge.vdom.children import Item, flatten
from bridge.vdom.live import (
    COMPONENT,
    TEXT_TAG,
    Live,
    TreeError,
    first_number,
    following_number,
    path_of,
    top_numbers,
)
from bridge.vdom.moves import staying
from bridge.vdom.nodes import Listener, Memo, Ref, VNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bridge._browser.dom import DomRoot, Handler
    from bridge.vdom.nodes import Props

__all__ = ["Patch"]

_EVENT: Final = int(Kind.EVENT)
_REF: Final = int(Kind.REF)
_LATE: Final = frozenset({int(Kind.VALUE), int(Kind.STATE)})
_SPACES: Final = {"svg": ops.SVG, "math": ops.MATHML}
_NO_PROPS: Final[dict[str, object]] = {}


class Patch:
    """Computes one patch of one container.

    Args:
        root: Gives out node numbers.
    """

    __slots__ = ("_detached", "_dropped", "_handlers", "_late", "_pending", "_refs", "_root", "buffer")

    def __init__(self, root: DomRoot) -> None:
        self.buffer = OpBuffer()
        self._root = root
        # The state of forms is written last: a select's value needs its options, a range's its
        # bounds.
        self._late = OpBuffer()
        self._pending: list[tuple[Live, Item]] = []
        self._handlers: list[tuple[int, str, Handler | None]] = []
        self._refs: list[tuple[Ref, int]] = []
        self._detached: list[tuple[Ref, int]] = []
        self._dropped: list[int] = []

    def run(self, top: Live, tree: object) -> OpBuffer:
        """Compute the ops that make the page show a tree, and remember it in ``top``.

        Args:
            top: The container, and below it what the page shows.
            tree: What it shall show.

        Returns:
            The buffer to send.

        Raises:
            BridgeError: The tree cannot be shown; ``top`` is spoiled then.
        """
        self._reconcile(top, flatten(tree, top))
        pending = self._pending
        while pending:
            live, item = pending.pop()
            if live.vnode is not item:
                self._update(live, item)
        self.buffer.ops += self._late.ops
        return self.buffer

    def commit(self) -> None:
        """Let handlers and refs follow, once the page has taken the patch."""
        handlers = self._root.handlers
        for number in self._dropped:
            handlers.pop(number, None)
        for number, kind, handler in self._handlers:
            if handler is not None:
                handlers.setdefault(number, {})[kind] = handler
            elif number in handlers:
                handlers[number].pop(kind, None)
        for ref, number in self._detached:
            ref.detach(number)
        for ref, number in self._refs:
            ref.attach(self._root, number)

    # -- creating ------------------------------------------------------------------------------

    def _create(self, items: Sequence[Item], parent: Live, place: int) -> list[Live]:
        """Create nodes in document order, below a node of the page or (-1) nowhere yet."""
        out = self.buffer.ops
        root = self._root
        created: list[Live] = []
        siblings = created
        space = parent.space
        rest: Iterator[Item] = iter(items)
        outer: list[tuple[Iterator[Item], Live, list[Live], int, int]] = []
        while True:
            for item in rest:
                if item.__class__ is VNode:
                    tag, props, children, key = item
                    if tag.__class__ is str:
                        number = root.next_number
                        root.next_number = number + 1
                        if space or tag in _SPACES:
                            own = _SPACES.get(tag, space)
                            out += (ops.ELEMENT_NS, number, place, own, tag)
                            inner = ops.XHTML if tag == "foreignObject" else own
                        else:
                            out += (ops.ELEMENT, number, place, tag)
                            inner = ops.XHTML
                        live = Live(tag, key, number, parent, inner, props, item)
                        siblings.append(live)
                        rules = rules_of[tag]
                        if props:
                            self._write_first(live, rules, props)
                        if children is None:
                            continue
                        if children.__class__ is str:
                            if rules.runs:
                                self._refuse_script(tag, children)
                            live.content = children
                            out += (ops.CONTENT, children)
                            continue
                        below = flatten(children, live)
                        if len(below) == 1 and below[0].__class__ is not VNode:
                            self._write_content(live, below[0])
                            continue
                        below_place = number
                    else:
                        live = Live(tag, key, COMPONENT, parent, space, props, item)
                        siblings.append(live)
                        below = self._render(live, item)
                        below_place, inner = place, space
                    if below:
                        outer.append((rest, parent, siblings, place, space))
                        rest, parent, siblings = iter(below), live, live.children
                        place, space = below_place, inner
                        break
                else:
                    if item.__class__ is RawHtml:
                        self._refuse_markup(parent)
                    number = root.next_number
                    root.next_number = number + 1
                    siblings.append(
                        Live(TEXT_TAG, None, number, parent, space, None, None, item)
                    )
                    out += (ops.TEXT, number, place, item)
            else:
                if not outer:
                    return created
                rest, parent, siblings, place, space = outer.pop()

    def _write_first(self, live: Live, rules: dict[str, Rule], props: Props) -> None:
        out = self.buffer.ops
        for name, value in props.items():
            if value is None:
                continue
            rule = rules[name]
            if rule.plain and value.__class__ is str and value:
                out += (ops.ATTR, rule.name, value)
            elif rule.kind == _EVENT:
                self._listen(live, rule, value)
            elif rule.kind == _REF:
                self._refs.append((self._ref(live, value), live.number))
            else:
                self._write_prop(live, rule, value)

    def _write_prop(self, live: Live, rule: Rule, value: object) -> None:
        if rule.kind in _LATE:
            self._late.ops += (ops.AT, live.number)
            write_prop(self._late, str(live.tag), rule, value)
        else:
            write_prop(self.buffer, str(live.tag), rule, value)

    def _listen(self, live: Live, rule: Rule, value: object) -> None:
        handler, flags = self._handler(live, rule, value)
        self.buffer.ops += (ops.LISTEN, rule.name, flags)
        self._handlers.append((live.number, rule.name, handler))

    def _handler(self, live: Live, rule: Rule, value: object) -> tuple[Handler, int]:
        if value.__class__ is Listener:
            return value.handler, value.flags  # type: ignore[attr-defined]
        if not callable(value):
            raise PropError(
                str(live.tag),
                f"on_{rule.name}",
                f"a {type(value).__name__} cannot handle an event",
                "Expected a function of the event, or None.",
            )
        return value, 0

    def _ref(self, live: Live, value: object) -> Ref:
        if not isinstance(value, Ref):
            raise PropError(
                str(live.tag), "ref", f"found a {type(value).__name__}", "Expected a Ref()."
            )
        return value

    def _write_content(self, live: Live, content: Item) -> None:
        """Give an element its sole text or markup; the cursor is at it."""
        if isinstance(content, RawHtml):
            self.buffer.ops += (ops.HTML, content.markup)
            live.content = content
        elif isinstance(content, str):
            if rules_of[str(live.tag)].runs:
                self._refuse_script(str(live.tag), content)
            self.buffer.ops += (ops.CONTENT, content)
            live.content = content

    def _refuse_script(self, tag: str, content: object) -> None:
        raise UnsafeContentError(
            tag, "text", content, "the page would run it. Give 'src', or raw_html(...) to vouch."
        )

    def _refuse_markup(self, parent: Live) -> None:
        raise TreeError(
            path_of(parent),
            "raw_html(...) stands beside other children or without an element of its own",
            "Give it as the only child of an element.",
        )

    # -- components ----------------------------------------------------------------------------

    def _render(self, live: Live, vnode: VNode) -> list[Item]:
        tag, props, children, _ = vnode
        component: Callable[..., object] = tag.component if isinstance(tag, Memo) else tag  # type: ignore[assignment]
        arguments = _NO_PROPS if props is None else dict(props)
        arguments.pop("key", None)
        try:
            if children is None:
                tree = component(**arguments)
            else:
                tree = component(**arguments, children=children)
        except Exception as error:
            error.add_note(f"while rendering {path_of(live)}")
            raise
        return flatten(tree, live)

    def _is_unchanged(self, live: Live, vnode: VNode) -> bool:
        memo, old = live.tag, live.vnode
        if memo.__class__ is not Memo or old is None or old[2] is not vnode[2]:
            return False
        return memo.equal(live.props or _NO_PROPS, vnode[1] or _NO_PROPS)  # type: ignore[attr-defined, no-any-return]

    # -- updating ------------------------------------------------------------------------------

    def _update(self, live: Live, item: Item) -> None:
        if not isinstance(item, VNode):
            if live.content != item:
                if isinstance(item, RawHtml):
                    self._refuse_markup(live)
                live.content = item
                self.buffer.ops += (ops.AT, live.number, ops.DATA, item)
            return
        if live.number == COMPONENT:
            if not self._is_unchanged(live, item):
                below = self._render(live, item)
                live.props = item[1]
                self._reconcile(live, below)
            live.vnode = item
            return
        self._update_props(live, item[1] or _NO_PROPS)
        live.vnode = item
        self._update_children(live, item[2])

    def _update_props(self, live: Live, new: Props) -> None:
        old = live.props or _NO_PROPS
        live.props = new
        out = self.buffer.ops
        start = len(out)
        out += (ops.AT, live.number)
        rules = rules_of[str(live.tag)]
        if old != new:
            for name in old:
                if new.get(name) is None and old[name] is not None:
                    self._remove_prop(live, rules[name], old[name])
            for name, value in new.items():
                before = old.get(name)
                if value is None or (value is before or value == before):
                    continue
                rule = rules[name]
                if rule.kind == _EVENT:
                    self._relisten(live, rule, before, value)
                elif rule.kind == _REF:
                    if isinstance(before, Ref):
                        self._detached.append((before, live.number))
                    self._refs.append((self._ref(live, value), live.number))
                else:
                    self._write_prop(live, rule, value)
        self._reassert(live, rules, new)
        if len(out) == start + 2:
            del out[start:]

    def _reassert(self, live: Live, rules: dict[str, Rule], props: Props) -> None:
        """Write the state of a controlled form element again: the user may have changed it."""
        if live.tag in ("input", "textarea", "select", "option"):
            for name, value in props.items():
                if value is not None and rules[name].kind in _LATE:
                    self._write_prop(live, rules[name], value)

    def _remove_prop(self, live: Live, rule: Rule, value: object) -> None:
        if rule.kind == _EVENT:
            _, flags = self._handler(live, rule, value)
            self.buffer.ops += (ops.UNLISTEN, rule.name, flags)
            self._handlers.append((live.number, rule.name, None))
        elif rule.kind == _REF:
            self._detached.append((self._ref(live, value), live.number))
        else:
            self._write_prop(live, rule, None)

    def _relisten(self, live: Live, rule: Rule, before: object, value: object) -> None:
        if before is None:
            self._listen(live, rule, value)
            return
        _, old_flags = self._handler(live, rule, before)
        handler, flags = self._handler(live, rule, value)
        if flags != old_flags:
            out = self.buffer.ops
            out += (ops.UNLISTEN, rule.name, old_flags, ops.LISTEN, rule.name, flags)
        self._handlers.append((live.number, rule.name, handler))

    def _update_children(self, live: Live, children: object) -> None:
        out = self.buffer.ops
        items: list[Item] = [children] if children.__class__ is str else flatten(children, live)  # type: ignore[list-item]
        content = live.content
        if len(items) == 1 and items[0].__class__ is not VNode:
            if content == items[0]:
                return
            if live.children:
                self._discard(live.children)
                live.children = []
                out += (ops.CLEAR, live.number)
            out += (ops.AT, live.number)
            if content.__class__ is RawHtml and items[0].__class__ is str:
                out += (ops.CONTENT, "")
            self._write_content(live, items[0])
            return
        if content is not None:
            out += (ops.AT, live.number, ops.CONTENT, "")
            live.content = None
        self._reconcile(live, items)

    # -- siblings ------------------------------------------------------------------------------

    def _reconcile(self, live: Live, items: list[Item]) -> None:
        """Bring the children of an element or component into their new order and number."""
        old = live.children
        head = _common_head(old, items)
        pending = self._pending
        pending += zip(old[:head], items, strict=False)
        if head == len(old) == len(items):
            return
        tail = _common_tail(old, items, head)
        old_end, new_end = len(old) - tail, len(items) - tail
        if tail:
            pending += zip(old[old_end:], items[new_end:], strict=True)
        stays = old[old_end:]
        parent, anchor = _place_of(live, stays)
        middle_old, middle = old[head:old_end], items[head:new_end]
        if not middle_old:
            if not old and not live.number == COMPONENT:
                live.children = self._create(middle, live, live.number)
                return
            created = self._create(middle, live, ops.DETACHED)
            self._insert(parent, top_numbers(created), anchor)
        elif not middle:
            self._remove(live, middle_old, everything=len(middle_old) == len(old))
            created = []
        else:
            created = self._rearrange(live, middle_old, middle, parent, anchor, alone=not head + tail)
        live.children = old[:head] + created + stays

    def _insert(self, parent: int, numbers: list[int], anchor: int) -> None:
        out = self.buffer.ops
        for number in numbers:
            out += (ops.INSERT, parent, number, anchor)

    def _rearrange(
        self, live: Live, old: list[Live], items: list[Item], parent: int, anchor: int, *, alone: bool
    ) -> list[Live]:
        sources, unused = _match(old, items)
        if unused:
            self._remove(live, [old[place] for place in unused], everything=alone and len(unused) == len(old))
        fresh = [item for item, source in zip(items, sources, strict=True) if source < 0]
        made = self._create(fresh, live, ops.DETACHED) if fresh else []
        made_in_order = iter(made)
        result = [old[source] if source >= 0 else next(made_in_order) for source in sources]
        self._pending += (
            (old[source], item) for item, source in zip(items, sources, strict=True) if source >= 0
        )
        stays = staying(sources)
        out = self.buffer.ops
        for place in range(len(result) - 1, -1, -1):
            child = result[place]
            numbers = [child.number] if child.number != COMPONENT else top_numbers((child,))
            if place not in stays:
                op = ops.INSERT if sources[place] < 0 else ops.MOVE
                for number in numbers:
                    out += (op, parent, number, anchor)
            if numbers:
                anchor = numbers[0]
        return result

    def _remove(self, live: Live, gone: list[Live], *, everything: bool) -> None:
        out = self.buffer.ops
        if everything and live.number != COMPONENT:
            out += (ops.CLEAR, live.number)
        else:
            for number in top_numbers(gone):
                out += (ops.REMOVE, number)
        self._discard(gone)

    def _discard(self, gone: list[Live]) -> None:
        """Forget handlers and refs of removed nodes and all below them."""
        handlers = self._root.handlers
        pending = list(gone)
        while pending:
            live = pending.pop()
            number = live.number
            if number in handlers:
                self._dropped.append(number)
            props = live.props
            if props is not None and "ref" in props and number != COMPONENT and props["ref"] is not None:
                self._detached.append((self._ref(live, props["ref"]), number))
            if live.children:
                pending += live.children
                # A long chain of objects must not be freed in one recursion.
                live.children = []
            live.parent = None


def _place_of(live: Live, stays: list[Live]) -> tuple[int, int]:
    """Return the node in which a node's children stand, and the one before which more may come."""
    anchor = first_number(stays, 0)
    if live.number != COMPONENT:
        return live.number, anchor
    element = live.parent
    while element is not None and element.number == COMPONENT:
        element = element.parent
    return (ops.CONTAINER if element is None else element.number), anchor or following_number(live)


def _fits(live: Live, item: Item) -> bool:
    """Tell whether a node of the page can become what the new tree wants."""
    if item.__class__ is VNode:
        return live.key == item[3] and (live.tag is item[0] or live.tag == item[0])
    return live.tag is TEXT_TAG


def _common_head(old: list[Live], items: list[Item]) -> int:
    count = 0
    for live, item in zip(old, items, strict=False):
        if not _fits(live, item):
            break
        count += 1
    return count


def _common_tail(old: list[Live], items: list[Item], head: int) -> int:
    limit = min(len(old), len(items)) - head
    count = 0
    while count < limit and _fits(old[-1 - count], items[-1 - count]):
        count += 1
    return count


def _match(old: list[Live], items: list[Item]) -> tuple[list[int], list[int]]:
    """Find for each new node the old one that becomes it, or -1; and the old ones left over.

    With a key by the key, else in order among those without a key and of the same tag.
    """
    by_key: dict[object, int] = {}
    by_tag: dict[object, list[int]] = {}
    for place in range(len(old) - 1, -1, -1):
        live = old[place]
        if live.key is not None:
            by_key[live.key] = place
        else:
            by_tag.setdefault(live.tag, []).append(place)
    sources: list[int] = []
    for item in items:
        tag, key = (item[0], item[3]) if isinstance(item, VNode) else (TEXT_TAG, None)
        if key is not None:
            place = by_key.get(key, -1)
            if place >= 0:
                if old[place].tag == tag:
                    del by_key[key]
                else:
                    place = -1
        else:
            same = by_tag.get(tag)
            place = same.pop() if same else -1
        sources.append(place)
    unused = sorted([*by_key.values(), *(place for places in by_tag.values() for place in places)])
    return sources, unused
