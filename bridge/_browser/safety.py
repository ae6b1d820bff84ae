"""The guard: what must never reach the page by accident, because the page would run it as code.

Every way by which text can become code is decided here, and everything that writes asks here:
`bridge.vdom`, `bridge.binding`, and bindings of elements that the page has. It is asked by the
*local* name of an element, because ``svg:script`` is a script as much as ``script`` is, and in
lower case, because a prefix or a capital must not make a difference.

====================================  ===========================================================
what                                  decided
====================================  ===========================================================
the content of a script               refused, in whatever form; only `raw_html` as the only child
                                      vouches for it
properties that set that content      refused (``prop:text``, ``prop:textContent`` ...)
event attributes and properties       refused: a function is given to ``on_TYPE``
addresses, wherever they stand        no ``javascript:``; of ``data:`` only what no browser reads
                                      as a document, and nothing for elements that run what they
                                      load
``prop:protocol``                     only the schemes of ordinary addresses: it turns any
                                      address into another
``to``, ``values`` ... of animations  as addresses: ``attributeName`` may change at any time
``content`` of ``meta``               as an address, where it has the form of a refresh
``innerHTML``, ``srcdoc`` ...         refused, but for `raw_html` in ``srcdoc``
``__proto__``                         refused
CSS                                   let through: browsers run none of it
====================================  ===========================================================

The address of a script (``src``) is the author's to give: whatever an ``https:`` address loads, the
guard cannot know. The rules follow the URL standard (which characters a browser drops before it
reads a scheme), the MIME types that Chromium opens as documents, and the members of the HTML and
SVG standards that run scripts.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bridge.errors import BridgeError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "RawHtml",
    "UnsafeContentError",
    "check_children",
    "check_property",
    "check_text",
    "check_url",
    "is_address",
    "is_markup",
    "local_name",
    "raw_html",
    "refuse_handler",
    "runs_content",
]

_ADDRESSES: Final = frozenset(
    {
        "href", "src", "action", "formaction", "data", "poster", "background",
        "cite", "longdesc", "manifest", "codebase", "classid", "profile", "usemap", "icon",
    }
)  # fmt: skip
_ANIMATED: Final = frozenset({"to", "from", "by", "values"})
_MARKUP: Final = frozenset({"innerhtml", "outerhtml", "srcdoc"})
_TEXTS: Final = frozenset({"text", "textcontent", "innertext", "outertext", "nodevalue"})

# A browser strips these from the ends of an address, and tab and line ends from everywhere in it.
_EDGE: Final = "".join(map(chr, range(0x21)))
_DROPPED: Final = str.maketrans("", "", "\t\n\r")
_SCRIPTED: Final = re.compile(r"(?:javascript|vbscript|livescript|mocha):", re.IGNORECASE)
_DATA: Final = re.compile(r"data:([^,;]*)", re.IGNORECASE)
# Types that no browser opens as a document with scripts in it. A list of those that it does open
# would never be complete: text/xsl is one.
_NO_DOCUMENT: Final = re.compile(
    r"(?:text/(?:plain|csv|css|markdown|calendar|vcard|tab-separated-values)"
    r"|(?:audio|video|font)/[\w.\-]+|image/(?!svg)[\w.\-]+"
    r"|application/(?:json|pdf|zip|gzip|octet-stream|vnd\.[\w.\-]+))?\Z",
    re.IGNORECASE,
)
_PASSIVE_TAGS: Final = frozenset(
    {"img", "audio", "video", "source", "track", "image", "feimage", "input"}
)
_PASSIVE_NAMES: Final = frozenset({"src", "href", "xlink:href", "poster"})
_ACTIVE_TAGS: Final = frozenset({"script", "embed", "object", "use", "base"})
_PROTOCOL: Final = re.compile(r"\s*(?:https?|ftp|wss?|mailto|tel|sms)\s*:?\s*\Z", re.IGNORECASE)
_REFRESH: Final = re.compile(
    r"\s*[\d.]*[\s;,]*(?:url\s*=\s*)?['\"]?\s*(.*)", re.IGNORECASE | re.DOTALL
)


class UnsafeContentError(BridgeError, ValueError):
    """A tree holds something that could run a script.

    Attributes:
        tag: The element.
        name: The attribute or property.
        value: The refused value, as it was given.
    """

    tag: str
    name: str
    value: object

    def __init__(self, tag: str, name: str, value: object, why: str) -> None:
        shown = repr(value)
        shown = shown if len(shown) <= 80 else shown[:77] + "..."  # noqa: PLR2004 - one line
        super().__init__(f"<{tag}> {name}={shown} is refused: {why}")
        self.tag = tag
        self.name = name
        self.value = value


class RawHtml:
    """Markup that the author vouches for; made by `raw_html`."""

    __slots__ = ("markup",)

    def __init__(self, markup: str) -> None:
        if not isinstance(markup, str):
            raise TypeError(f"expected a text as markup, found a {type(markup).__name__}")
        self.markup = markup

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RawHtml) and other.markup == self.markup

    def __hash__(self) -> int:
        return hash((RawHtml, self.markup))

    def __repr__(self) -> str:
        return f"raw_html({self.markup!r})"


def raw_html(markup: str) -> RawHtml:
    """Vouch for a text as markup: the only way by which text is read as HTML.

    Never call it with anything that a user has typed. It stands as the only child of an element,
    or as the value of ``srcdoc``.

    Examples:
        >>> raw_html("<b>bold</b>")
        raw_html('<b>bold</b>')
    """
    return RawHtml(markup)


def local_name(tag: str) -> str:
    """Return a name without its prefix, in lower case.

    Examples:
        >>> local_name("svg:Script")
        'script'
    """
    return tag.rpartition(":")[2].lower()


def runs_content(tag: str) -> bool:
    """Tell whether the page runs what stands in an element as a program."""
    return local_name(tag) == "script"


def is_address(tag: str, name: str) -> bool:
    """Tell whether an attribute or property takes an address, or what may become one."""
    tag, name = local_name(tag), local_name(name)
    return (
        name in _ADDRESSES
        or (name in _ANIMATED and (tag == "set" or tag.startswith("animate")))
        or (name == "content" and tag == "meta")
    )


def is_markup(name: str) -> bool:
    """Tell whether an attribute or property is read as HTML."""
    return local_name(name) in _MARKUP


def refuse_handler(tag: str, name: str) -> None:
    """Refuse what HTML would run as a handler.

    Raises:
        UnsafeContentError: The name begins with ``on``.
    """
    if name[:2].lower() == "on":
        raise UnsafeContentError(
            tag,
            name,
            "...",
            f"HTML would run it as JavaScript. Give a function to 'on_{name[2:].lower()}'.",
        )


def check_text(tag: str, text: object) -> None:
    """Refuse text as the content of an element that runs it.

    Raises:
        UnsafeContentError: The element is a script.
    """
    if runs_content(tag):
        raise UnsafeContentError(
            tag, "text", text, "the page would run it. Give 'src', or raw_html(...) to vouch."
        )


def check_children(tag: str, children: Sequence[object]) -> None:
    """Refuse children of an element that runs its content, but for vouched markup alone.

    Args:
        tag: The element.
        children: All that stands in it, whatever it may become: texts, nodes, reactive values.

    Raises:
        UnsafeContentError: The element is a script.
    """
    if children and runs_content(tag):
        if len(children) == 1 and isinstance(children[0], RawHtml):
            return
        check_text(tag, children[0] if len(children) == 1 else list(children))


def check_property(tag: str, name: str, value: object) -> None:
    """Refuse a property that would become code.

    Args:
        tag: The element.
        name: The property.
        value: What it shall be.

    Raises:
        UnsafeContentError: It would, or may.
    """
    lower = name.lower()
    if lower == "__proto__":
        raise UnsafeContentError(tag, name, value, "it is no property of an element.")
    if lower in _TEXTS:
        check_text(tag, value)
    elif value is None:
        return
    elif lower == "protocol":
        if not (isinstance(value, str) and _PROTOCOL.match(value)):
            raise UnsafeContentError(
                tag, name, value, "it changes what the address is. Give the whole address as href."
            )
    elif is_address(tag, lower) and isinstance(value, str):
        # Its text as it is sent, whatever a subclass says of itself.
        check_url(tag, name, str.__str__(value))


def check_url(tag: str, name: str, value: str) -> None:
    r"""Refuse an address that would run a script.

    Args:
        tag: The element; an image may show what a frame must not open.
        name: The attribute: animations take several addresses, ``meta`` a refresh.
        value: The address.

    Raises:
        UnsafeContentError: ``javascript:`` and its like, however it is spelled, and ``data:``
            addresses of documents.

    Examples:
        >>> check_url("a", "href", "https://example.org/?q=javascript:")
        >>> check_url("a", "href", " java\tscript:")  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
            ...
        UnsafeContentError: the address runs a script
    """
    if local_name(tag) == "meta":
        found = _REFRESH.match(value)
        parts = [found[1]] if found else []
    elif local_name(name) in _ANIMATED:
        parts = value.split(";")
    else:
        parts = [value]
    for part in parts:
        _check_address(tag, name, value, part)


def _check_address(tag: str, name: str, value: str, part: str) -> None:
    address = part.lstrip(_EDGE).translate(_DROPPED)
    if _SCRIPTED.match(address):
        raise UnsafeContentError(
            tag, name, value, "the address runs a script. Use an event handler such as on_click."
        )
    data, local = _DATA.match(address), local_name(tag)
    if data is None or (local in _PASSIVE_TAGS and name.lower() in _PASSIVE_NAMES):
        return
    if local in _ACTIVE_TAGS or not _NO_DOCUMENT.match(data[1].strip()):
        raise UnsafeContentError(
            tag, name, value, "a data: address of a document may hold scripts. Serve it as a file."
        )
