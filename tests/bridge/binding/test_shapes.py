"""Of two builds of one shape, what differs is written; of other shapes nothing is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from bridge._browser import ops
from bridge._browser.attributes import OpBuffer
from bridge._browser.document_model import DocumentModel
from bridge._browser.dom import DomRoot
from bridge.binding import h
from bridge.binding.compose import Composer
from bridge.binding.shapes import differences, nodes_of

if TYPE_CHECKING:
    from bridge.binding import Content

_props = st.fixed_dictionaries(
    {},
    optional={
        "title": st.sampled_from(["a", "b"]),
        "class": st.sampled_from(["", "x"]),
        "style": st.sampled_from([{"color": "red"}, {"color": "blue"}]),
        "prop:lang": st.sampled_from(["en", "de"]),
    },
)
_texts = st.sampled_from(["", "one", "two"])


def composed(root: DomRoot, content: Content) -> OpBuffer:
    buffer = OpBuffer()
    Composer(root, buffer, of_item=False).compose(
        content, ops.CONTAINER, ops.CONTAINER, ops.END, ops.XHTML
    )
    return buffer


def tree(tag: str, props: dict[str, Any], first: str, second: str) -> Content:
    return h("div", props, [h(tag, props, first), second])


_filled = st.tuples(_props, _texts, _texts)


@given(one=_filled, other=_filled)
def test_what_differs_makes_one_build_look_like_another(one: Any, other: Any) -> None:
    page = DocumentModel("old", "new")
    old, new = DomRoot("old", page.open), DomRoot("new", page.open)
    before = composed(old, tree("b", *one))
    after = composed(new, tree("b", *other))
    old.send(before)
    new.send(after)
    written = differences(nodes_of(before.ops) or [], nodes_of(after.ops) or [])
    assert written is not None
    changes = OpBuffer()
    changes.ops += written
    old.send(changes)
    assert page.containers["old"].snapshot() == page.containers["new"].snapshot()


def test_builds_of_another_shape_cannot_take_over() -> None:
    root = DomRoot("app", DocumentModel("app").open)
    one = nodes_of(composed(root, tree("b", {}, "", "")).ops) or []
    other = nodes_of(composed(root, tree("i", {}, "", "")).ops) or []
    assert differences(one, other) is None
