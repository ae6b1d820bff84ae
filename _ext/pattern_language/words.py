"""The words by which readers know parts, effects, relations and states. Plain data."""

from __future__ import annotations

from typing import Final

from pattern_language.model import Effect, PartKind, RelationKind, State

PART_TITLES: Final = {
    PartKind.CONTEXT: "Context",
    PartKind.PROBLEM: "Problem",
    PartKind.FORCES: "Forces",
    PartKind.SOLUTION: "Solution",
    PartKind.CONSEQUENCES: "Resulting context",
    PartKind.IMPLEMENTATION: "Implementation",
    PartKind.WHEN_NOT_TO_USE: "When not to use it",
    PartKind.KNOWN_USES: "Known uses",
    PartKind.RELATED: "Related patterns",
    PartKind.REFERENCES: "References",
}

EFFECT_WORDS: Final = {
    Effect.RESOLVES: "Resolves",
    Effect.BALANCES: "Balances",
    Effect.LEAVES_OPEN: "Leaves open",
    Effect.WORSENS: "Worsens",
}

RELATION_WORDS: Final = {
    RelationKind.REQUIRES: "Requires",
    RelationKind.ENABLES: "Enables",
    RelationKind.USES: "Uses",
    RelationKind.USED_BY: "Used by",
    RelationKind.REFINES: "Refines",
    RelationKind.GENERALISES: "Generalises",
    RelationKind.ALTERNATIVE_TO: "Alternative to",
    RelationKind.CONFLICTS_WITH: "Conflicts with",
}

STATE_WORDS: Final = {
    State.COMPLETE: "Complete",
    State.IN_PROGRESS: "Engineering in progress",
}
