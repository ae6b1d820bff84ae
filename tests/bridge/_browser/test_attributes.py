"""Each prop becomes the ops that its row in the table says, or is refused with its name."""

from __future__ import annotations

from typing import Any

import pytest

from bridge._browser import ops
from bridge._browser.attributes import OpBuffer, PropError, class_text, rules_of, write_prop
from bridge._browser.safety import UnsafeContentError, raw_html


def written(tag: str, name: str, value: object) -> list[Any]:
    buffer = OpBuffer()
    write_prop(buffer, tag, rules_of[tag][name], value)
    return buffer.ops


@pytest.mark.parametrize(
    ("tag", "name", "value", "expected"),
    [
        ("p", "title", "x", [ops.ATTR, "title", "x"]),
        ("p", "title", 3, [ops.ATTR, "title", "3"]),
        ("p", "hidden", True, [ops.ATTR, "hidden", ""]),
        ("p", "hidden", False, [ops.ATTR_OFF, "hidden"]),
        ("p", "title", None, [ops.ATTR_OFF, "title"]),
        ("p", "aria-busy", False, [ops.ATTR, "aria-busy", "false"]),
        ("p", "data-on", True, [ops.ATTR, "data-on", "true"]),
        ("p", "contenteditable", False, [ops.ATTR, "contenteditable", "false"]),
        ("p", "aria-busy", None, [ops.ATTR_OFF, "aria-busy"]),
        ("p", "class", ["a", {"b": 1, "c": 0}], [ops.ATTR, "class", "a b"]),
        ("p", "class", {"b": False}, [ops.ATTR_OFF, "class"]),
        ("p", "style", "color: red", [ops.ATTR, "style", "color: red"]),
        (
            "p",
            "style",
            {"margin_left": 0, "--a_b": "x", "color": None},
            [ops.STYLE, ["margin-left", "0", "--a_b", "x"]],
        ),
        ("input", "value", 3, [ops.VALUE, "3"]),
        ("input", "value", None, [ops.VALUE, None]),
        ("input", "value", False, [ops.VALUE, ""]),
        ("select", "value", (1, 2), [ops.VALUE, ["1", "2"]]),
        ("li", "value", 3, [ops.ATTR, "value", "3"]),
        ("input", "attr:value", "x", [ops.ATTR, "value", "x"]),
        ("input", "checked", 1, [ops.STATE, "checked", True]),
        ("input", "checked", None, [ops.STATE, "checked", None]),
        ("p", "prop:scrollTop", 4, [ops.PROP, "scrollTop", 4]),
        ("p", "prop:scrollTop", None, [ops.PROP_OFF, "scrollTop"]),
        ("iframe", "srcdoc", raw_html("<p>"), [ops.ATTR, "srcdoc", "<p>"]),
        ("iframe", "srcdoc", None, [ops.ATTR_OFF, "srcdoc"]),
        ("a", "href", "/x", [ops.ATTR, "href", "/x"]),
        ("p", "key", 1, []),
    ],
)
def test_a_prop_becomes_its_ops(tag: str, name: str, value: object, expected: list[Any]) -> None:
    assert written(tag, name, value) == expected


@pytest.mark.parametrize(
    ("tag", "name", "value"),
    [
        ("p", "onclick", "alert(1)"),
        ("p", "onClick", print),
        ("p", "attr:onclick", "alert(1)"),
        ("p", "prop:onclick", "alert(1)"),
        ("p", "innerHTML", "<b>"),
        ("p", "prop:innerHTML", raw_html("<b>")),
        ("p", "prop:outerHTML", "<b>"),
        ("iframe", "srcdoc", "<b>"),
        ("iframe", "attr:SrcDoc", "<b>"),
        ("a", "href", "javascript:1"),
        ("A", "HREF", "javascript:1"),
        ("a", "attr:href", "javascript:1"),
        ("a", "prop:href", "javascript:1"),
        ("use", "xlink:href", "javascript:1"),
        ("form", "action", "javascript:1"),
        ("button", "formaction", "java\nscript:1"),
        ("iframe", "src", "data:text/html,x"),
        ("object", "data", "javascript:1"),
        ("animate", "values", "/a;javascript:1"),
        ("set", "to", "javascript:1"),
    ],
)
def test_what_could_run_a_script_is_refused(tag: str, name: str, value: object) -> None:
    with pytest.raises(UnsafeContentError):
        written(tag, name, value)


@pytest.mark.parametrize(
    ("tag", "name", "value", "hint"),
    [
        ("p", "className", "x", "class"),
        ("label", "htmlFor", "x", "for"),
        ("p", "a b", "x", "title"),
        ("p", "a>", "x", "title"),
        ("p", "", "x", "title"),
        ("p q", "title", "x", "div"),
        ("p><script", "title", "x", "div"),
        ("p", "title", {"a": 1}, "prop:NAME"),
        ("p", "title", print, "prop:NAME"),
        ("p", "prop:data", {"a": 1}, "object of the page"),
        ("p", "style", {"color": []}, "text or a number"),
    ],
)
def test_a_mistake_is_named_with_advice(tag: str, name: str, value: object, hint: str) -> None:
    with pytest.raises(PropError, match=hint):
        written(tag, name, value)


def test_a_class_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="found int"):
        class_text(3)


def test_names_made_up_at_run_time_do_not_fill_the_memory() -> None:
    for number in range(5000):
        written("section", f"data-{number}", "x")
    assert len(rules_of["section"]) < 5000
