"""From a tree to ops: what an author may write, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge._browser import ops
from bridge._browser.document_model import DocumentModel
from bridge.binding import For, Show, h, mount
from bridge.reactivity import Signal, computed
from bridge.vdom import PropError, Ref, TreeError, UnsafeContentError, fragment, listener, raw_html

if TYPE_CHECKING:
    from bridge.binding import Content


def _shown(content: Content) -> str:
    page = DocumentModel("app")
    mount("app", content, page.open)
    return page.show("app")


def test_nothing_and_nested_sequences_and_numbers() -> None:
    content: list[Content] = ["a", None, [1, [2.5, True, False]], (part for part in ("b", "c"))]
    assert _shown(h("p", None, content)) == "<p>a12.5bc</p>"


def test_a_component_is_called_once_and_what_it_reads_in_functions_follows() -> None:
    page, name, calls = DocumentModel("app"), Signal("Ada"), []

    def greeting(*, polite: bool, children: Content = None) -> Content:
        calls.append(polite)
        return h("p", None, ["Dear " if polite else "Hi ", name, children])

    mount("app", h(greeting, {"polite": True, "key": 1}, "!"), page.open)
    name.value = "Grace"
    assert page.show("app") == "<p>Dear Grace!</p>"
    assert calls == [True]


def test_fragments_have_no_element() -> None:
    pair = fragment([h("dt", None, "a"), h("dd", None, "b")])
    assert _shown(h("dl", None, pair)) == "<dl><dt>a</dt><dd>b</dd></dl>"


def test_svg_stands_in_its_namespace_also_in_lists_and_conditions() -> None:
    page = DocumentModel("app")
    dots, label = Signal([1, 2]), Signal(True)
    drawing = h(
        "svg",
        None,
        [
            h("g", None, For(dots, h("circle", {"r": lambda dot: dot}), key=int)),
            Show(label, lambda: h("text", None, "two")),
            h("foreignObject", None, h("p", None, "words")),
        ],
    )
    mount("app", drawing, page.open)
    spaces = {node.tag: node.space for node in page.containers["app"].walk() if node.tag[0] != "#"}
    del spaces["div"]
    assert spaces.pop("p") == ops.XHTML
    assert set(spaces.values()) == {ops.SVG}


def test_markup_stands_alone_and_is_vouched_for() -> None:
    assert _shown(h("p", None, raw_html("<b>x</b>"))) == "<p><b>x</b></p>"
    with pytest.raises(TreeError, match="only as the only child"):
        _shown(h("p", None, ["a", raw_html("<b>x</b>")]))


@pytest.mark.parametrize(
    "content",
    [
        h("script", None, "alert(1)"),
        h("script", None, Signal("alert(1)")),
        h("script", None, ["alert", Signal("(1)")]),
        h("a", {"href": "javascript:alert(1)"}),
        h("a", {"href": computed(lambda: "javascript:alert(1)")}),
        h("p", {"onclick": Signal("alert(1)")}),
        h("p", {"prop:innerHTML": Signal("<b>")}),
        For(Signal([1]), h("a", {"href": lambda _: "javascript:alert(1)"}), key=int),
    ],
)
def test_what_could_run_a_script_is_refused(content: Content) -> None:
    with pytest.raises(UnsafeContentError):
        _shown(content)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (h("p", {"on_click": "no function"}), PropError),
        (For(Signal([1]), h("p", {"ref": Ref()}), key=int), PropError),
        (h("p", None, lambda: h("b")), TreeError),
        (h("p", None, [{"a": 1}]), TreeError),
        (h("p", {"title": lambda: ["a"]}), PropError),
    ],
)
def test_what_cannot_be_shown_is_refused(content: Content, error: type[Exception]) -> None:
    with pytest.raises(error):
        _shown(content)


def test_listeners_keep_their_options_in_templates_too() -> None:
    page = DocumentModel("app")
    quiet = listener(lambda *_: None, prevent_default=True)
    form = h("form", {"on_submit": quiet})
    mount("app", [form, For(Signal([1]), form, key=int)], page.open)
    heard = [node.listeners for node in page.containers["app"].walk() if node.tag == "form"]
    assert heard == [{("submit", ops.PREVENT_DEFAULT)}] * 2
