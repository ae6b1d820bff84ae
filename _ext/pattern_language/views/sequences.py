"""The view ``sequence-navigation``: where a pattern's page stands in the sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.views.common import (
    box,
    paragraph,
    pattern_address,
    pattern_link,
    raw,
    sequence_link,
)
from pattern_language.views.markup import Html, el

if TYPE_CHECKING:
    from docutils import nodes

    from pattern_language.context import Context
    from pattern_language.model import Pattern, Sequence


def sequence_navigation(context: Context) -> list[nodes.Node]:
    """Lead from a pattern to the one before and the one after it, along each of its sequences."""
    language = context.language
    found: list[nodes.Node] = []
    for sequence in language.sequences_of(context.subject):
        # A step to a pattern that does not exist is reported elsewhere; readers skip it.
        steps = [
            language.patterns[s.pattern] for s in sequence.steps if s.pattern in language.patterns
        ]
        for at, pattern in enumerate(steps):
            if pattern.id == context.subject:
                found.append(_along(context, sequence, steps, at))
    if not found:
        return []
    return [box(*found, classes=["sequence-navigation"])]


def _along(context: Context, sequence: Sequence, steps: list[Pattern], at: int) -> nodes.Node:
    before = steps[at - 1] if at else None
    after = steps[at + 1] if at + 1 < len(steps) else None
    position = f"{at + 1} of {len(steps)}"
    if context.is_html:
        return raw(_markup(context, sequence, position, before, after))
    told: list[nodes.Node | str] = [sequence_link(context, sequence), f" ({position})."]
    for word, pattern in (("Previous", before), ("Next", after)):
        if pattern:
            told += [f" {word}: ", pattern_link(context, pattern), "."]
    return paragraph(*told)


def _markup(
    context: Context,
    sequence: Sequence,
    position: str,
    before: Pattern | None,
    after: Pattern | None,
) -> Html:
    def step(pattern: Pattern | None, word: str, relation: str) -> Html:
        if pattern is None:
            return el("span", {"class": f"sequence-step sequence-{relation}"})
        address = pattern_address(context, pattern)
        name = el("span", {"class": "sequence-name"}, pattern.name)
        return el(
            "a",
            {"class": f"sequence-step sequence-{relation}", "rel": relation, "href": address},
            el("span", {"class": "sequence-word"}, word),
            " ",
            name,
        )

    title = el("a", {"href": context.address(sequence.docname, sequence.anchor)}, sequence.title)
    return el(
        "nav",
        {"class": "sequence-path", "aria-label": f"Sequence: {sequence.title}"},
        el("p", {"class": "sequence-title"}, "Sequence ", title, f", {position}"),
        step(before, "Previous", "prev"),
        step(after, "Next", "next"),
    )
