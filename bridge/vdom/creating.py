"""Creating nodes: the part of a patch that knows nothing of what was there before.

No function here calls itself, however deep a tree is: Pyodide's stacks are small.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from bridge._browser import ops
from bridge._browser.attributes import (
    Kind,
    OpBuffer,
    PropError,
    Rule,
    TagRules,
    rules_of,
    write_prop,
)
from bridge._browser.safety import RawHtml, check_children
from bridge.vdom.children import Item, flatten
from bridge.vdom.live import COMPONENT, Live, TreeError, path_of
from bridge.vdom.nodes import Listener, Memo, Props, Ref, VNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bridge._browser.dom import DomRoot, Handler

__all__ = ["LATE", "NO_PROPS", "Creation"]

LATE: Final = frozenset({int(Kind.VALUE), int(Kind.STATE)})
"""The kinds of props that are written after everything else."""

NO_PROPS: Final[dict[str, object]] = {}

_EVENT: Final = int(Kind.EVENT)
_REF: Final = int(Kind.REF)
_SPACES: Final = {"svg": ops.SVG, "math": ops.MATHML}


class Creation:
    """Writes new nodes into a buffer.

    What a failing patch must not spoil, the handlers and refs of the tree that is still shown, is
    collected here and takes effect later.

    Args:
        root: Gives out node numbers.

    Attributes:
        buffer: What is written.
        late: The state of forms, which is sent after all else: a select's value needs its
            options, a range's its bounds.
        handlers: Number, event type and handler of listeners, or ``None`` for those that end.
        refs: Refs, and the nodes that they shall reach.
    """

    __slots__ = ("buffer", "handlers", "late", "refs", "root")

    def __init__(self, root: DomRoot) -> None:
        self.root = root
        self.buffer = OpBuffer()
        self.late: list[object] = []
        self.handlers: list[tuple[int, str, Handler | None]] = []
        self.refs: list[tuple[Ref, int]] = []

    def create(  # noqa: C901, PLR0912, PLR0915 - one loop on purpose: calls cost most
        self, items: Sequence[Item], parent: Live, place: int
    ) -> list[Live]:
        """Create nodes in document order.

        Args:
            items: What to create.
            parent: What it stands below.
            place: The node of the page to append to, or `ops.DETACHED`.

        Returns:
            One `Live` for each item.
        """
        out = self.buffer.ops
        root = self.root
        space = parent.space
        created: list[Live] = []
        siblings = created
        rest: Iterator[Item] = iter(items)
        outer: list[tuple[Iterator[Item], Live, list[Live], int, int]] = []
        while True:
            for item in rest:
                if item.__class__ is not VNode:
                    siblings.append(self._create_text(item, parent, place))
                    continue
                tag, props, children, _ = item
                if tag.__class__ is not str:
                    live = Live(item, COMPONENT, parent, space)
                    siblings.append(live)
                    below = self.render(live, item)
                    inner_place, inner = place, space
                else:
                    number = root.next_number
                    root.next_number = number + 1
                    if space or tag in _SPACES:
                        inner = self._open_in_space(number, place, space, tag)
                    else:
                        out += (ops.ELEMENT, number, place, tag)
                        inner = ops.XHTML
                    live = Live(item, number, parent, inner)
                    siblings.append(live)
                    rules = rules_of[tag]
                    if props:
                        self._write_props(live, rules, props)
                    if children is None:
                        continue
                    if children.__class__ is str and not rules.runs:
                        out += (ops.CONTENT, children)
                        live.content = children
                        continue
                    below = flatten(children, live)
                    if rules.runs:
                        check_children(tag, below)
                    if len(below) == 1 and below[0].__class__ is not VNode:
                        self.write_content(live, below[0])
                        continue
                    inner_place = number
                if below:
                    live.children = []
                    outer.append((rest, parent, siblings, place, space))
                    rest, parent, siblings = iter(below), live, live.children
                    place, space = inner_place, inner
                    break
            else:
                if not outer:
                    return created
                rest, parent, siblings, place, space = outer.pop()

    def _open_in_space(self, number: int, place: int, space: int, tag: str) -> int:
        """Open an element of SVG or MathML; returns the namespace of what stands below it."""
        own = _SPACES.get(tag, space)
        self.buffer.ops += (ops.ELEMENT_NS, number, place, own, tag)
        return ops.XHTML if tag == "foreignObject" else own

    def _create_text(self, item: Item, parent: Live, place: int) -> Live:
        if not isinstance(item, str):
            self.refuse_markup(parent)
        number = self.root.next_number
        self.root.next_number = number + 1
        self.buffer.ops += (ops.TEXT, number, place, item)
        return Live(item, number, parent, ops.XHTML)

    def _write_props(self, live: Live, rules: TagRules, props: Props) -> None:
        out = self.buffer.ops
        for name, value in props.items():
            if value is None:
                continue
            kind, wire, plain = rule = rules[name]
            if plain and value.__class__ is str and value:
                out += (ops.ATTR, wire, value)
            elif kind == _EVENT:
                self.listen(live, rules, rule, value)
            elif kind == _REF:
                self.refs.append((as_ref(rules, value), live.number))
            else:
                self.write_prop(live, rules, rule, value)

    def write_prop(self, live: Live, rules: TagRules, rule: Rule, value: object) -> None:
        """Write a prop of the node at the cursor, now or late."""
        if rule.kind in LATE:
            late = OpBuffer()
            write_prop(late, rules.tag, rule, value)
            self.late += (ops.AT, live.number, *late.ops)
        else:
            write_prop(self.buffer, rules.tag, rule, value)

    def listen(self, live: Live, rules: TagRules, rule: Rule, value: object) -> None:
        """Begin to listen at the node at the cursor."""
        handler, flags = as_handler(rules, rule, value)
        self.buffer.ops += (ops.LISTEN, rule.name, flags)
        self.handlers.append((live.number, rule.name, handler))

    def write_content(self, live: Live, content: Item) -> None:
        """Give the element at the cursor its sole text or markup."""
        if isinstance(content, RawHtml):
            self.buffer.ops += (ops.HTML, content.markup)
            live.content = content
        elif isinstance(content, str):
            self.buffer.ops += (ops.CONTENT, content)
            live.content = content

    def refuse_markup(self, parent: Live) -> NoReturn:
        """Refuse markup that does not stand alone in an element.

        Raises:
            TreeError: Always.
        """
        raise TreeError(
            path_of(parent),
            "raw_html(...) stands beside other children or without an element of its own",
            "Give it as the only child of an element.",
        )

    def render(self, live: Live, vnode: VNode) -> list[Item]:
        """Call a component; an error of it gets a note that says where it stands."""
        tag, props, children, _ = vnode
        component: Callable[..., object] = tag.component if isinstance(tag, Memo) else tag  # type: ignore[assignment]
        arguments = dict(props or NO_PROPS)
        arguments.pop("key", None)
        if children is not None:
            arguments["children"] = children
        try:
            tree = component(**arguments)
        except Exception as error:
            error.add_note(f"while rendering {path_of(live)}")
            raise
        return flatten(tree, live)


def as_handler(rules: TagRules, rule: Rule, value: object) -> tuple[Handler, int]:
    """Return the function and the flags of what was given as a handler.

    Raises:
        PropError: It cannot be called.
    """
    if isinstance(value, Listener):
        return value.handler, value.flags
    if not callable(value):
        raise PropError(
            rules.tag,
            f"on_{rule.name}",
            f"a {type(value).__name__} cannot handle an event",
            "Expected a function of the event, or None.",
        )
    return value, 0


def as_ref(rules: TagRules, value: object) -> Ref:
    """Return what was given as a ref.

    Raises:
        PropError: It is none.
    """
    if not isinstance(value, Ref):
        raise PropError(rules.tag, "ref", f"found a {type(value).__name__}", "Expected a Ref().")
    return value
