"""Every kind of thing has a word."""

from __future__ import annotations

from pattern_language.model import Effect, PartKind, RelationKind, State
from pattern_language.words import EFFECT_WORDS, PART_TITLES, RELATION_WORDS, STATE_WORDS


def test_nothing_is_without_a_word_and_no_two_share_one() -> None:
    for words, kinds in (
        (PART_TITLES, PartKind),
        (EFFECT_WORDS, Effect),
        (RELATION_WORDS, RelationKind),
        (STATE_WORDS, State),
    ):
        assert set(words) == set(kinds)
        assert len(set(words.values())) == len(words)
