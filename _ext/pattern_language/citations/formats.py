"""The formats in which one citation is offered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pattern_language.citations import bibtex, csl, plain, ris

if TYPE_CHECKING:
    from collections.abc import Callable

    from pattern_language.citations.entry import Citation


@dataclass(frozen=True, slots=True)
class Format:
    """A way to write a citation."""

    id: str
    label: str
    write: Callable[[Citation], str]


FORMATS = (
    Format("text", "Plain text", plain.write),
    Format("bibtex", "BibTeX", bibtex.write),
    Format("csl", "CSL-JSON", csl.write),
    Format("ris", "RIS", ris.write),
)
"""In the order in which a page shows them."""
