"""A citation in RIS, the tagged format that reference managers exchange.

The type is ``ELEC``, which EndNote and Zotero read as a web page. Lines end in CR LF, as the
format's specification says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pattern_language.citations.entry import Citation


def write(citation: Citation) -> str:
    """Write a citation as one record, ending in a line end."""
    fields = [
        ("TY", "ELEC"),
        ("ID", citation.key),
        *(("AU", author.inverted) for author in citation.authors),
        ("TI", citation.title),
        ("T2", citation.container),
        ("ET", citation.version),
        ("PY", citation.date[:4]),
        ("DA", citation.date.replace("-", "/")),
        ("LA", citation.language),
        ("AB", citation.abstract),
        ("UR", citation.url),
    ]
    lines = [f"{tag}  - {value}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def write_all(citations: Iterable[Citation]) -> str:
    """Write records, an empty line between them."""
    return "\r\n".join(write(citation) for citation in citations)
