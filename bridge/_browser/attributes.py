"""How a prop of an element becomes ops: one table of rules, read by all that write to the DOM.

A rule is found once for each pair of tag and name and kept. What it does with a value:

============================  ==========================================================
prop                          becomes
============================  ==========================================================
``class``                     the attribute, from a text, a list, or a dict of conditions
``style``                     a text becomes the attribute; a dict sets one property each
``on_TYPE``                   a listener; the caller registers the handler
``value``, ``checked`` ...    the form's state, to which the page keeps the element
``prop:NAME``                 a property, by explicit wish; the user may change it
``attr:NAME``                 an attribute, by explicit wish
everything else               an attribute, by its name in HTML
============================  ==========================================================

``None`` and ``False`` take an attribute away and ``True`` sets it empty, except where HTML spells
the words out (``aria-*``, ``data-*``, ``contenteditable`` ...).
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from bridge._browser import ffi, ops
from bridge._browser.safety import (
    RawHtml,
    UnsafeContentError,
    check_property,
    check_url,
    is_address,
    is_markup,
    refuse_handler,
    runs_content,
)
from bridge.errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Kind",
    "OpBuffer",
    "PropError",
    "Rule",
    "TagRules",
    "check_tag",
    "class_text",
    "rules_of",
    "write_prop",
]

_TAG: Final = re.compile(r"[A-Za-z][\w.\-]*(?::[A-Za-z][\w.\-]*)?\Z")
_NAME: Final = re.compile(r"[^\s\"'<>/=\x00-\x20\x7f]+\Z")
_RULES_KEPT: Final = 2048
"""Rules kept for each tag; names made up at run time must not fill the memory."""

_WORDED: Final = frozenset(
    {"contenteditable", "draggable", "spellcheck", "autocorrect", "writingsuggestions"}
)
_SLIPS: Final = {"classname": "class", "htmlfor": "for", "dangerouslysetinnerhtml": "raw_html(...)"}

# The state of a form, which the attribute of the same name only starts.
_STATE: Final = frozenset(
    {
        ("input", "value"),
        ("textarea", "value"),
        ("select", "value"),
        ("input", "checked"),
        ("input", "indeterminate"),
        ("option", "selected"),
        ("audio", "muted"),
        ("video", "muted"),
    }
)


_EXACT: Final = 2**53 - 1
"""Up to here a number of JavaScript holds every integer."""


class PropError(BridgeError, ValueError):
    """A prop has a name or a value that no element can take.

    Attributes:
        tag: The element.
        name: The prop.
    """

    tag: str
    name: str

    def __init__(self, tag: str, name: str, found: str, advice: str) -> None:
        super().__init__(f"<{tag}> {name!r}: {found}. {advice}")
        self.tag = tag
        self.name = name


class Kind(IntEnum):
    """What a rule does."""

    IGNORED = 0
    ATTRIBUTE = 1
    WORDED = 2
    ADDRESS = 3
    CLASS = 4
    STYLE = 5
    STATE = 6
    VALUE = 7
    PROPERTY = 8
    EVENT = 9
    MARKUP = 10
    REF = 11


_PLAIN: Final = frozenset({Kind.ATTRIBUTE, Kind.WORDED, Kind.CLASS, Kind.STYLE})
_SPECIAL: Final = {
    "key": Kind.IGNORED,
    "ref": Kind.REF,
    "class": Kind.CLASS,
    "style": Kind.STYLE,
}


class Rule(NamedTuple):
    """What becomes of one prop of one tag.

    Attributes:
        kind: Which of the ways.
        name: The name on the wire: of the attribute, property or event type.
        plain: Whether a text that is not empty becomes the attribute as it is.
    """

    kind: Kind
    name: str
    plain: bool = False


class OpBuffer:
    """A patch in the making.

    Attributes:
        ops: The flat list of `bridge._browser.ops`.
        objects: Host objects, which JSON cannot carry; an op names them by index.
    """

    __slots__ = ("objects", "ops")

    def __init__(self) -> None:
        self.ops: list[object] = []
        self.objects: list[object] = []


class TagRules(dict[str, Rule]):
    """The rules of one tag, found on first use.

    Attributes:
        tag: The tag in lower case.
        runs: Whether the page runs the text of such an element as a program.
    """

    __slots__ = ("runs", "tag")

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag
        self.runs = runs_content(tag)

    def __missing__(self, name: str) -> Rule:
        rule = _find_rule(self.tag, name)
        if len(self) < _RULES_KEPT:
            self[name] = rule
        return rule


class _AllRules(dict[str, TagRules]):
    __slots__ = ()

    def __missing__(self, tag: str) -> TagRules:
        check_tag(tag)
        rules = TagRules(tag.lower())
        if len(self) < _RULES_KEPT:
            self[tag] = rules
        return rules


rules_of: Final = _AllRules()
"""From a tag to its rules, from a prop's name to its `Rule`; both are found on first use.

