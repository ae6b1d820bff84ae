"""What must never reach the page by accident: scripts in names, addresses and markup.

The rules follow the URL standard (which characters a browser drops before it reads a scheme) and
the list of members that run scripts in the HTML standard. They are applied where a value enters
the op buffer, so that no way of building a tree goes around them.
"""

from __future__ import annotations

import re
from typing import Final

from bridge.errors import BridgeError

__all__ = ["URL_ATTRIBUTES", "RawHtml", "UnsafeContentError", "check_url", "raw_html"]

URL_ATTRIBUTES: Final = frozenset(
    {
        "href", "xlink:href", "src", "action", "formaction", "data", "poster", "background",
        "cite", "longdesc", "manifest", "codebase", "classid", "profile", "usemap", "icon",
    }
)  # fmt: skip
"""Attributes, in lower case, whose value is an address."""

# A browser strips these from the ends of an address, and tab and line ends from everywhere in it.
_EDGE: Final = "".join(map(chr, range(0x21)))
_DROPPED: Final = str.maketrans("", "", "\t\n\r")
_SCRIPTED: Final = re.compile(r"(?:javascript|vbscript|livescript|mocha):", re.IGNORECASE)
_DATA: Final = re.compile(r"data:", re.IGNORECASE)
# Documents that may hold scripts. Where a script cannot run (an image), any of them is harmless.
_DOCUMENT: Final = re.compile(
    r"data:\s*[^,]*?(?:html|xml|svg|script|multipart|x-mixed-replace)", re.IGNORECASE
)
_PASSIVE_TAGS: Final = frozenset(
    {"img", "audio", "video", "source", "track", "image", "feimage", "input"}
)
_ACTIVE_TAGS: Final = frozenset({"script", "embed", "object", "use", "base"})


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


def check_url(tag: str, name: str, value: str) -> None:
    r"""Refuse an address that would run a script.

    Args:
        tag: The element in lower case; an image may show what a frame must not open.
        name: The attribute, for the error.
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
    address = value.lstrip(_EDGE).translate(_DROPPED)
    if _SCRIPTED.match(address):
        raise UnsafeContentError(
            tag, name, value, "the address runs a script. Use an event handler such as on_click."
        )
    if tag in _PASSIVE_TAGS or not _DATA.match(address):
        return
    if tag in _ACTIVE_TAGS or _DOCUMENT.match(address):
        raise UnsafeContentError(
            tag, name, value, "a data: address of a document may hold scripts. Serve it as a file."
        )
