"""A citation in CSL-JSON, the data format of the Citation Style Language.

The type is ``webpage``: its styles print the container, the version and the address.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pattern_language.citations.authors import Author
    from pattern_language.citations.entry import Citation

_DATE = re.compile(r"\[\n\s+\[[\d,\s]+\n\s+\]\n\s+\]")

Json: TypeAlias = "str | int | list[Json] | dict[str, Json]"


def item(citation: Citation) -> dict[str, Json]:
    """Make the item of a citation."""
    issued: list[Json] = [int(part) for part in citation.date.split("-")] if citation.date else []
    fields: dict[str, Json] = {
        "id": citation.key,
        "type": "webpage",
        "title": citation.title,
        "container-title": citation.container,
        "author": [_author(author) for author in citation.authors],
        "issued": {"date-parts": [issued]} if issued else {},
        "version": citation.version,
        "URL": citation.url,
        "language": citation.language,
        "abstract": citation.abstract,
    }
    return {name: value for name, value in fields.items() if value}


def write(citation: Citation) -> str:
    """Write a list with one item, as readers of CSL-JSON expect; without a final line end."""
    return _dump([item(citation)])


def write_all(citations: Iterable[Citation]) -> str:
    """Write a bibliography."""
    return _dump([item(citation) for citation in citations]) + "\n"


def _dump(items: list[dict[str, Json]]) -> str:
    text = json.dumps(items, ensure_ascii=False, indent=2)
    # A string holds no line end: only dates are drawn together.
    return _DATE.sub(lambda found: "".join(found[0].split()).replace(",", ", "), text)


def _author(author: Author) -> Json:
    if author.is_corporate:
        return {"literal": author.name}
    return {"family": author.family, "given": author.given}
