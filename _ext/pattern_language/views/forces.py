"""The views ``force-answers`` and ``force-index``: forces, and the way from them to patterns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docutils import nodes

from pattern_language.model import Effect
from pattern_language.views.common import (
    answer_address,
    bullets,
    definitions,
    force_address,
    link,
    listed,
    paragraph,
    pressing_address,
)

if TYPE_CHECKING:
    from pattern_language.context import Context

ANSWERED: Final = {
    Effect.RESOLVES: "Resolved by",
    Effect.BALANCES: "Balanced by",
    Effect.LEAVES_OPEN: "Left open by",
    Effect.WORSENS: "Worsened by",
}
_ARTICLES: Final = frozenset({"a", "an", "the"})


def force_answers(context: Context) -> list[nodes.Node]:
    """Name the patterns that a force presses on, and those that make something of it.

    Each links to where its page says so.
    """
    language = context.language
    if context.subject not in language.forces:
        return []
    force = context.subject
    rows: list[tuple[str, list[nodes.reference], list[str]]] = []
    pressed = [
        link(pattern.name, pressing_address(context, pattern, force))
        for pattern in language.pressed_by(force)
    ]
    if pressed:
        rows.append(("Presses on", pressed, ["force-presses"]))
    for effect, patterns in language.answered_by(force).items():
        links = [
            link(pattern.name, answer_address(context, pattern, effect, force))
            for pattern in patterns
        ]
        rows.append((ANSWERED[effect], links, [f"effect-{effect.value}"]))
    if not rows:
        return [paragraph("No pattern names this force.", classes=["force-answers"])]
    return [
        definitions(
            [
                ([nodes.Text(word)], [paragraph(*listed(links))], classes)
                for word, links, classes in rows
            ],
            ["force-answers"],
        )
    ]


def force_index(context: Context) -> list[nodes.Node]:
    """List both goods of every force in the order of the alphabet, as the index of a book does."""
    entries: list[tuple[str, str]] = []
    for force in context.language.forces.values():
        first, second = force.goods
        address = force_address(context, force)
        entries.append((f"{_entry(first)} and {second}", address))
        entries.append((f"{_entry(second)}, {_small(first)} and", address))
    entries.sort(key=lambda entry: (entry[0].casefold(), entry[1]))
    if not entries:
        return []
    return [
        bullets(([paragraph(link(text, address))] for text, address in entries), ["force-index"])
    ]


def _entry(good: str) -> str:
    """Return a good as an index begins with it: capital first, and no article.

    >>> _entry("a light first visit"), _entry("Avoided copies")
    ('Light first visit', 'Avoided copies')
    """
    first, _, rest = good.partition(" ")
    text = rest if rest and first.lower() in _ARTICLES else good
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    """Return a good as it stands within a sentence; acronyms keep their capitals.

    >>> _small("Start-up time"), _small("URL stability"), _small("A light first visit")
    ('start-up time', 'URL stability', 'a light first visit')
    """
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
