"""What could run a script is refused, however it is spelled; what is harmless is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge._browser.attributes import OpBuffer, rules_of, write_prop
from bridge._browser.safety import RawHtml, UnsafeContentError, check_url, raw_html

if TYPE_CHECKING:
    from doc_examples.runner.interpreter import Interpreter

_dropped = st.text("\t\n\r", max_size=2)


@given(
    st.text("".join(map(chr, range(0x21))), max_size=4),
    st.lists(_dropped, min_size=11, max_size=11),
    st.lists(st.booleans(), min_size=11, max_size=11),
    st.text(),
)
def test_no_spelling_hides_a_script(
    before: str, between: list[str], upper: list[bool], code: str
) -> None:
    letters = [c.upper() if up else c for c, up in zip("javascript:", upper, strict=True)]
    address = before + "".join(a + b for a, b in zip(between, letters, strict=True)) + code
    with pytest.raises(UnsafeContentError) as caught:
        check_url("a", "href", address)
    assert caught.value.value == address


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("a", "vbscript:msgbox"),
        ("a", "data:text/html,<script>1</script>"),
        ("iframe", "data:text/html;base64,eA=="),
        ("iframe", " DATA:image/svg+xml,<svg onload='1'/>"),
        ("object", "data:application/xhtml+xml,x"),
        ("embed", "data:,x"),
        ("script", "data:,alert(1)"),
        ("a", "da\nta:text/html,x"),
    ],
)
def test_documents_in_data_addresses_are_refused(tag: str, address: str) -> None:
    with pytest.raises(UnsafeContentError):
        check_url(tag, "src", address)


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("a", "https://example.org/javascript:"),
        ("a", "/javascript"),
        ("a", "javascript"),
        ("a", "./javascript:x"),
        ("a", "mailto:a@example.org"),
        ("a", "blob:https://example.org/1"),
        ("a", "data:text/plain,hello"),
        ("a", "data:text/csv,a;b"),
        ("img", "data:image/svg+xml,<svg/>"),
        ("img", "data:image/png;base64,eA=="),
        ("link", "data:text/css,p{}"),
        ("a", ""),
        ("a", "#top"),
    ],
)
def test_harmless_addresses_pass(tag: str, address: str) -> None:
    check_url(tag, "href", address)


def test_vouched_markup_is_a_value() -> None:
    assert raw_html("<b>") == RawHtml("<b>")
    assert raw_html("<b>") != raw_html("<i>")
    assert len({raw_html("<b>"), raw_html("<b>")}) == 1


@pytest.mark.parametrize(
    ("tag", "name", "value"),
    [
        ("a", "prop:protocol", "javascript"),
        ("area", "prop:protocol", " JavaScript:"),
        ("a", "prop:protocol", "data"),
        ("a", "prop:protocol", 1),
        ("a", "prop:href", "java\nscript:x"),
        ("form", "prop:action", "javascript:x"),
        ("button", "prop:formAction", "javascript:x"),
        ("input", "formaction", "data:text/html,x"),
        ("script", "prop:text", "code"),
        ("svg:script", "prop:textContent", "code"),
        ("SCRIPT", "prop:innerText", "code"),
        ("script", "prop:text", 1),
        ("script", "prop:innerHTML", "code"),
        ("p", "prop:outerHTML", "<script>"),
        ("p", "prop:onclick", "code"),
        ("p", "attr:OnClick", "code"),
        ("p", "prop:__proto__", "x"),
        ("iframe", "attr:SRCDOC", "<script>"),
        ("iframe", "prop:srcdoc", "<script>"),
        ("iframe", "src", "data:text/xsl,<html xmlns='http://www.w3.org/1999/xhtml'>"),
        ("frame", "src", "data:text/xsl;charset=utf-8,x"),
        ("frame", "src", "data:application/xslt%2bxml,x"),
        ("svg:set", "to", "javascript:x"),
        ("animate", "values", "/a; javascript:x"),
        ("SVG:Animate", "from", "javascript:x"),
        ("animateTransform", "by", "data:text/html,x"),
        ("meta", "content", "0; url='javascript:x'"),
        ("meta", "prop:content", "0,JavaScript:x"),
        ("svg:use", "href", "data:image/png,x"),
        ("svg:script", "xlink:href", "data:,x"),
        ("mrow", "href", "javascript:x"),
    ],
)
def test_what_may_become_code_is_refused_with_its_place(tag: str, name: str, value: object) -> None:
    with pytest.raises(UnsafeContentError) as caught:
        write_prop(OpBuffer(), tag, rules_of[tag][name], value)
    assert caught.value.tag.lower() == tag.lower()
    assert caught.value.name in (name, name.removeprefix("prop:").removeprefix("attr:"), "text")


@pytest.mark.parametrize(
    ("tag", "name", "value"),
    [
        ("a", "prop:protocol", "https:"),
        ("p", "prop:textContent", "javascript:x"),
        ("meta", "content", "width=device-width, initial-scale=1"),
        ("meta", "content", "5; url=/next"),
        ("p", "to", "javascript:x"),
        ("style", "prop:textContent", "p { color: red }"),
        ("iframe", "src", "data:text/plain,hello"),
        (
            "a",
            "href",
            "data:application/vnd.openxmlformats-officedocument.wordprocessingml.document,",
        ),
    ],
)
def test_what_cannot_become_code_passes(tag: str, name: str, value: object) -> None:
    write_prop(OpBuffer(), tag, rules_of[tag][name], value)


def test_markup_is_a_text() -> None:
    with pytest.raises(TypeError, match="bytes"):
        raw_html(b"<b>")  # type: ignore[arg-type]


# Names of elements; their attributes and properties are what Chromium says.
TAGS = """a abbr address area article aside audio b base bdi bdo blockquote body br button canvas
caption cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed
fencedframe fieldset figcaption figure font footer form frame frameset h1 head header hgroup hr html
i iframe img input ins kbd label legend li link main map mark marquee menu meta meter nav noscript
object ol optgroup option output p param picture portal pre progress q rp rt ruby s samp script
search section select slot small source span strong style sub summary sup table tbody td template
textarea tfoot th thead time title tr track u ul var video wbr"""
DRAWN = """a animate animateMotion animateTransform circle clipPath defs desc discard ellipse
feBlend feImage filter foreignObject g image line linearGradient marker mask metadata mpath path
pattern polygon rect script set stop style svg switch symbol text textPath title tspan use view"""
PAYLOADS = """
code = "top.postMessage('ran', '*')"
payloads = {
    "address": "javascript:" + code,
    "document": f"data:text/html,<script>{code}</script>",
    "other document":
        f"data:text/xsl,<html xmlns='http://www.w3.org/1999/xhtml'><script>{code}</script></html>",
    "program": "data:text/javascript," + code,
    "markup": f"<img src=x onerror=\\"{code}\\"><script>{code}</script>",
    "text": code,
    "protocol": "javascript",
}
"""
WALK = """
import asyncio, js, json
from bridge.vdom import PythonVDOM, UnsafeContentError, PropError, h, fragment, memo, raw_html
from bridge._browser.dom import PageWriteError
from bridge.binding import *
from bridge.binding import h as bound
from bridge.reactivity import Signal
js.eval('''
  globalThis.ran = 0;
  if (!globalThis.counted) {
    globalThis.counted = (event) => { ran += event.data === "ran"; };
    addEventListener("message", counted);
  }
  // The attributes and properties of an element's own class; those of all elements for one.
  globalThis.namesOf = (tag, space) => {
    const element = document.createElementNS(space, tag);
    const names = new Set();
    const common = new Set([Element.prototype, HTMLElement.prototype, SVGElement.prototype,
      Node.prototype, EventTarget.prototype, Object.prototype]);
    const all = ["div", "script"].includes(tag);
    for (let own = Object.getPrototypeOf(element); own; own = Object.getPrototypeOf(own)) {
      if (!all && common.has(own)) continue;
      for (const name of Object.getOwnPropertyNames(own)) names.add(name);
    }
    return JSON.stringify([...names]);
  };
''')
SPECIAL = '''href xlink:href src srcdoc action formaction data to from by values attributeName
content style http-equiv ping srcset innerHTML protocol text textContent innerText onclick onload
begin xml:base'''.split()
MASKS = {"prototype", "constructor", "sandbox", "csp"}
stage = js.document.createElement("div")
stage.hidden = True
js.document.body.append(stage)
def attempt(container, tree, show=None):
    "Show a tree; tells whether it was refused."
    try:
        if show is None:
            with PythonVDOM(container) as view:
                view.patch(tree)
                clicks(container)
        else:
            with show(container, tree):
                clicks(container)
    except (UnsafeContentError, PropError):
        return True
    except (PageWriteError, ExceptionGroup):
        return False
    return False
