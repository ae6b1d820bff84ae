"""A word that both sides see; without isolation there is none, and the pool goes without."""

from __future__ import annotations

from typing import Any

from bridge.pool.words import Word, shared_word


def test_a_word_reads_what_was_written_last() -> None:
    memory = [0]
    view: Any = memory
    word = Word("what is sent", view, lambda found, place: found[place])  # type: ignore[index]
    assert word.get() == 0
    memory[0] = 7
    assert word.get() == 7
    assert word.memory == "what is sent"


def test_there_is_none_outside_of_an_isolated_page() -> None:
    assert shared_word() is None
