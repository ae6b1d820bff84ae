"""Binding in real Pyodide, in a real page: the law again, forms, the page's own elements."""

from __future__ import annotations

import inspect
import os
from typing import TYPE_CHECKING

from tests.bridge.binding import failing_law, law
from tests.bridge.binding.checks_in_page import FAILING_LAW, LAW, SET_UP

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

SEEDS = int(os.environ.get("BRIDGE_LAW_SEEDS") or 40)


def test_a_bound_document_equals_a_fresh_one_after_any_writes(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP + f"exec({inspect.getsource(law)!r}, globals())")
    differing, given_back = interpreter.run(LAW.replace("SEEDS", str(SEEDS)))
    assert differing == []
    assert given_back


def test_after_errors_and_good_writes_the_document_equals_a_fresh_one(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP + f"exec({inspect.getsource(failing_law)!r}, globals())")
    assert interpreter.run(FAILING_LAW.replace("SEEDS", str(SEEDS))) == [[], True, True]


def test_a_new_item_of_the_same_key_keeps_focus_and_caret_in_its_row(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
def by_function(item):
    return h("li", {"title": item[1]}, [item[1], h("input", {"value": item[1]})])
def with_show(item):
    return h("li", None, [item[1], Show(Signal(True), lambda: h("input", {"value": item[1]}))])
in_template = h("li", None, [lambda item: item[1],
    Show(lambda item: True, lambda item: h("input", {"value": item[1]}))])
dynamic = h("li", None, Dynamic(lambda item: [item[1], h("input", {"value": item[1]})]))
seen = []
for each in (by_function, with_show, in_template, dynamic):
    place("app")
    items = Signal([(1, "one"), (2, "two")])
    view = mount("#app", For(items, each, key=lambda item: item[0]))
    field = document.querySelectorAll("#app input")[1]
    field.focus()
    field.setSelectionRange(1, 1)
    items.value = [(2, "TWO"), (1, "one")]
    field = document.activeElement
    seen.append([field.tagName, field.value, field.selectionStart,
                 document.querySelector("#app li").textContent])
    view.dispose()
    document.getElementById("app").remove()
seen
""")
    assert found == [["INPUT", "TWO", 1, "TWO"]] * 4


def test_handlers_of_one_event_run_each_with_its_own_options(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
import asyncio
from bridge.vdom import listener
place("app")
seen, text = [], Signal("a")
async def later(event):
    await asyncio.sleep(0)
    seen.append("later " + text.value)
def hear(name):
    return lambda event: seen.append(name)
view = mount("#app", h("p", {"on_input": hear("outside")}, [
    h("input", {"on_input": later, "bind:value": text}),
    h("label", {"on_input": listener(hear("down"), capture=True)},
      h("input", {"bind:value": text,
                  "on_input": listener(hear("stopped"), stop_propagation=True)})),
    h("input", {"on_input": listener(hear("down"), capture=True), "bind:value": text})]))
for place_of, field in enumerate(document.querySelectorAll("#app input")):
    field.value = str(place_of)
    fire(field, "input")
    seen.append(text.value)
await asyncio.sleep(0.05)
view.dispose()
seen
""")
    assert found == ["outside", "0", "down", "stopped", "1", "down", "outside", "2", "later 2"]


