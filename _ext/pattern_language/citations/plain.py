"""A citation as a sentence that can be pasted anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pattern_language.citations.entry import Citation


def write(citation: Citation) -> str:
    """Write a citation as text.

    The date is in ISO 8601, which no reader takes for another day.

    >>> from pattern_language.citations.entry import Citation
    >>> from pattern_language.citations.authors import Author
    >>> print(write(Citation("c-p", "Pool", "A Catalogue", (Author("The authors"),), "1.0")))
    The authors. Pool. In: A Catalogue, version 1.0.
    """
    authors = ", ".join(author.name for author in citation.authors)
    version = citation.version and f"version {citation.version}"
    edition = ", ".join(filter(None, (citation.container, version, citation.date)))
    parts = [_stop(authors), _stop(citation.title), _stop(f"In: {edition}"), citation.url]
    return " ".join(filter(None, parts))


def _stop(text: str) -> str:
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
