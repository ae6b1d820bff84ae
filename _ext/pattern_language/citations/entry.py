"""One citation as plain data."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pattern_language.citations.authors import Author

if TYPE_CHECKING:
    from pattern_language.edition import Edition
    from pattern_language.model import Pattern


@dataclass(frozen=True, slots=True)
class Citation:
    """What all formats are made of. Every text is one line without control characters."""

    key: str
    """Permanent, unique in the world as far as a key can be: ``my-catalogue-worker-pool``."""
    title: str
    """Name of the pattern."""
    container: str
    """Title of the catalogue."""
    authors: tuple[Author, ...]
    version: str = ""
    date: str = ""
    """ISO 8601; empty where the edition has none."""
    url: str = ""
    """Empty where nobody said where the catalogue is published."""
    abstract: str = ""
    language: str = "en"
    """BCP 47."""


def cite(pattern: Pattern, edition: Edition, url: str = "", language: str = "en") -> Citation:
    """Make the citation of a pattern in an edition.

    Args:
        pattern: The pattern.
        edition: The edition that is cited.
        url: Absolute address of the pattern's page, or empty.
        language: Of the text, BCP 47.

    Returns:
        The citation.
    """
    return Citation(
        key=f"{catalogue_key(edition.title)}-{pattern.id}",
        title=one_line(pattern.name),
        container=one_line(edition.title),
        authors=tuple(Author.of(one_line(name)) for name in edition.authors),
        version=one_line(edition.version),
        date=edition.date,
        url=url,
        abstract=one_line(pattern.intent),
        language=language,
    )


def catalogue_key(title: str) -> str:
    """Return the part of all keys that names the catalogue: the first two words of its title.

    >>> catalogue_key("Engineering Blueprints for Browser-Native Python Applications")
    'engineering-blueprints'
    >>> catalogue_key("Motifs répétés, tome 2")
    'motifs-repetes'
    >>> catalogue_key("模式")
    'patterns'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain)[:2]) or "patterns"


def one_line(text: str) -> str:
    r"""Join lines, and drop what no format can carry: control characters and lone surrogates.

    >>> one_line("Two\nlines,\ta tab\x00")
    'Two lines, a tab'
    """
    kept = (c if c.isspace() or unicodedata.category(c) not in {"Cc", "Cs"} else "" for c in text)
    return " ".join("".join(kept).split())
