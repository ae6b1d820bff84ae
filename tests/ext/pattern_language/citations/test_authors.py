from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pattern_language.citations.authors import Author

# How long a law takes on a busy machine says nothing about it.
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

words = st.text(st.characters(categories=["L"]), min_size=1)


def test_a_corporate_name_is_never_split() -> None:
    author = Author.of("The Engineering Blueprints authors")
    assert author.is_corporate
    assert author.name == "The Engineering Blueprints authors"
    assert author.inverted == "The Engineering Blueprints authors,"


def test_an_inverted_name_is_a_person() -> None:
    author = Author.of("van Rossum, Guido")
    assert (author.name, author.family, author.given) == ("Guido van Rossum", "van Rossum", "Guido")
    assert author.inverted == "van Rossum, Guido"


@pytest.mark.parametrize("name", ["Acme, Inc.", "Smith, Jones and sons", "A, B, C"])
def test_a_final_comma_keeps_a_corporate_name_with_commas_whole(name: str) -> None:
    assert Author.of(f"{name},") == Author(name)


@LAW
@given(st.builds(Author, st.lists(words, min_size=1).map(", ".join)))
def test_what_is_written_of_a_corporate_author_is_read_back(author: Author) -> None:
    assert Author.of(author.written) == author


@LAW
@given(words, words)
def test_what_is_written_of_a_person_is_read_back(family: str, given_name: str) -> None:
    author = Author(f"{given_name} {family}", family, given_name)
    assert Author.of(author.written) == author
