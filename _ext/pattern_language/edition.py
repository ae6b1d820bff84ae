"""The edition of the catalogue that a citation names: authors, title, version, date, address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edition:
    """What all citations of one build have in common.

    It is read from ``CITATION.cff``: the one place that states it.
    """

    title: str
    authors: tuple[str, ...]
    """Names as written; corporate authors are not split."""
    version: str
    date: str
    """Of the release, ISO 8601: ``2026-11-22``."""
    license: str = ""
    base_url: str = ""
    """Where the catalogue is published, ending in a slash; empty where that is not known."""