# What a click or a submission would run; a click itself might lead away from this page.
clicks = js.eval('''(container) => {
  for (const one of container.querySelectorAll("a, area, form, button, input")) {
    const address = String(one.formAction || one.action || one.href?.baseVal || one.href || "");
    if (/^(javascript|vbscript|data:text.(html|xsl))/.test(address)) ran += 1;
  }
}''')
"""

WALK_NAMES = """
tried = refused = 0
FRAMES = {"iframe", "frame", "object", "embed", "fencedframe", "portal"}
spaces = [("http://www.w3.org/1999/xhtml", TAGS), ("http://www.w3.org/2000/svg", DRAWN)]
for space, tags in spaces:
    drawn = "svg" in space
    for tag in tags.split():
        names = dict.fromkeys([*json.loads(js.namesOf(tag, space)), *SPECIAL])
        nodes = []
        for kind, payload in payloads.items():
            together = {}
            for name in names:
                if name in MASKS:
                    continue
                for way in (name, "prop:" + name):
                    tried += 1
                    try:
                        rule = rules_of[tag][way]
                        if rule.kind in (Kind.EVENT, Kind.REF):
                            continue
                        write_prop(OpBuffer(), tag, rule, payload)
                    except (UnsafeContentError, PropError):
                        refused += 1
                        continue
                    # A frame costs much: those that no rule speaks of share one.
                    if tag in FRAMES and name not in SPECIAL:
                        together[way] = payload
                        continue
                    nodes.append(h(tag, {way: payload}))
                    if tag in ("a", "area"):
                        nodes.append(h(tag, {"href": "foo:" + code, way: payload}))
            if together:
                nodes.append(h(tag, together))
        attempt(stage, h("svg", None, nodes) if drawn else nodes)
        await asyncio.sleep(0)
