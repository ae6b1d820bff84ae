"""What the page refuses misses its own place only, and the next good patch shows the right page."""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._browser.document_model import DocumentModel, ModelNode
from bridge._browser.dom import PageWriteError
from bridge.vdom import PythonVDOM, h, memo
from tests.bridge.vdom.trees import build

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter


def refuse(_node: ModelNode, value: object) -> None:
    if value == "bad":
        raise ValueError("not this")


def shown(page: DocumentModel, name: str) -> list[object]:
    return [child.snapshot() for child in page.containers[name].children]


_props: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "prop:level": st.sampled_from(["bad", "bad", "good", None, 1, math.nan, math.inf]),
        "title": st.sampled_from(["bad", "good", None]),
        "value": st.sampled_from(["bad", "good", None]),
        "class": st.sampled_from(["x", None]),
    },
)
_leaves = st.builds(
    lambda tag, key, props, text: ["el", tag, key, props, [text] if tag == "b" else []],
    st.sampled_from(["b", "input"]),
    st.sampled_from([None, "k"]),
    _props,
    st.sampled_from(["", "text", "bad"]),
)
_nested = st.recursive(
    _leaves,
    lambda inner: st.one_of(
        st.builds(lambda child, memo: ["comp", None, memo, child], inner, st.booleans()),
        st.builds(lambda props, child: ["el", "div", None, props, [child, "x"]], _props, inner),
    ),
    max_leaves=4,
)


@given(sequence=st.lists(_nested, min_size=1, max_size=5), last=_nested, again=st.booleans())
def test_after_refused_values_a_good_patch_shows_what_a_fresh_page_shows(
    sequence: list[Any], last: Any, again: bool
) -> None:
    page = DocumentModel("app", "fresh")
    view = PythonVDOM("app", page.open)
    page.setters = dict.fromkeys(("level", "title", "value"), refuse)
    tree: Any = None
    for described in sequence:
        tree = build(described)
        with contextlib.suppress(PageWriteError, ExceptionGroup):
            view.patch(tree)
    page.setters = {}
    # Also the very same tree is written again where a value was missed.
    tree = tree if again else build(last)
    view.patch(tree)
    PythonVDOM("fresh", page.open).patch(tree)
    # Text, because nan is not equal to itself.
    assert repr(shown(page, "app")) == repr(shown(page, "fresh"))


def test_the_rest_of_a_patch_is_shown_and_the_error_names_the_place() -> None:
    page = DocumentModel("app")
    page.setters["level"] = refuse
    view = PythonVDOM("app", page.open)
    with pytest.raises(PageWriteError) as caught:
        view.patch([h("meter", {"prop:level": "bad"}), h("p", {"prop:level": 1}, "after")])
    assert (caught.value.tag, caught.value.name, caught.value.spoiled) == ("meter", "level", False)
    assert page.show("app") == "<meter></meter><p>after</p>"
    assert isinstance(caught.value.__cause__, ValueError)


def test_several_refused_values_are_told_together() -> None:
    page = DocumentModel("app")
    page.setters["level"] = refuse
    with pytest.raises(ExceptionGroup) as caught:
        PythonVDOM("app", page.open).patch([h(tag, {"prop:level": "bad"}) for tag in ("i", "b")])
    assert [
        error.tag for error in caught.value.exceptions if isinstance(error, PageWriteError)
    ] == [
        "i",
        "b",
    ]


def test_a_refused_value_below_a_memo_is_written_by_the_next_patch() -> None:
    page = DocumentModel("app")
    page.setters["level"] = refuse
    view = PythonVDOM("app", page.open)
    level = memo(lambda *, value: h("i", {"prop:level": value}))
    with pytest.raises(PageWriteError):
        view.patch(h(level, {"value": "bad"}))
    page.setters.clear()
    view.patch(h(level, {"value": "bad"}))
    assert page.containers["app"].children[0].properties == {"level": "bad"}


def test_in_a_page_a_setter_that_throws_misses_its_own_place(interpreter: Interpreter) -> None:
    assert interpreter.run("""
import js, math
from bridge._browser.dom import PageWriteError
from bridge.vdom import PythonVDOM, h
js.eval('''
if (!customElements.get("level-meter")) customElements.define("level-meter",
  class extends HTMLElement {
    set level(given) { if (given === "bad") throw new RangeError("no level"); this.got = given; }
    get level() { return this.got; }
  });
''')
container = js.document.createElement("div")
js.document.body.append(container)
view = PythonVDOM(container)
told, got = [], []
for level in ("good", "bad", "bad", 2, math.nan, math.inf, -math.inf, 2**53 - 1, 2**60, True):
    try:
        view.patch([h("level-meter", {"prop:level": level}), h("p", None, str(level))])
    except PageWriteError as error:
        told.append([error.tag, error.name, error.reason])
    meter = container.firstChild
    got.append(js.String(meter.got) + " " + js.eval("(meter) => typeof meter.got")(meter))
told.append(container.textContent)
view.unmount()
container.remove()
[told, got]
""") == [
        [
            ["level-meter", "level", "RangeError: no level"],
            ["level-meter", "level", "RangeError: no level"],
            "True",
        ],
        [
            "good string",
            "good string",
            "good string",
            "2 number",
            "NaN number",
            "Infinity number",
            "-Infinity number",
            "9007199254740991 number",
            "1152921504606846976 bigint",
            "true boolean",
        ],
    ]
