"""Forces: each presses somewhere, and what presses is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.model import PartKind
from pattern_language.rules.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.model import Answer, Language, Pattern, Place
    from pattern_language.rules.finding import Surroundings


def force_rules(language: Language, around: Surroundings) -> Iterator[Finding]:
    """A pattern answers the forces that it lists, and no others; no force is idle."""
    del around
    for pattern in language.patterns.values():
        yield from repeated_forces(pattern)
        yield from unanswered_forces(pattern)
        yield from unlisted_forces(pattern)
        yield from repeated_answers(pattern)
    yield from unused_forces(language)


def repeated_forces(pattern: Pattern) -> Iterator[Finding]:
    """Find forces that a pattern lists twice."""
    seen: set[str] = set()
    for pressing in pattern.pressings:
        if pressing.force in seen:
            message = f"{pattern.id!r} lists the force {pressing.force!r} already"
            yield Finding(pressing.place, "repeated-force", message)
        seen.add(pressing.force)


def unanswered_forces(pattern: Pattern) -> Iterator[Finding]:
    """Find forces that a pattern lists and no consequence answers."""
    answered = {answer.force for answer in pattern.answers}
    for pressing in pattern.pressings:
        if pressing.force not in answered:
            message = (
                f"no consequence says what {pattern.id!r} makes of the force {pressing.force!r}: "
                "does it resolve, balance, leave open or worsen it?"
            )
            yield Finding(pressing.place, "unanswered-force", message)


def unlisted_forces(pattern: Pattern) -> Iterator[Finding]:
    """Find forces that a consequence answers and the pattern does not list."""
    if all(part.kind is not PartKind.FORCES for part in pattern.parts):
        return
    listed = {pressing.force for pressing in pattern.pressings}
    for one in pattern.consequences:
        for answer in one.answers:
            if answer.force not in listed:
                message = f"{answer.force!r} is answered, but the forces of {pattern.id!r} lack it"
                yield Finding(one.place, "unlisted-force", message)


def repeated_answers(pattern: Pattern) -> Iterator[Finding]:
    """Find answers that are given twice: the second one has no anchor of its own."""
    first: dict[Answer, Place] = {}
    for one in pattern.consequences:
        for answer in one.answers:
            if answer in first:
                message = (
                    f"'{answer.effect.value} {answer.force}' is said already in line "
                    f"{first[answer].line}"
                )
                yield Finding(one.place, "repeated-answer", message)
            first.setdefault(answer, one.place)


def unused_forces(language: Language) -> Iterator[Finding]:
    """Find forces that press on no pattern."""
    for force in language.forces.values():
        if not language.pressed_by(force.id):
            message = f"no pattern lists the force {force.id!r}"
            yield Finding(force.place, "unused-force", message)
