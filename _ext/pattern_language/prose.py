"""Plain text of what authors wrote, for records and exports.

References to patterns and forces show names that may stand on a page not read yet. They are
kept as marks in the text, and :func:`named` puts the names in when the language is complete.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_MARK = re.compile("\ufdd0(\\w+):([^\ufdd1]*)\ufdd1")
_SENTENCE = re.compile(r"(?<=[.!?])[)\"'\u201d\u2019]?\s+(?=[\"'(\u201c]?[A-Z0-9])")


def plain(found: Iterable[nodes.Node]) -> str:
    """Return the text of all paragraphs in some nodes, one line each, with an empty line between.

    Notes and blocks of code are left out.
    """
    paragraphs = [
        paragraph
        for node in found
        for paragraph in node.findall(nodes.paragraph)
        if not isinstance(paragraph.parent, nodes.footnote | nodes.system_message)
    ]
    return "\n\n".join(filter(None, (" ".join(_inline(p).split()) for p in paragraphs)))


def _inline(node: nodes.Node) -> str:
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, nodes.footnote_reference | nodes.citation_reference | nodes.raw):
        return ""
    if isinstance(node, addnodes.pending_xref) and _shows_name(node):
        return f"\ufdd0{node['reftype']}:{node['reftarget']}\ufdd1"
    return "".join(_inline(child) for child in node.children)


def _shows_name(node: addnodes.pending_xref) -> bool:
    return node.get("refdomain") == "pattern" and not node.get("refexplicit")


def named(text: str, name: Callable[[str, str], str]) -> str:
    r"""Put names for the marks; ``name`` is asked with an object's type and id.

    >>> named("See \ufdd0force:a-and-b\ufdd1.", lambda kind, target: f"{kind} {target}")
    'See force a-and-b.'
    """
    return _MARK.sub(lambda match: name(match[1], match[2]), text)


def first_sentence(text: str) -> str:
    """Return the first sentence of a text.

    >>> first_sentence("It takes e.g. two. Then a third.")
    'It takes e.g. two.'
    """
    return _SENTENCE.split(text.partition("\n\n")[0], maxsplit=1)[0]
