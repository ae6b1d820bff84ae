"""What a view of the language is asked with.

A view is a function from a :class:`Context` to docutils nodes. It is called when a page is written,
after all pages have been read: what it shows is complete, and the same in every kind of build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from docutils import nodes

    from pattern_language.edition import Edition
    from pattern_language.model import Language

Address: TypeAlias = Callable[[str, str], str]
"""From page name and anchor (or an empty string) to an address relative to the page written."""


@dataclass(frozen=True, slots=True)
class Badge:
    """What is known of the examples of a page, in a few words."""

    state: str
    """``passed``, ``failed``, ``stale`` ...: the page's worst; becomes a class of the element."""
    text: str
    address: str = ""
    """Where the report stands, relative to the page written; empty for none."""


@dataclass(frozen=True, slots=True)
class Context:
    """The language, the page that is being written, and how to point elsewhere from it."""

    language: Language
    edition: Edition
    docname: str
    address: Address
    is_html: bool
    """Whether the builder writes pages for a browser; others get plain nodes only."""
    subject: str = ""
    """Id of the pattern or force that the view is about; empty for the whole language."""
    options: Mapping[str, str] = field(default_factory=dict)
    badge: Callable[[str], Badge | None] = lambda _docname: None
    """What is known of the examples of a page; None where nothing verifies them."""


View: TypeAlias = Callable[[Context], "list[nodes.Node]"]