def test_a_write_is_one_call_into_the_page(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    counts = interpreter.run("""
place("app")
rows = Signal([Signal(n) for n in range(50)])
view = mount("#app", h("ul", None, For(rows, h("li", None, lambda row: row))))
calls = []
surface = view.root._surface
apply, surface._apply = surface._apply, lambda *given: (calls.append(1), apply(*given))[1]
def cost(step):
    calls.clear()
    with batch():
        step()
    return len(calls)
items = rows.peek()
[
    cost(lambda: [row.update(lambda n: n + 100) for row in items]),
    cost(lambda: rows.set(items[::-1])),
    cost(lambda: rows.set(items[:10])),
    cost(lambda: rows.set([Signal(n) for n in range(200)])),
    cost(lambda: rows.set([])),
]
""")
    assert counts == [1, 1, 1, 1, 1]


def test_what_a_user_types_keeps_caret_and_focus(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
place("app")
name = Signal("Ada")
mount("#app", h("input", {"bind:value": name}))
field = document.querySelector("#app input")
field.focus()
field.value = "Adria"
field.setSelectionRange(2, 2)
fire(field, "input")
typed = name.value
name.value = typed.upper()
[typed, field.value, field.selectionStart, document.activeElement.tagName]
""")
    assert found == ["Adria", "ADRIA", 2, "INPUT"]


def test_a_bound_element_of_the_page_keeps_caret_and_focus_too(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
place("app", "<input>")
name = Signal("Adria")
bind_value("#app input", name)
field = document.querySelector("#app input")
field.focus()
field.setSelectionRange(2, 2)
name.value = "ADRIA"
seen = [field.value, field.selectionStart, document.activeElement.tagName]
field.setSelectionRange(5, 5)
name.value = "ADRIANA"
[*seen, field.selectionStart]
""")
    assert found == ["ADRIA", 2, "INPUT", 7]


def test_a_typed_field_says_what_is_wrong_and_keeps_the_last_value(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
place("app")
age = Signal(36)
typed = Field(age, int)
mount("#app", [h("input", {"bind:value": typed}), h("p", None, typed.error)])
field, message = document.querySelector("#app input"), document.querySelector("#app p")
seen = [field.value]
def enter(text):
    field.value = text
    fire(field, "input")
    seen.append([age.value, field.value, field.getAttribute("aria-invalid") == "true",
                 message.textContent != ""])
enter("many"), enter("040")
age.value = 50
seen.append(field.value)
seen
""")
    assert found == ["36", [36, "many", True, True], [40, "040", False, False], "50"]


def test_boxes_radio_buttons_and_lists_follow_and_are_followed(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
place("app")
done, size, many = Signal(False), Signal("m"), Signal(["b"])
names = Signal(["a", "b", "c"])
mount("#app", [
    h("input", {"type": "checkbox", "bind:checked": done}),
    [h("input", {"type": "radio", "value": v, "bind:group": size}) for v in ("s", "m", "l")],
    h("select", {"bind:value": many, "multiple": True},
      For(names, h("option", {"value": lambda n: n}, lambda n: n), key=str)),
])
box, *radios = document.querySelectorAll("#app input")
options = document.querySelectorAll("#app option")
seen = [box.checked, [r.checked for r in radios], [o.selected for o in options]]
box.checked = True; fire(box, "change")
radios[2].checked = True; fire(radios[2], "change")
options[2].selected = True; fire(document.querySelector("#app select"), "input")
seen.append([done.value, size.value, list(many.value)])
size.value, many.value = "s", []
seen += [[r.checked for r in radios], [o.selected for o in options]]
seen
""")
    assert found == [
        False,
        [False, True, False],
        [False, True, False],
        [True, "l", ["b", "c"]],
        [True, False, False],
        [False, False, False],
    ]


def test_elements_of_the_page_are_bound_in_a_line_each(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
place("app", '<p class="kept"></p><a></a><input><input type="checkbox"><ul><li>old</li></ul>')
before = live_counts()
text, flag, items = Signal("<b>"), Signal(True), Signal([1, 2])
clicks = []
with Scope() as scope:
    bind_text("#app p", text)
    bind_class("#app p", "on", flag)
    bind_style("#app p", "color", lambda: "red" if flag.value else None)
    bind_attribute("#app a", "href", lambda: "/" + text.value)
    bind_property("#app a", "title", text)
    bind_visible("#app a", flag)
    bind_value("#app input", text)
    bind_checked("#app input[type=checkbox]", flag)
    bind_list("#app ul", items, h("li", None, lambda item: item), key=int)
    listen("#app p", "click", lambda event: clicks.append(event.type))
found = [document.querySelector("#app " + s) for s in ("p", "a", "input", "[type=checkbox]")]
p, a, field, box = found
def look():
    return [p.textContent, p.className, p.style.color, a.getAttribute("href"), a.title, a.hidden,
            field.value, box.checked, document.querySelector("#app ul").textContent]
seen = [look()]
text.value, flag.value, items.value = "x", False, [2, 3]
seen.append(look())
field.value = "typed"; fire(field, "input")
box.checked = True; fire(box, "change")
p.click()
seen += [[text.value, flag.value, clicks], p.textContent]
scope.dispose()
text.value = "late"; p.click()
seen += [p.textContent, clicks, live_counts() == before]
seen
""")
    assert found == [
        ["<b>", "kept on", "red", "/<b>", "<b>", False, "<b>", True, "12"],
        ["x", "kept", "", "/x", "x", True, "x", False, "23"],
        ["typed", True, ["click"]],
        "typed",
        "typed",
        ["click"],
        True,
    ]


def test_reactive_values_inside_a_class_or_style_of_an_element_are_followed(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    assert interpreter.run("""
place("app", "<p></p><p></p><p></p><p></p>")
on, colour = Signal(False), Signal("red")
first, second, third, fourth = document.querySelectorAll("#app p")
with Scope() as scope:
    bind_attribute(first, "class", {"on": on, "off": lambda: not on.value})
    bind_attribute(second, "class", lambda: ["row", {"on": on}])
    bind_attribute(third, "style", {"color": colour})
    bind_class(fourth, "on", lambda: on)
def look():
    return [first.className, second.className, third.style.color, fourth.className]
seen = [look()]
with batch():
    on.value, colour.value = True, "blue"
seen.append(look())
scope.dispose()
seen
""") == [["off", "row", "red", ""], ["on", "row on", "blue", "on"]]


def test_a_field_shows_its_entry_and_its_error_after_any_typing_and_writes(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
import random
wrong = []
def parse(text):
    if text == "9":
        raise ArithmeticError(text)
    return int(text)
def shown(number):
    if number == 13:
        raise ValueError(number)
    return str(number)
for seed in range(12):
    chance = random.Random(seed)
    age = Signal(36)
    entry = Field(age, parse, shown)
    place("app")
    view = mount("#app", [h("input", {"bind:value": entry}), h("p", None, entry.error)])
    field, message = document.querySelector("#app input"), document.querySelector("#app p")
    field.focus()
    for step in range(8):
        act = chance.choice(["replace", "insert", "insert", "write"])
        if act == "write":
            number = chance.choice([36, 40, 13])
            if number == age.value:
                continue
            age.value = number
            wanted, good = ("", False) if number == 13 else (str(number), True)
        else:
            start = 0 if act == "replace" else chance.randrange(len(field.value) + 1)
            end = start if act == "insert" else len(field.value)
            text = chance.choice(["7", "x", "9", "07"])
            wanted = field.value[:start] + text + field.value[end:]
            field.setSelectionRange(start, end)
            document.execCommand("insertText", False, text)
            if field.selectionStart != start + len(text):
                wrong.append([seed, step, "caret", field.selectionStart])
            try:
                good = parse(wanted) == age.value
            except (ValueError, ArithmeticError):
                good = False
        told = [field.value, field.getAttribute("aria-invalid") != "true", not message.textContent]
        if told != [wanted, good, good]:
            wrong.append([seed, step, act, told, wanted, good])
    view.dispose()
    document.getElementById("app").remove()
wrong[:3]
""")
    assert found == []


def test_an_event_that_a_flush_causes_reaches_the_handlers_of_both_directions(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
from bridge.vdom import listener
place("app")
seen, text, turn = [], Signal("a"), Signal(0)
js.eval('''
if (!customElements.get("calling-out")) customElements.define("calling-out",
  class extends HTMLElement {
    set told(given) {
      const field = this.parentNode?.querySelector("input");
      for (const bubbles of [true, false, true]) {
        if (!field || !given) continue;
        field.value += "x";
        field.dispatchEvent(new Event("input", { bubbles }));
      }
    }
    get told() { return null; }
  });
''')
def down(event):
    seen.append(["down", event.eventPhase])
def up(text):
    seen.append("up")
    return text
view = mount("#app", [
    h("input", {"on_input": listener(down, capture=True), "bind:value": Field(text, up)}),
    h("calling-out", {"prop:told": turn})])
turn.value = 1
view.dispose()
seen
""")
    assert found == [["down", 0], "up"] * 3


def test_rows_that_stay_are_the_same_elements_and_keep_the_focus(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
place("app")
names = Signal(["a", "b", "c", "d"])
mount("#app", For(names, h("input", {"title": lambda n: n}), key=str))
was = {element.title: element for element in document.querySelectorAll("#app input")}
was["b"].focus()
names.value = ["d", "x", "b", "a"]
now = [(e.title, e.title in was and e.isSameNode(was[e.title]))
       for e in document.querySelectorAll("#app input")]
[now, document.activeElement.title]
""")
    assert found == [[["d", True], ["x", False], ["b", True], ["a", True]], "b"]


def test_a_handler_of_a_row_gets_the_present_item_and_may_be_async(
    interpreter: Interpreter,
) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
import asyncio
place("app")
rows, seen = Signal([(1, "a"), (2, "b")]), []
async def later(row, event):
    await asyncio.sleep(0)
    seen.append(["later", *row])
mount("#app", For(rows, h("p", {"on_click": lambda row, event: seen.append(list(row)),
                                "on_dblclick": later}, lambda row: row[1]), key=lambda row: row[0]))
second = document.querySelectorAll("#app p")[1]
second.click()
rows.value = [(1, "a"), (2, "B")]
second.click()
fire(second, "dblclick")
await asyncio.sleep(0.05)
[seen, second.textContent]
""")
    assert found == [[[2, "b"], [2, "B"], ["later", 2, "B"]], "B"]


def test_a_script_is_refused_wherever_it_comes_from(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    found = interpreter.run("""
from bridge.vdom import UnsafeContentError
place("app", "<a></a>")
address = Signal("/fine")
refused = []
def attempt(step):
    try:
        step()
    except UnsafeContentError as error:
        refused.append(error.name)
scope = bind_attribute("#app a", "href", address)
attempt(lambda: address.set("java\\tscript:alert(1)"))
scope.dispose()
address.value = "/fine"
mount("#app", h("a", {"href": address}))
attempt(lambda: address.set("javascript:alert(1)"))
attempt(lambda: mount(document.createElement("div"), h("a", {"onclick": address})))
attempt(lambda: mount(document.createElement("div"), h("script", None, address)))
[refused, document.querySelector("#app a").getAttribute("href")]
""")
    assert found == [["href", "href", "onclick", "text"], "/fine"]


def test_an_async_handler_that_ends_its_own_view_goes_on(interpreter: Interpreter) -> None:
    interpreter.run(SET_UP)
    done = interpreter.run("""
import asyncio, gc, weakref
done = []
class Answer(asyncio.Future):
    '''Known to nobody but the task that waits for it.'''
async def close(event):
    global view
    view.dispose()
    del view
    answer = Answer()
    known = weakref.ref(answer)
    asyncio.get_running_loop().call_later(0.05, lambda: known() and known().set_result(None))
    waiting, answer = answer, None
    await waiting
    done.append(event.type)
place("app")
view = mount("#app", h("button", {"on_click": close}, "close"))
document.querySelector("#app button").click()
await asyncio.sleep(0)
await asyncio.sleep(0)
gc.collect()
await asyncio.sleep(0.2)
done
""")
    assert done == ["click"]
