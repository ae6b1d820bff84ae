"""Sequences: each step stands on those before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.rules.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.model import Language, Sequence
    from pattern_language.rules.finding import Surroundings


def sequence_rules(language: Language, around: Surroundings) -> Iterator[Finding]:
    """Sequences have steps, each once, and none before one that it requires."""
    del around
    for sequence in language.sequences.values():
        yield from empty_sequence(sequence)
        yield from repeated_steps(sequence)
        yield from misplaced_steps(sequence, language)


def empty_sequence(sequence: Sequence) -> Iterator[Finding]:
    """Find sequences that lead nowhere."""
    if not sequence.steps:
        message = f"the sequence {sequence.id!r} has no steps"
        yield Finding(sequence.place, "empty-part", message)


def repeated_steps(sequence: Sequence) -> Iterator[Finding]:
    """Find patterns that a sequence leads through twice."""
    seen: set[str] = set()
    for step in sequence.steps:
        if step.pattern in seen:
            message = f"the sequence {sequence.id!r} leads through {step.pattern!r} already"
            yield Finding(step.place, "repeated-step", message)
        seen.add(step.pattern)


def misplaced_steps(sequence: Sequence, language: Language) -> Iterator[Finding]:
    """Find steps that require a pattern which the sequence puts after them."""
    for index, step in enumerate(sequence.steps):
        if step.pattern not in language.patterns:
            continue
        required = language.prerequisites(step.pattern) - {step.pattern}
        late = [later.pattern for later in sequence.steps[index + 1 :] if later.pattern in required]
        earlier = {before.pattern for before in sequence.steps[:index]}
        for pattern in late:
            if pattern not in earlier:
                message = (
                    f"the sequence {sequence.id!r} puts {step.pattern!r} before {pattern!r}, "
                    "which it requires"
                )
                yield Finding(step.place, "sequence-order", message)
