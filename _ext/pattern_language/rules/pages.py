"""The form of a pattern's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pattern_language.model import PartKind, State
from pattern_language.rules.finding import Finding
from pattern_language.words import PART_TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.model import Language, Page, Part, Pattern
    from pattern_language.rules.finding import Surroundings

LEAD_WORDS: Final = 25
"""The most words of a solution's first sentence."""

REQUIRED: Final = tuple(kind for kind in PartKind if kind is not PartKind.REFERENCES)
"""The parts that every pattern has; the implementation only when it is there."""


def page_rules(language: Language, around: Surroundings) -> Iterator[Finding]:
    """One pattern per page, complete, in order, and as far as its state says."""
    for page in language.pages:
        yield from several_patterns(page)
        for pattern in page.patterns[:1]:
            yield from head(pattern, language)
            yield from missing_parts(pattern)
            yield from repeated_parts(pattern)
            yield from misordered_parts(pattern)
            yield from empty_parts(pattern, language)
            yield from stray_headings(pattern)
            yield from long_lead(pattern)
            yield from wrong_state(pattern, around)
            if around.examples:
                yield from missing_examples(pattern)


def several_patterns(page: Page) -> Iterator[Finding]:
    """Find patterns after the first of a page."""
    for pattern in page.patterns[1:]:
        first = page.patterns[0]
        message = (
            f"the page holds the pattern {first.id!r} already (line {first.place.line}): "
            f"move {pattern.id!r} to a page of its own"
        )
        yield Finding(pattern.place, "several-patterns", message)


def head(pattern: Pattern, language: Language) -> Iterator[Finding]:
    """Find what the head of a pattern lacks: name, intent, a known category."""
    if not pattern.name:
        message = f"the page of {pattern.id!r} has no title; the title is the pattern's name"
        yield Finding(pattern.place, "no-name", message)
    if not pattern.intent:
        message = f"{pattern.id!r} has no intent: write one or two sentences in 'pattern'"
        yield Finding(pattern.place, "empty-part", message)
    if pattern.category not in language.categories:
        known = ", ".join(language.categories) or "none is configured"
        message = f"{pattern.id!r} has the category {pattern.category!r}; known are: {known}"
        yield Finding(pattern.place, "unknown-category", message)


def missing_parts(pattern: Pattern) -> Iterator[Finding]:
    """Find the parts that a page lacks."""
    found = {part.kind for part in pattern.parts}
    for kind in REQUIRED:
        excused = kind is PartKind.IMPLEMENTATION and pattern.state is State.IN_PROGRESS
        if kind not in found and not excused:
            message = f"{pattern.id!r} lacks the part '{PART_TITLES[kind]}' ({kind.value})"
            yield Finding(pattern.place, "missing-part", message)


def repeated_parts(pattern: Pattern) -> Iterator[Finding]:
    """Find parts that a page has twice."""
    first: dict[PartKind, Part] = {}
    for part in pattern.parts:
        if part.kind in first:
            line = first[part.kind].place.line
            message = f"the part '{PART_TITLES[part.kind]}' is here already, in line {line}"
            yield Finding(part.place, "repeated-part", message)
        first.setdefault(part.kind, part)


def misordered_parts(pattern: Pattern) -> Iterator[Finding]:
    """Find parts that come after one that they belong before."""
    order = list(PartKind)
    latest: Part | None = None
    for part in pattern.parts:
        if latest and order.index(part.kind) < order.index(latest.kind):
            message = (
                f"the part '{PART_TITLES[part.kind]}' belongs before "
                f"'{PART_TITLES[latest.kind]}' (line {latest.place.line})"
            )
            yield Finding(part.place, "misordered-part", message)
        else:
            latest = part


def empty_parts(pattern: Pattern, language: Language) -> Iterator[Finding]:
    """Find parts that say nothing; relations that other pages tell fill 'Related patterns'."""
    for part in pattern.parts:
        told = part.kind is PartKind.RELATED and (
            pattern.relations or any(pattern.id in (e.source, e.target) for e in language.relations)
        )
        if part.is_empty and not told:
            message = f"the part '{PART_TITLES[part.kind]}' of {pattern.id!r} is empty"
            yield Finding(part.place, "empty-part", message)


def stray_headings(pattern: Pattern) -> Iterator[Finding]:
    """Find headings where none may stand."""
    for heading in pattern.stray_headings:
        message = (
            f"the heading {heading.text!r} stands where none may: the parts hold no headings, and "
            "sections of one's own stand between 'consequences' and 'when-not-to-use'"
        )
        yield Finding(heading.place, "heading", message)


def long_lead(pattern: Pattern) -> Iterator[Finding]:
    """Find solutions whose first sentence is too long to be quoted alone."""
    words = len(pattern.lead.split())
    if words > LEAD_WORDS:
        (place,) = [part.place for part in pattern.parts if part.kind is PartKind.SOLUTION][:1]
        message = (
            f"the first sentence of the solution has {words} words; expected are at most "
            f"{LEAD_WORDS}, because it is quoted alone: say the rest in a second sentence"
        )
        yield Finding(place, "long-lead", message)


def missing_examples(pattern: Pattern) -> Iterator[Finding]:
    """Find patterns that prove nothing."""
    if not pattern.examples and pattern.state is not State.IN_PROGRESS:
        message = (
            f"{pattern.id!r} has no runnable example; "
            "one whose engineering is still to be built has ':state: in-progress'"
        )
        yield Finding(pattern.place, "no-example", message)


def wrong_state(pattern: Pattern, around: Surroundings) -> Iterator[Finding]:
    """Find modules that do not exist, and states that the modules contradict."""
    there = [module for module in pattern.modules if around.exists(module)]
    if pattern.state is State.IN_PROGRESS and there:
        message = f"{pattern.id!r} is said to be in progress, but {', '.join(there)} can be found"
        yield Finding(pattern.place, "state", message)
    missing = [module for module in pattern.modules if module not in there]
    if missing:
        message = (
            f"{pattern.id!r} names {', '.join(missing)}, which cannot be found: ':modules:' names "
            "what can be imported; what is planned is called 'planned' in the text"
        )
        yield Finding(pattern.place, "missing-module", message)
