"""Whatever names and ids a document has, patches, bindings and events do their work in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

# Everything is called by the prototypes here, too: the document is hostile to the test as well.
HOSTILE = """
globalThis.hostile = (() => {
  const names = new Set(["__bridge_dom_2__", "__bridge_port_1__", "Object", "Reflect", "CSS"]);
  const owners = [HTMLFormElement, HTMLInputElement, HTMLDocument, SVGElement, Window, ShadowRoot];
  for (const owner of owners) {
    for (let own = owner.prototype; own !== null; own = Object.getPrototypeOf(own)) {
      for (const name of Object.getOwnPropertyNames(own)) names.add(name);
    }
  }
  const create = Document.prototype.createElement.bind(document);
  const append = (parent, child) => Node.prototype.appendChild.call(parent, child);
  const set = (node, name, value) => Element.prototype.setAttribute.call(node, name, value);
  const get = (node, name) => Element.prototype.getAttribute.call(node, name);
  const body = Object.getOwnPropertyDescriptor(Document.prototype, "body").get.call(document);
  const first = Object.getOwnPropertyDescriptor(Node.prototype, "firstChild").get;
  const next = Object.getOwnPropertyDescriptor(Node.prototype, "nextSibling").get;
  const text = Object.getOwnPropertyDescriptor(Node.prototype, "textContent").get;
  const make = (tag, attributes = {}) => {
    const node = create(tag);
    for (const [name, value] of Object.entries(attributes)) set(node, name, value);
    return node;
  };
  return {
    names: [...names],
    // A container that is a form, whose fields stand outside it.
    place() {
      const box = append(body, make("div", { class: "hostile" }));
      const form = append(box, make("form", { id: "hostile-form" }));
      for (const name of names) {
        append(box, make("input", { form: "hostile-form", name }));
        append(box, make("input", { form: "hostile-form", id: name }));
      }
      return form;
    },
    // Elements whose names become properties of the document and of the window.
    shadow(tag, by, given) {
      const box = append(body, make("div", { class: "hostile", hidden: "" }));
      for (const name of given ?? names) append(box, make(tag, { [by]: name }));
    },
    clear() {
      for (const box of Document.prototype.querySelectorAll.call(document, ".hostile")) {
        Element.prototype.remove.call(box);
      }
    },
    // What an element and its children show; inputs are the hostile ones.
    look(node) {
      const below = [];
      for (let child = first.call(node); child !== null; child = next.call(child)) {
        if (child instanceof HTMLInputElement) continue;
        below.push(child instanceof Element ? hostile.look(child) : text.call(child));
      }
      const own = Object.getPrototypeOf(node);
      return [Object.getOwnPropertyDescriptor(Element.prototype, "localName").get.call(node),
        get(node, "title"), get(node, "class"), get(node, "style"),
        "action" in own ? Reflect.get(own, "action", node).split("/").pop() : null,
        node.custom ?? null, get(node, "hidden"), below];
    },
    ping: (node) => EventTarget.prototype.dispatchEvent.call(node, new Event("ping")),
    first: (node) => first.call(node),
  };
})();
"""

SCENARIO = """
import js
from bridge.vdom import PythonVDOM, h, listener, raw_html
from bridge.binding import *
from bridge.binding import h as bound
from bridge.reactivity import Signal, Scope, batch

hostile = js.hostile
names = list(hostile.names)
look = lambda node: js.JSON.stringify(hostile.look(node))

def patched(container, fields):
    heard, seen = [], []
    rows = lambda keys: [h("b", {"key": key}, key) for key in keys]
    props = [
        {"title": "one", "class": "x", "style": {"color": "red"}, "prop:action": "/one",
         "prop:custom": 1, "on_ping": lambda event: heard.append(1)},
        {"title": "two", "style": {"margin": "1px"}, "prop:action": "/two", "hidden": True,
         "on_ping": listener(lambda event: heard.append(2), capture=True)},
        {"class": "y", "prop:custom": None},
    ]
    with PythonVDOM(container) as view:
        for given, keys in zip(props, ("abcd", "dxba", "bd")):
            view.patch(h("form", given, [fields, rows(keys)]))
            form = hostile.first(container)
            hostile.ping(form)
            seen.append(look(form))
        view.patch(h("form", None, "text"))
        seen.append(look(container))
        view.patch([h("form", None, raw_html("<i>markup</i>")), h("p", {"on_ping": print})])
        seen.append(look(container))
    return [seen, heard, look(container)]

def bound_(container, fields):
    title, names, more = Signal("one"), Signal(["a", "b"]), Signal(False)
    seen = []
    view = mount(container, bound("form", {"title": title, "prop:action": title}, [
        fields, For(names, bound("b", {"title": lambda n: n}, lambda n: n), key=str),
        Show(more, bound("i", None, title))]))
    form = hostile.first(container)
    for step in (lambda: title.set("two"), lambda: names.set(["b", "c", "a"]),
                 lambda: more.set(True), lambda: names.set([])):
        step()
        seen.append(look(form))
    view.dispose()
    return seen

