"""The virtual DOM in real Pyodide, in a real page, on every line."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge._browser.safety import check_url
from bridge.vdom import UnsafeContentError
from tests.bridge.vdom import trees as described_trees
from tests.bridge.vdom.strategies import elements, trees

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

IN_PAGE = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# What a reader of the page could tell apart, and which listeners were added.
DUMP = """
if (!globalThis.dump) {
  const add = EventTarget.prototype.addEventListener;
  const remove = EventTarget.prototype.removeEventListener;
  const heard = new WeakMap();
  const name = (type, options) => `${type} ${!!(options?.capture ?? options)}`;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (!heard.has(this)) heard.set(this, new Set());
    heard.get(this).add(name(type, options));
    return add.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    heard.get(this)?.delete(name(type, options));
    return remove.call(this, type, listener, options);
  };
  globalThis.dump = (node) => node.nodeType === 3 ? node.data : [
    node.namespaceURI, node.localName,
    [...node.attributes].map((a) => [a.namespaceURI, a.name, a.value]).sort(),
    [node.value ?? "", !!node.checked, node.custom ?? null],
    [...(heard.get(node) ?? [])].sort(), [...node.childNodes].map(dump)];
  globalThis.inner = (id) => JSON.stringify([...document.getElementById(id).childNodes].map(dump));
  for (const id of ["app", "fresh"]) {
    const div = document.createElement("div");
    div.id = id;
    document.body.append(div);
  }
}
"""

SET_UP = """
import sys, types
if "described_trees" not in sys.modules:
    module = types.ModuleType("described_trees")
    exec(SOURCE, module.__dict__)
    sys.modules["described_trees"] = module
import js
from described_trees import build
from bridge.vdom import *
"""


@pytest.fixture
def page(interpreter: Interpreter) -> Interpreter:
    """An interpreter whose page has two empty containers, ``app`` and ``fresh``."""
    interpreter.evaluate(f"(() => {{ {DUMP} }})()")
    interpreter.run(f"SOURCE = {inspect.getsource(described_trees)!r}\n{SET_UP}\nNone")
    return interpreter


@IN_PAGE
@given(sequence=st.lists(st.one_of(trees(), elements()), min_size=2, max_size=4))
def test_a_patched_page_equals_a_freshly_rendered_one(
    page: Interpreter, sequence: list[Any]
) -> None:
    differing = page.run(f"""
differing = []
with PythonVDOM("app") as view:
    for described in {sequence!r}:
        view.patch(build(described))
        with PythonVDOM("fresh") as fresh:
            fresh.patch(build(described))
            patched, rendered = js.inner("app"), js.inner("fresh")
        if patched != rendered:
            differing.append([ascii(described), ascii(patched), ascii(rendered)])
differing
""")
    assert differing == []


@IN_PAGE
@given(old=st.permutations(range(8)), new=st.permutations(range(2, 10)))
def test_keyed_nodes_keep_their_identity(page: Interpreter, old: list[int], new: list[int]) -> None:
    lost = page.run(f"""
def rows(keys):
    return h("ul", None, [h("li", {{"key": key, "id": f"row{{key}}"}}, key) for key in keys])
def nodes():
    return {{key: js.document.getElementById(f"row{{key}}") for key in range(10)}}
with PythonVDOM("app") as view:
    view.patch(rows({old!r}))
    before = nodes()
    view.patch(rows({new!r}))
    after = nodes()
    order = [int(li.textContent) for li in js.document.querySelectorAll("#app li")]
    lost = [key for key in range(2, 8) if not before[key].isSameNode(after[key])]
[order, lost]
""")
    assert lost == [list(new), []]


def test_a_thousand_rows_are_reversed_in_one_call(page: Interpreter) -> None:
    page.evaluate("""(() => {
        const parse = JSON.parse;
        globalThis.parsed = 0;
        JSON.parse = (...given) => { parsed += 1; return parse(...given); };
    })()""")
    calls = page.run("""
def rows(keys):
    return h("ul", None, [h("li", {"key": key, "on_click": print}, key) for key in keys])
with PythonVDOM("app") as view:
    view.patch(rows(range(1000)))
    start = js.parsed
    view.patch(rows(reversed(range(1000))))
    calls = js.parsed - start
    first = js.document.querySelector("#app li").textContent
[calls, first]
""")
    assert calls == [1, "999"]


def test_unmounting_gives_every_proxy_back_and_frees_the_handlers(page: Interpreter) -> None:
    assert page.run("""
import gc, weakref
from bridge.proxies import live_counts
class Handler:
    def __call__(self, event): pass
handlers = [Handler() for _ in range(20)]
gone = [weakref.ref(handler) for handler in handlers]
before = live_counts()
view = PythonVDOM("app")
view.patch([h("b", {"on_click": handler}) for handler in handlers])
during = live_counts()
view.unmount()
del handlers, view
gc.collect()
[before == live_counts(), sum(during.values()) - sum(before.values()),
 sum(ref() is not None for ref in gone), js.document.getElementById("app").childNodes.length]