Raises `PropError` or `UnsafeContentError` for a name that cannot be.
"""


def check_tag(tag: str) -> None:
    """Refuse what is not the name of an element.

    Raises:
        PropError: The name has characters that no element's name has.
    """
    if not _TAG.match(tag):
        raise PropError(tag, "tag", "not the name of an element", "Expected a name such as 'div'.")


def _find_rule(tag: str, name: str) -> Rule:
    if not _NAME.match(name):
        raise PropError(
            tag, name, "not the name of an attribute", "Expected a name such as 'title'."
        )
    if name in _SPECIAL:
        kind = _SPECIAL[name]
        return Rule(kind, name, plain=kind in _PLAIN)
    if name.startswith("on_") and len(name) > len("on_"):
        return Rule(Kind.EVENT, name[3:])
    if name.startswith("prop:"):
        return _property_rule(tag, name)
    forced = name.startswith("attr:")
    wire = name[5:] if forced else name
    lower = wire.lower()
    refuse_handler(tag, wire)
    if not forced and lower in _SLIPS:
        raise PropError(tag, name, "not an attribute of HTML", f"Write {_SLIPS[lower]!r}.")
    if not forced and (tag, name) in _STATE:
        kind = Kind.VALUE if name == "value" else Kind.STATE
        return Rule(kind, name)
    kind = _attribute_kind(tag, lower)
    return Rule(kind, wire, plain=kind in _PLAIN)


def _attribute_kind(tag: str, lower: str) -> Kind:
    if is_markup(lower):
        return Kind.MARKUP
    if is_address(tag, lower):
        return Kind.ADDRESS
    if lower in _WORDED or lower.startswith(("aria-", "data-")):
        return Kind.WORDED
    return Kind.ATTRIBUTE


def _property_rule(tag: str, name: str) -> Rule:
    wire = name[5:]
    refuse_handler(tag, wire)
    if is_markup(wire):
        return Rule(Kind.MARKUP, wire)
    return Rule(Kind.PROPERTY, wire)


def class_text(value: object) -> str:
    """Join class names from a text, a dict of conditions, or nested lists of these.

    Examples:
        >>> class_text(["row", {"chosen": True, "late": False}, None, ["a", "b"]])
        'row chosen a b'
    """
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, dict):
        return " ".join(name for name, wanted in value.items() if wanted)
    if isinstance(value, (list, tuple, set, frozenset)):
        return " ".join(filter(None, map(class_text, value)))
    raise TypeError(
        f"expected a text, a list or a dict of conditions as class, found {type(value).__name__}"
    )


def _style_pairs(tag: str, value: Mapping[str, object]) -> list[str]:
    pairs: list[str] = []
    for name, setting in value.items():
        if setting is None or setting is False:
            continue
        if not isinstance(setting, (str, int, float)):
            raise PropError(
                tag,
                f"style[{name}]",
                f"found {type(setting).__name__}",
                "Expected a text or a number.",
            )
        css = name if name.startswith("--") else name.replace("_", "-")
        pairs += (css, str(setting))
    return pairs


def write_prop(buffer: OpBuffer, tag: str, rule: Rule, value: object) -> None:
    """Write the ops that give the cursor's node one prop (any kind but EVENT and REF).

    Args:
        buffer: Where to.
        tag: The node's tag.
        rule: From `rules_of`.
        value: What the author gave; ``None`` takes the prop away.

    Raises:
        PropError: The value does not fit.
        UnsafeContentError: The value could run a script.
    """
    kind, name, _ = rule
    out = buffer.ops
    if kind == Kind.CLASS:
        text = class_text(value)
        out += (ops.ATTR, name, text) if text else (ops.ATTR_OFF, name)
    elif kind == Kind.STYLE and isinstance(value, dict):
        out += (ops.STYLE, _style_pairs(tag, value))
    elif kind == Kind.STATE:
        out += (ops.STATE, name, None if value is None else bool(value))
    elif kind == Kind.VALUE:
        out += (ops.VALUE, _form_value(value))
    elif kind == Kind.PROPERTY:
        _write_property(buffer, tag, name, value)
    elif kind == Kind.MARKUP:
        _write_markup(buffer, tag, name, value)
    elif kind not in (Kind.IGNORED, Kind.REF):
        _write_attribute(out, tag, rule, value)


def _form_value(value: object) -> object:
    if value is None:
        return None
    if value is False:
        return ""
    if isinstance(value, (list, tuple, set, frozenset)):
        return [str(item) for item in value]
    return str(value)


def _write_attribute(out: list[object], tag: str, rule: Rule, value: object) -> None:
    kind, name, _ = rule
    if isinstance(value, bool) and kind == Kind.WORDED:
        text = "true" if value else "false"
    elif value is None or value is False:
        out += (ops.ATTR_OFF, name)
        return
    elif value is True:
        text = ""
    elif isinstance(value, (str, int, float)):
        text = str(value)
    elif callable(value) or isinstance(value, (dict, list, tuple, set, RawHtml)):
        raise PropError(
            tag,
            name,
            f"an attribute cannot hold a {type(value).__name__}",
            "Expected a text, a number or a bool; 'prop:NAME' sets a property.",
        )
    else:
        text = str(value)
    if kind == Kind.ADDRESS:
        check_url(tag, name, text)
    out += (ops.ATTR, name, text)


def _write_property(buffer: OpBuffer, tag: str, name: str, value: object) -> None:
    check_property(tag, name, value)
    if value is None:
        buffer.ops += (ops.PROP_OFF, name)
    elif isinstance(value, (str, bool)) or (
        isinstance(value, (int, float)) and -_EXACT <= value <= _EXACT
    ):
        buffer.ops += (ops.PROP, name, value)
    elif isinstance(value, (int, float)) or ffi.is_host_object(value):
        # What JSON cannot carry: NaN, infinity, and integers that become a BigInt.
        buffer.ops += (ops.OBJECT, name, len(buffer.objects))
        plain: type = float if isinstance(value, float) else int
        buffer.objects.append(plain(value) if isinstance(value, (int, float)) else value)
    else:
        raise PropError(
            tag,
            f"prop:{name}",
            f"the page cannot hold a {type(value).__name__} of Python",
            "Expected a text, a number, a bool or an object of the page.",
        )


def _write_markup(buffer: OpBuffer, tag: str, name: str, value: object) -> None:
    if name.lower() != "srcdoc":
        raise UnsafeContentError(
            tag, name, value, "text is never read as HTML. Give raw_html(...) as the only child."
        )
    if value is None or value is False:
        buffer.ops += (ops.ATTR_OFF, name)
    elif isinstance(value, RawHtml):
        buffer.ops += (ops.ATTR, name, value.markup)
    else:
        raise UnsafeContentError(
            tag, name, value, "it is read as HTML. Vouch for it with raw_html(...)."
        )