"""


def test_no_attribute_and_no_property_of_any_element_runs_a_text(interpreter: Interpreter) -> None:
    tried, refused, ran, control = interpreter.run(
        PAYLOADS
        + WALK
        + f"TAGS, DRAWN = {TAGS!r}, {DRAWN!r}\n"
        + "from bridge._browser.attributes import Kind, OpBuffer, rules_of, write_prop\n"
        + WALK_NAMES
        + """
await asyncio.sleep(0.3)
ran = js.ran
# The payloads do run where nobody refuses them.
js.eval('''(payloads) => {
  for (const kind of ["address", "document", "other document"]) {
    const frame = document.createElement("iframe");
    frame.src = payloads[kind];
    document.body.append(frame);
  }
  const script = document.createElement("script");
  script.textContent = payloads.text;
  document.body.append(script);
}''')(to_js(payloads, dict_converter=js.Object.fromEntries))
for _ in range(100):
    await asyncio.sleep(0.05)
    if js.ran - ran == 4:
        break
stage.remove()
[tried, refused, ran, js.ran - ran]
""".replace("# The payloads", "from pyodide.ffi import to_js\n# The payloads")
    )
    assert tried > 20_000
    assert refused > 1_000
    assert (ran, control) == (0, 4)


def test_no_form_of_children_reaches_a_script_unvouched(interpreter: Interpreter) -> None:
    assert interpreter.run(
        PAYLOADS
        + WALK
        + """
text = code
shown = Signal(True)
def component(**given):
    return text
def in_all_ways(h):
    return {
        "text": text, "number": 1, "list": [text], "nested": [[text], [[h("b")]]],
        "text and node": [text, h("b")], "node": h("b", None, text),
        "component": h(component), "memo": h(memo(component)),
        "fragment": fragment([text]), "iterator": iter([text]),
        "markup beside text": [raw_html("1"), text],
    }
def reactive():
    return {
        "signal": Signal(text), "function": lambda: text, "show": Show(shown, text),
        "show function": Show(shown, lambda: text), "dynamic": Dynamic(lambda: text),
        "for": For(Signal([text]), bound("b", None, lambda item: item)),
        "for function": For(Signal([text]), lambda item: bound("b", None, item)),
        "signal and text": [Signal("1"), text],
    }
places = {
    "script": lambda h, child: h("script", None, child),
    "SCRIPT": lambda h, child: h("SCRIPT", None, child),
    "svg script": lambda h, child: h("svg", None, h("script", None, child)),
    "svg:script": lambda h, child: h("svg", None, h("svg:script", None, child)),
    "in html in svg": lambda h, child: h("svg", None, h("foreignObject", None,
                                                        h("script", None, child))),
}
let_through = []
def refuse(what, tree, show=None):
    try:
        if not attempt(stage, tree, show):
            let_through.append(what)
    except TypeError as error:  # raw_html beside others is no tree at all
        if "markup" not in what:
            let_through.append([what, str(error)])
for name, place in places.items():
    for form, child in in_all_ways(h).items():
        refuse(f"{name} {form}", place(h, child))
    for form, child in (in_all_ways(bound) | reactive()).items():
        refuse(f"bound {name} {form}", place(bound, child), mount)
    refuse(f"row {name}", For(Signal([text]), place(bound, lambda item: item)), mount)
    refuse(f"row of a function {name}", For(Signal([text]), lambda item: place(bound, item)), mount)
    # A patch that gives a script something to run.
    for form, child in in_all_ways(h).items():
        with PythonVDOM(stage) as view:
            view.patch(place(h, None))
            try:
                view.patch(place(h, child))
                let_through.append(f"patch of {name} {form}")
            except (UnsafeContentError, TypeError):
                pass
# A script of the page that has not run.
script = js.document.createElement("script")
stage.append(script)
for step in (lambda: mount(script, text), lambda: PythonVDOM(script).patch(text),
             lambda: bind_text(script, Signal(text)),
             lambda: bind_property(script, "text", Signal(text)),
             lambda: bind_list(script, Signal([text]), bound("b", None, lambda item: item))):
    try:
        step()
        let_through.append("a script of the page")
    except UnsafeContentError as error:
        if error.tag != "script":
            let_through.append(error.tag)
await asyncio.sleep(0.1)
before = js.ran
with PythonVDOM(stage) as view:
    view.patch(h("script", None, raw_html(text)))
    await asyncio.sleep(0.1)
stage.remove()
[let_through, before, js.ran]
"""
    ) == [[], 0, 1]