""") == [True, 1, 0, 0]


def test_events_reach_the_newest_handler_and_options_are_kept(page: Interpreter) -> None:
    assert page.run("""
heard = []
with PythonVDOM("app") as view:
    def tree(name):
        outer = listener(lambda e: heard.append("outer " + name), capture=True)
        return h("div", {"on_click": outer},
            h("a", {"href": "#x", "on_click": listener(lambda e: heard.append(name),
                                                      prevent_default=True)}, "link"))
    view.patch(tree("old"))
    view.patch(tree("new"))
    event = js.MouseEvent.new("click", bubbles=True, cancelable=True)
    js.document.querySelector("#app a").dispatchEvent(event)
[heard, event.defaultPrevented]
""") == [["outer new", "new"], True]


def test_an_async_handler_runs(page: Interpreter) -> None:
    assert page.run("""
import asyncio
heard = []
async def save(event):
    await asyncio.sleep(0)
    heard.append(event.type)
with PythonVDOM("app") as view:
    view.patch(h("button", {"on_click": save}))
    js.document.querySelector("#app button").click()
    await asyncio.sleep(0.05)
heard
""") == ["click"]


@pytest.mark.parametrize(
    ("typed", "caret", "wanted", "expected"),
    [
        ("abXcd", 3, "abxcd", ["abxcd", 3]),
        ("abcd!", 5, "abcd (ok)", ["abcd (ok)", 9]),
        ("abcd", 2, "abcd", ["abcd", 2]),
        ("12ab", 3, "12", ["12", 2]),
    ],
)
def test_a_controlled_input_follows_the_tree_and_keeps_the_caret(
    page: Interpreter, typed: str, caret: int, wanted: str, expected: list[Any]
) -> None:
    assert page.run(f"""
with PythonVDOM("app") as view:
    def form(value):
        return h("input", {{"value": value, "on_input": lambda e: view.patch(form({wanted!r}))}})
    view.patch(form("abcd"))
    field = js.document.querySelector("#app input")
    field.focus()
    field.value = {typed!r}
    field.setSelectionRange({caret}, {caret})
    field.dispatchEvent(js.Event.new("input", bubbles=True))
    found = [field.value, field.selectionStart, field.isSameNode(js.document.activeElement)]
found
""") == [*expected, True]


def test_a_rejected_keystroke_is_taken_back_although_the_tree_did_not_change(
    page: Interpreter,
) -> None:
    assert page.run("""
with PythonVDOM("app") as view:
    form = lambda: [h("input", {"value": "kept"}),
                    h("input", {"type": "checkbox", "checked": True})]
    view.patch(form())
    field, box = js.document.querySelectorAll("#app input")
    field.value = "typed"
    box.checked = False
    view.patch(form())
    found = [field.value, box.checked]
found
""") == ["kept", True]


def test_a_running_composition_is_not_disturbed_and_followed_afterwards(page: Interpreter) -> None:
    assert page.run("""
import asyncio
found = []
with PythonVDOM("app") as view:
    view.patch(h("input", {"value": ""}))
    field = js.document.querySelector("#app input")
    for ending in ("delayed", "overtaken"):
        field.dispatchEvent(js.CompositionEvent.new("compositionstart", bubbles=True))
        field.value = "composing"
        view.patch(h("input", {"value": "wanted"}))
        found.append(field.value)
        field.dispatchEvent(js.CompositionEvent.new("compositionend", bubbles=True))
        if ending == "overtaken":
            view.patch(h("input", {"value": "newer"}))
        await asyncio.sleep(0.05)
        found.append(field.value)
found
""") == ["composing", "wanted", "composing", "newer"]


def test_a_select_shows_its_value_although_the_options_come_later(page: Interpreter) -> None:
    assert page.run("""
with PythonVDOM("app") as view:
    def choice(value, names, **more):
        return h("select", {"value": value, **more}, [h("option", {"value": n}, n) for n in names])
    found = []
    for tree in (choice("b", "ab"), choice("c", "abc"),
                 h("p"), choice(["a", "c"], "abc", multiple=True)):
        view.patch(tree)
        found.append([option.value for option in js.document.querySelectorAll("#app option")
                      if option.selected])
found
""") == [["b"], ["c"], [], ["a", "c"]]


def test_a_moved_field_keeps_focus_and_selection_and_hears_nothing_of_it(page: Interpreter) -> None:
    assert page.run("""
