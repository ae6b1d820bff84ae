"""Writes HTML that is XML as well: the same markup stands in a page and in an EPUB. Pure."""

from __future__ import annotations

from html import escape
from typing import TypeAlias


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


Child: TypeAlias = "str | list[Html]"
_VOID = frozenset({"br", "hr", "img", "input"})


def el(tag: str, attributes: dict[str, str] | None = None, *children: Child) -> Html:
    """Write an element; what is not :class:`Html` is escaped.

    Args:
        tag: Its name.
        attributes: Its attributes; those with an empty value are left out.
        children: Text, markup, or lists of markup.

    >>> el("a", {"href": "x?a&b", "title": ""}, "1 < 2")
    '<a href="x?a&amp;b">1 &lt; 2</a>'
    >>> el("p", None, el("br"), [Html("<b/>")])
    '<p><br/><b/></p>'
    """
    written = "".join(
        f' {name}="{escape(value)}"' for name, value in (attributes or {}).items() if value
    )
    if tag in _VOID:
        return Html(f"<{tag}{written}/>")
    return Html(f"<{tag}{written}>{join(*children)}</{tag}>")


def join(*children: Child) -> Html:
    """Write text and markup in a row.

    >>> join("a & b", Html("<br/>"))
    'a &amp; b<br/>'
    """
    parts: list[str] = []
    for child in children:
        if isinstance(child, list):
            parts += child
        else:
            parts.append(child if isinstance(child, Html) else escape(child))
    return Html("".join(parts))
