"""A bibliography style for software and web sources: titles as written, addresses as links.

pybtex's ``plain`` lower-cases titles ('Webassembly') and writes 'URL:' before an address. The
entries of this one keep the words that their authors chose, and organisations stand among people
in the order of the alphabet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pybtex.plugin import register_plugin
from pybtex.style.formatting.plain import Style as Plain
from pybtex.style.sorting.author_year_title import SortingStyle
from pybtex.style.template import field, href, join, optional, sentence, tag, words

if TYPE_CHECKING:
    from pybtex.database import Entry
    from pybtex.style.template import Node

NAME = "as-written"


class AsWritten(Plain):  # type: ignore[misc]  # pybtex ships no types
    """Plain, but for titles and addresses."""

    default_sorting_style = NAME

    def format_title(self, e: Entry, which_field: str, as_sentence: bool = True) -> Node:  # noqa: ARG002 - pybtex calls it so
        """The title of a part or of a source on the web, in italics as it is."""
        title = tag("em")[field(which_field)]
        return sentence[title] if as_sentence else title

    def format_url(self, e: Entry) -> Node:  # noqa: ARG002
        """The address itself, so that a printed page shows it."""
        url = field("url", raw=True)
        return href(url)[url]

    def format_web_refs(self, e: Entry) -> Node:
        """The address with the day of the visit, and the DOI; each a sentence of its own."""
        visit = join["(visited on ", field("urldate"), ")"]
        return words[
            optional[sentence[words[self.format_url(e), optional[visit]]]],
            optional[sentence[self.format_doi(e)]],
        ]


class Alphabetical(SortingStyle):  # type: ignore[misc]  # pybtex ships no types
    """By author, year and title; case, braces and a leading 'The' do not count."""

    def sorting_key(self, entry: Entry) -> tuple[str, ...]:
        """The three as a reader would look them up."""
        author, year, title = super().sorting_key(entry)
        by = author.strip("{}").casefold().removeprefix("the ")
        return by, year, title.strip("{}").casefold()


def register() -> None:
    """Make the style and its order known to pybtex under ``NAME``."""
    register_plugin("pybtex.style.sorting", NAME, Alphabetical)
    register_plugin("pybtex.style.formatting", NAME, AsWritten)