heard = []
with PythonVDOM("app") as view:
    def fields(keys):
        return h("form", None, [h("input", {"key": k, "id": f"f{k}", "value": "text",
            "on_focus": lambda e: heard.append("focus"), "on_blur": lambda e: heard.append("blur")})
            for k in keys])
    view.patch(fields([1, 2, 3]))
    field = js.document.getElementById("f1")
    field.focus()
    field.setSelectionRange(1, 3)
    heard.clear()
    for order in ([2, 3, 1], [3, 1, 2], [1, 2, 3]):
        view.patch(fields(order))
    active = js.document.activeElement
    found = [active.id, field.selectionStart, field.selectionEnd, heard]
found
""") == ["f1", 1, 3, []]


def test_a_tree_two_thousand_deep_is_patched(page: Interpreter) -> None:
    assert (
        page.run("""
def nested(text, depth=2000):
    tree = h("b", None, text)
    for _ in range(depth):
        tree = h("i", None, tree)
    return tree
with PythonVDOM("app") as view:
    view.patch(nested("one"))
    view.patch(nested("two"))
    found = js.document.querySelector("#app b").textContent
found
""")
        == "two"
    )


def test_components_nested_three_hundred_deep_are_rendered(page: Interpreter) -> None:
    assert page.run("""
def nest(*, depth):
    return h("i", None, h(nest, {"depth": depth - 1})) if depth else "ground"
with PythonVDOM("app") as view:
    view.patch(h(nest, {"depth": 300}))
    view.patch(h(nest, {"depth": 299}))
    found = [js.document.querySelectorAll("#app i").length,
             js.document.getElementById("app").textContent]
found
""") == [299, "ground"]


def test_text_is_never_read_as_markup_but_vouched_markup_is(page: Interpreter) -> None:
    assert page.run("""
evil = "<img src=x onerror='globalThis.hacked = 1'>"
with PythonVDOM("app") as view:
    view.patch(h("p", {"title": evil, "class": evil}, [evil, h("b", None, evil)]))
    images = js.document.querySelectorAll("#app img").length
    view.patch(h("p", None, raw_html("<em>fine</em>")))
    markup = js.document.querySelector("#app em").textContent
[images, markup]
""") == [0, "fine"]


@IN_PAGE
@given(
    addresses=st.lists(
        st.tuples(
            st.text("\x00\x01\t\n\r\x1f \u00a0", max_size=3),
            st.lists(
                st.sampled_from(["", "", "", "\t", "\n", "\r", "\x00", " ", "\x1f"]),
                min_size=11,
                max_size=11,
            ),
            st.sampled_from(["javascript:", "JavaScript:", "jAVASCRIPT:", "vbscript:"]),
        ).map(lambda t: t[0] + "".join(a + b for a, b in zip(t[2], t[1], strict=False))),
        min_size=10,
        max_size=10,
    )
)
def test_what_the_browser_reads_as_a_script_is_refused(
    page: Interpreter, addresses: list[str]
) -> None:
    protocols = page.evaluate(
        """(given) => given.map((one) => {
            const link = document.createElement("a");
            link.href = one;
            return link.protocol;
        })""",
        addresses,
    )
    for address, protocol in zip(addresses, protocols, strict=True):
        if protocol in ("javascript:", "vbscript:"):
            with pytest.raises(UnsafeContentError):
                check_url("a", "href", address)


def test_a_missing_container_is_named(page: Interpreter) -> None:
    assert page.run("""
try:
    PythonVDOM("nowhere").patch("x")
except ContainerError as error:
    found = [error.container, str(error)]
found
""") == [
        "nowhere",
        (
            "container 'nowhere': the document has no element with this id. "
            'Put <div id="nowhere"></div> into the page before patching.'
        ),
    ]


def test_two_trees_cannot_share_a_container(page: Interpreter) -> None:
    assert page.run("""
with PythonVDOM("app") as first, PythonVDOM("app") as second:
    first.patch("first")
    try:
        second.patch("second")
    except ContainerError as error:
        found = [str(error), js.document.getElementById("app").textContent]
found
""") == [
        "container 'app': it already holds a tree. Unmount that one first, or patch it instead.",
        "first",
    ]


def test_an_event_that_a_patch_causes_is_handled_after_it(page: Interpreter) -> None:
    assert page.run("""
import asyncio
heard = []
with PythonVDOM("app") as view:
    def shown(opened, note=""):
        def toggled(event):
            heard.append(event.target.open)
            view.patch(shown(opened, "noted"))
        return [h("dialog", {"prop:open": opened, "on_toggle": toggled}), note]
    view.patch(shown(False))
    view.patch(shown(True))
    await asyncio.sleep(0.05)
    found = js.document.getElementById("app").textContent
found
""") in ("noted", "")


def test_a_ref_reaches_the_element(page: Interpreter) -> None:
    assert page.run("""
ref = Ref()
with PythonVDOM("app") as view:
    view.patch(h("input", {"ref": ref, "id": "reached"}))
    found = [ref.current.id]
    view.patch(None)
    found.append(ref.current)
found
""") == ["reached", None]
