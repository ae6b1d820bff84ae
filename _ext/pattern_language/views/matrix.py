"""The view ``force-matrix``: forces down, patterns across, and what each makes of each."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from docutils import nodes

from pattern_language.model import Effect, State
from pattern_language.views.common import (
    answer_address,
    bullets,
    force_address,
    force_link,
    link,
    listed,
    paragraph,
    pattern_address,
    pressing_address,
    raw,
)
from pattern_language.views.markup import Html, el, join
from pattern_language.words import EFFECT_WORDS, STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.context import Context
    from pattern_language.model import Force, Pattern

LETTERS: Final = {
    Effect.RESOLVES: "R",
    Effect.BALANCES: "B",
    Effect.LEAVES_OPEN: "O",
    Effect.WORSENS: "W",
}
PRESSES: Final = "P"
"""Where a pattern lists a force and none of its consequences answers it."""


def force_matrix(context: Context) -> list[nodes.Node]:
    """Show the matrix in a browser; tell it force by force elsewhere."""
    language = context.language
    if not language.forces or not language.patterns:
        return []
    if not context.is_html:
        return list(_told(context))
    label = "Forces down, patterns across"
    table = el(
        "table",
        {"class": "force-matrix"},
        el("caption", {"class": "force-matrix-caption"}, label),
        _head(context),
        [_group(context, group, forces) for group, forces in language.groups().items()],
    )
    region = {"class": "force-matrix-frame", "role": "region", "aria-label": label, "tabindex": "0"}
    return [raw(join(_legend(context), el("div", region, table)))]


def _effects(context: Context, pattern: Pattern, force: str) -> list[tuple[str, str, str, str]]:
    """Return class, letter, word and address of all that a pattern makes of a force."""
    found = [
        (
            f"effect-{effect.value}",
            LETTERS[effect],
            EFFECT_WORDS[effect].lower(),
            answer_address(context, pattern, effect, force),
        )
        for effect in context.language.effects(pattern.id, force)
    ]
    if not found and any(one.force == force for one in pattern.pressings):
        return [("force-presses", PRESSES, "lists", pressing_address(context, pattern, force))]
    return found


def _head(context: Context) -> Html:
    patterns = context.language.patterns.values()
    categories = context.language.categories
    return el(
        "thead",
        None,
        el(
            "tr",
            None,
            el("td", {"class": "force-matrix-corner", "rowspan": "2"}),
            [
                el(
                    "th",
                    {
                        "scope": "colgroup",
                        "colspan": str(len(list(group))),
                        "class": "force-matrix-category",
                    },
                    categories.get(category, category),
                )
                for category, group in groupby(patterns, key=lambda pattern: pattern.category)
            ],
        ),
        el(
            "tr",
            None,
            [
                el(
                    "th",
                    {"scope": "col", "class": _column(context, pattern)},
                    el(
                        "a",
                        {
                            "href": pattern_address(context, pattern),
                            "title": "" if _is_done(pattern) else STATE_WORDS[pattern.state],
                        },
                        pattern.name,
                    ),
                )
                for pattern in patterns
            ],
        ),
    )


def _column(context: Context, pattern: Pattern) -> str:
    """Return the classes of a pattern's cells: a line stands before each category but the first."""
    patterns = list(context.language.patterns.values())
    at = patterns.index(pattern)
    classes = ["force-matrix-pattern"]
    if at and patterns[at - 1].category != pattern.category:
        classes.append("force-matrix-first")
    return " ".join(classes)


def _is_done(pattern: Pattern) -> bool:
    return pattern.state is State.COMPLETE


def _group(context: Context, group: str, forces: tuple[Force, ...]) -> Html:
    count = len(context.language.patterns)
    head = el(
        "tr",
        {"class": "force-matrix-group"},
        el("th", {"scope": "rowgroup"}, group),
        el("td", {"colspan": str(count)}),
    )
    return el("tbody", None, head if group else Html(), [_row(context, one) for one in forces])


def _row(context: Context, force: Force) -> Html:
    name = el("a", {"href": force_address(context, force)}, force.name)
    cells = []
    for pattern in context.language.patterns.values():
        marks = [
            el(
                "a",
                {
                    "class": f"force-mark {style}",
                    "href": address,
                    "title": f"{pattern.name} {word} {force.name}",
                    "aria-label": f"{pattern.name} {word} {force.name}",
                },
                letter,
            )
            for style, letter, word, address in _effects(context, pattern, force.id)
        ]
        cells.append(el("td", {"class": _column(context, pattern)}, marks))
    return el("tr", None, el("th", {"scope": "row"}, name), cells)


def _legend(context: Context) -> Html:
    entries = [
        (f"effect-{effect.value}", letter, EFFECT_WORDS[effect].lower())
        for effect, letter in LETTERS.items()
    ]
    patterns = context.language.patterns.values()
    if any(
        style == "force-presses"
        for pattern in patterns
        for force in context.language.forces
        for style, *_ in _effects(context, pattern, force)
    ):
        entries.append(("force-presses", PRESSES, "presses, and is not answered"))
    return el(
        "ul",
        {"class": "force-matrix-legend", "aria-label": "Legend"},
        [
            el("li", None, el("span", {"class": f"force-mark {style}"}, letter), " ", word)
            for style, letter, word in entries
        ],
    )


def _told(context: Context) -> Iterator[nodes.Node]:
    """Tell the matrix in words: a list of forces for each group."""
    for group, forces in context.language.groups().items():
        if group:
            yield nodes.rubric("", group)
        items = []
        for force in forces:
            marks = [
                link(f"{pattern.name} ({word})", address)
                for pattern in context.language.patterns.values()
                for _, _, word, address in _effects(context, pattern, force.id)
            ]
            rest = [": ", *listed(marks), "."] if marks else [": no pattern names it."]
            items.append([paragraph(force_link(context, force), *rest)])
        yield bullets(items)