def lent(form):
    text, heard = Signal("one"), []
    with Scope() as scope:
        bind_attribute(form, "title", text)
        bind_property(form, "action", text)
        bind_class(form, "on", lambda: text.value == "two")
        bind_style(form, "color", lambda: "red")
        bind_visible(form, lambda: text.value == "one")
        listen(form, "ping", lambda event: heard.append(event.type))
    seen = [look(form)]
    text.value = "two"
    hostile.ping(form)
    seen += [look(form), heard]
    scope.dispose()
    return seen
"""

RUN = """
plain = js.document.createElement("div")
fields = [[h("input", {"name": name}), h("input", {"id": name})] for name in names]
expected = [patched(plain, ()), bound_(plain, ()), lent(js.document.createElement("form"))]
different = []
def check(what, *found):
    for index, one in found:
        if one != expected[index]:
            different.append([what, index, str(one)[:500]])
"""


def test_names_and_ids_of_fields_shadow_nothing(interpreter: Interpreter) -> None:
    interpreter.evaluate(HOSTILE)
    interpreter.run(SCENARIO)
    assert interpreter.run(
        RUN
        + """
check("fields", (0, patched(plain, fields)), (1, bound_(plain, fields)))
form = hostile.place()
# The form is the container, or an element that is bound.
clean = js.document.createElement("form")
both = [[patched(container, ()), bound_(container, ()), lent(container)]
        for container in (clean, form)]
hostile.clear()
[len(names) > 400, different, both[0] == both[1]]
"""
    ) == [True, [], True]


def test_names_of_the_document_and_of_the_window_shadow_nothing(interpreter: Interpreter) -> None:
    interpreter.evaluate(HOSTILE)
    interpreter.run(SCENARIO)
    assert (
        interpreter.run(
            RUN
            + """
few = ["createElement", "getElementById", "defaultView", "activeElement", "body", "head",
       "createTextNode", "createElementNS", "createDocumentFragment", "__bridge_dom_2__"]
from pyodide.ffi import to_js
for tag, by, given in (("img", "name", None), ("img", "id", None), ("form", "name", None),
                       ("embed", "name", None), ("object", "id", None), ("object", "name", None),
                       ("iframe", "name", to_js(few))):
    hostile.shadow(tag, by, given)
    check(tag, (0, patched(plain, ())), (1, bound_(plain, ())))
    clean = js.Document.prototype.createElement.call(js.document, "form")
    check(tag, (2, lent(clean)))
    # A container by its id, and an element by a selector.
    plain.id = "by-id"
    body = js.Reflect.get(js.Document.prototype, "body", js.document)
    js.Node.prototype.appendChild.call(body, plain)
    with PythonVDOM("by-id") as view:
        view.patch("by id")
        if plain.textContent != "by id":
            different.append([tag, "id"])
    bind_text("#by-id", Signal("bound")).dispose()
    if plain.textContent != "bound":
        different.append([tag, "selector"])
    plain.remove()
    hostile.clear()
different
"""
        )
        == []
    )


def test_the_script_is_found_although_an_element_has_its_name(
    pristine_interpreter: Interpreter,
) -> None:
    pristine_interpreter.evaluate(HOSTILE)
    pristine_interpreter.evaluate("hostile.shadow('img', 'id'), hostile.shadow('img', 'name')")
    assert pristine_interpreter.run("""
import js
from bridge._browser import ffi
from bridge._browser.ports import is_ready
from bridge.vdom import PythonVDOM, h
body = ffi.read(ffi.document(), "body")
container = ffi.call(ffi.document(), "createElement", "div")
ffi.call(body, "appendChild", container)
with PythonVDOM(container) as view:
    view.patch(h("p", None, "shown"))
    shown = container.textContent
js.hostile.clear()
[shown, is_ready()]
""") == ["shown", False]


def test_a_container_of_another_document_is_served_alike(interpreter: Interpreter) -> None:
    assert interpreter.run("""
import js
from bridge.binding import For, bind_attribute, h, mount
from bridge.reactivity import Signal
frame = js.document.createElement("iframe")
js.document.body.append(frame)
inner = frame.contentDocument
names, text, tall = Signal(["a", "b"]), Signal("x"), Signal("1px")
style = lambda: {"margin": tall.value}
view = mount(inner.body, h("form", {"prop:action": "/one", "style": style}, [
    h("input", {"name": "setAttribute", "bind:value": text}), h("input", {"name": "action"}),
    For(names, h("b", None, lambda name: name), key=str)]))
form = inner.body.firstChild
field = form.firstChild
field.focus()
inner.execCommand("insertText", False, "y")
seen = [text.value, field.value]
text.value, names.value, tall.value = "xyz", ["b", "c", "a"], "2px"
seen += [field.value, field.selectionStart, form.textContent, form.getAttribute("style")]
scope = bind_attribute(form, "title", text)
seen.append(form.title)
scope.dispose()
view.dispose()
frame.remove()
seen
""") == ["xy", "xy", "xyz", 3, "bca", "margin: 2px;", "xyz"]
