"""Known uses: a source, the state of it that was read, and the day."""

from __future__ import annotations

from typing import Any

import pytest

from pattern_language.model import KnownUse, Place
from pattern_language.rules import Surroundings
from pattern_language.rules.uses import tells_what_was_read

PLACE = Place("a", 44)
READ = "commit 0a1b2c3, read on 2026-12-01"


def found(make: Any, use: KnownUse, **sources: str) -> list[tuple[str, int, str]]:
    pattern = make.pattern("a", uses=(use,))
    listed: list[tuple[str, int, str]] = make.found(pattern, around=Surroundings(sources=sources))
    return listed


def test_a_use_without_a_source_is_found_once_where_it_stands(make: Any) -> None:
    assert found(make, KnownUse(PLACE, READ, is_sourced=False)) == [("a", 44, "uncited-use")]


def test_a_use_says_in_its_text_or_in_a_source_what_was_read_and_when(make: Any) -> None:
    undated = [("a", 44, "undated-use")]
    assert found(make, KnownUse(PLACE, READ, is_sourced=True)) == []
    assert found(make, KnownUse(PLACE, "It does.", is_sourced=True)) == undated
    cites = KnownUse(PLACE, "It does.", is_sourced=True, cites=("docs", "code"))
    assert found(make, cites, docs="Documentation", code=READ) == []
    assert found(make, cites, docs="Documentation", other=READ) == undated
    # The commit of one source does not get its day from another.
    assert found(make, cites, docs="commit 0a1b2c3", code="read on 2026-12-01") == undated


def test_the_message_names_the_entry_that_lacks_it(make: Any, messages: Any) -> None:
    use = KnownUse(PLACE, "It does.", is_sourced=True, cites=("tool",))
    told = [text for text in messages(make.pattern("a", uses=(use,))) if "known use" in text]
    assert len(told) == 1
    assert "the note of tool" in told[0]


@pytest.mark.parametrize(
    "text",
    [
        READ,
        "Source repository, commits 0a1b2c3 and 1b2c3d4, read on 2026-12-01",
        "Version 2.0rc1 of the documentation, read on 2026-12-01",
        "release v1.2, read on 2026-02-28",
    ],
)
def test_forms_that_tell(text: str) -> None:
    assert tells_what_was_read(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "commit 0a1b2c3",
        "read on 2026-12-01",
        "commit main, read on 2026-12-01",
        "commit 0a1b, read on 2026-12-01",
        "version of December, read on 2026-12-01",
        "commit 0a1b2c3, read on 2026-02-30",
        "commit 0a1b2c3, read in 2026",
        "commit 0a1b2c3 of 2026-12-01",
    ],
)
def test_forms_that_do_not_tell(text: str) -> None:
    assert not tells_what_was_read(text)
