"""The view ``pattern-index``: every pattern by category, with what it is for and how far it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes

from pattern_language.model import State
from pattern_language.views.common import box, definitions, link, paragraph, pattern_link
from pattern_language.words import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.context import Badge, Context
    from pattern_language.model import Pattern


def pattern_index(context: Context) -> list[nodes.Node]:
    """List the patterns below the titles of their categories."""
    language = context.language
    found: list[nodes.Node] = []
    for category in dict.fromkeys(p.category for p in language.patterns.values()):
        patterns = [p for p in language.patterns.values() if p.category == category]
        found.append(nodes.rubric("", language.categories.get(category, category)))
        found.append(
            definitions(
                [([pattern_link(context, one)], list(_told(context, one)), ()) for one in patterns],
                ["pattern-entries"],
            )
        )
    return [box(*found, classes=["pattern-index"])] if found else []


def badge_nodes(badge: Badge) -> list[nodes.Node]:
    """Show what is known of a page's examples, linked to the report where there is one."""
    classes = ["pattern-badge", f"pattern-badge-{badge.state}"]
    if badge.address:
        return [link(badge.text, badge.address, *classes)]
    return [nodes.inline("", badge.text, classes=classes)]


def _told(context: Context, pattern: Pattern) -> Iterator[nodes.Node]:
    yield paragraph(pattern.intent)
    if pattern.state is State.IN_PROGRESS:
        yield paragraph(STATE_WORDS[pattern.state], classes=["pattern-state"])
    elif badge := context.badge(pattern.docname):
        yield paragraph(*badge_nodes(badge))
