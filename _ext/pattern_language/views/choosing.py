"""Which patterns answer the forces that press on a reader. Pure.

The same rule runs in the reader's browser (``assets/chooser.mjs``, function ``choose``), on the
data of :func:`facts`; a test compares the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict

from pattern_language.model import Effect, RelationKind

if TYPE_CHECKING:
    from collections.abc import Collection

    from pattern_language.model import Language

WEIGHTS: Final = {Effect.RESOLVES: 2, Effect.BALANCES: 1}
"""What an answer to a chosen force counts; other effects are no answers."""


class PatternFacts(TypedDict):
    """What the rule knows of a pattern."""

    id: str
    answers: list[tuple[str, str]]
    """Effect and force, the most welcome first, without repetition."""
    requires: list[str]
    """All that it requires, directly or through others, itself excluded."""


class Facts(TypedDict):
    """What the rule knows of a language."""

    patterns: list[PatternFacts]
    """In building order."""
    forces: list[str]
    alternatives: list[tuple[str, str]]
    conflicts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A pattern that is suggested, and why."""

    pattern: str
    rank: int
    """1 for those that answer most of what was chosen, shared by equals; 0 for one that is here
    only because others require it."""
    answers: tuple[tuple[str, str], ...]
    """Effect and force, for chosen forces that it resolves or balances."""
    costs: tuple[tuple[str, str], ...]
    """Effect and force: chosen ones that it worsens or leaves open, then others that it worsens."""
    required_by: tuple[str, ...]
    """The suggested patterns that require it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is suggested for a set of forces."""

    suggestions: tuple[Suggestion, ...]
    """In building order: each after those that it requires."""
    alternatives: tuple[tuple[str, str], ...]
    """Pairs of suggested patterns of which one is enough."""
    conflicts: tuple[tuple[str, str], ...]
    """Pairs of suggested patterns of which one takes away what the other depends on."""
    unanswered: tuple[str, ...]
    """Chosen forces that no pattern resolves or balances."""


def facts(language: Language) -> Facts:
    """Extract what the rule needs to know.

    Answers to forces that nothing defines are left out: nobody can choose them.
    """

    def pairs(kind: RelationKind) -> list[tuple[str, str]]:
        return [(edge.source, edge.target) for edge in language.relations if edge.kind is kind]

    order = {effect: index for index, effect in enumerate(Effect)}
    return {
        "patterns": [
            {
                "id": name,
                "answers": [
                    (answer.effect.value, answer.force)
                    for answer in sorted(
                        dict.fromkeys(language.patterns[name].answers),
                        key=lambda answer: order[answer.effect],
                    )
                    if answer.force in language.forces
                ],
                "requires": sorted(language.prerequisites(name) - {name}),
            }
            for name in language.building_order
        ],
        "forces": list(language.forces),
        "alternatives": pairs(RelationKind.ALTERNATIVE_TO),
        "conflicts": pairs(RelationKind.CONFLICTS_WITH),
    }


def choose(known: Facts, forces: Collection[str]) -> Choice:
    """Suggest patterns for the forces that press.

    All patterns that resolve or balance one of the forces are suggested, with all that these
    require. They are ranked by how much they answer: resolving a force counts 2, balancing it 1,
    worsening a chosen force takes 1 away; a force counts once, by the best effect on it.

    Args:
        known: The language.
        forces: Ids of the chosen forces; unknown ones are ignored.
    """
    chosen = [force for force in known["forces"] if force in forces]
    by_id = {pattern["id"]: pattern for pattern in known["patterns"]}
    scores = {
        name: score for name, one in by_id.items() if (score := _score(one, chosen)) is not None
    }
    suggested = set(scores).union(*(by_id[name]["requires"] for name in scores))
    best = sorted(set(scores.values()), reverse=True)
    suggestions = tuple(
        _suggest(
            one, chosen, suggested, by_id, best.index(scores[name]) + 1 if name in scores else 0
        )
        for name, one in by_id.items()
        if name in suggested
    )
    answered = {force for one in suggestions for _, force in one.answers}
    return Choice(
        suggestions,
        tuple(pair for pair in known["alternatives"] if suggested.issuperset(pair)),
        tuple(pair for pair in known["conflicts"] if suggested.issuperset(pair)),
        tuple(force for force in chosen if force not in answered),
    )


def _score(pattern: PatternFacts, chosen: Collection[str]) -> int | None:
    """Return how much of what is chosen a pattern answers; None if nothing."""
    gains: dict[str, int] = {}
    loss = 0
    for effect, force in pattern["answers"]:
        if force not in chosen:
            continue
        if weight := WEIGHTS.get(Effect(effect)):
            gains[force] = max(gains.get(force, 0), weight)
        elif effect == Effect.WORSENS:
            loss += 1
    return sum(gains.values()) - loss if gains else None


def _suggest(
    pattern: PatternFacts,
    chosen: Collection[str],
    suggested: Collection[str],
    by_id: dict[str, PatternFacts],
    rank: int,
) -> Suggestion:
    answers = [(e, force) for e, force in pattern["answers"] if force in chosen]
    others = [(e, force) for e, force in pattern["answers"] if force not in chosen]
    return Suggestion(
        pattern["id"],
        rank,
        tuple(one for one in answers if Effect(one[0]) in WEIGHTS),
        (
            *(one for one in answers if Effect(one[0]) not in WEIGHTS),
            *(one for one in others if one[0] == Effect.WORSENS),
        ),
        tuple(
            name
            for name, other in by_id.items()
            if name in suggested and pattern["id"] in other["requires"]
        ),
    )
