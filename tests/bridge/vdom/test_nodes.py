"""`h` takes what authors write, and what it makes is a value."""

from __future__ import annotations

import pytest

from bridge.vdom import fragment, h, memo
from bridge.vdom.nodes import name_of


def test_a_node_equals_itself_only() -> None:
    node = h("p")
    assert node == node  # noqa: PLR0124 - the law
    assert h("p") != h("p")
    assert len({node, node, h("p")}) == 2


def test_a_node_names_itself_and_its_key() -> None:
    def people() -> None: ...

    assert repr(h("p", {"key": "a"})) == "<p key='a'>"
    assert repr(fragment(key=1)) == "<fragment key=1>"
    assert name_of(memo(people)).endswith("people")


@pytest.mark.parametrize("tag", [None, 3, ["p"]])
def test_what_is_no_tag_is_refused_where_it_is_written(tag: object) -> None:
    with pytest.raises(TypeError, match="name of an element or a component"):
        h(tag)  # type: ignore[arg-type]


def test_a_memoised_component_can_be_called_plainly() -> None:
    @memo
    def twice(*, text: str) -> str:
        return text * 2

    assert twice(text="ab") == "abab"
