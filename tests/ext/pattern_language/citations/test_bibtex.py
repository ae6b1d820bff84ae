"""What is written is read back by pybtex, and TeX's macros by a table of their meaning."""

from __future__ import annotations

import re

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pybtex.database import Entry, parse_string

from pattern_language.citations.authors import Author
from pattern_language.citations.bibtex import write, write_all
from pattern_language.citations.entry import Citation, one_line

# How long a law takes on a busy machine says nothing about it.
LAW = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

lines = st.text(st.characters(codec="utf-8")).map(one_line)
hard = st.text(st.sampled_from("{}\\\"'`%&$#_^~-<>|@,= aé漢")).map(one_line)
URL = "https://example.org/a_b/pool%20x.html#pattern-pool"

# Of the LaTeX kernel; ends a control word before a letter by its own braces.
MEANING = {
    "textbraceleft": "{",
    "textbraceright": "}",
    "textbackslash": "\\",
    "textasciitilde": "~",
    "textasciicircum": "^",
    "textless": "<",
    "textgreater": ">",
    "textbar": "|",
}


def made(title: str = "Pool", abstract: str = "", *authors: Author, url: str = "") -> Citation:
    names = authors or (Author("The authors"),)
    return Citation("c-pool", title, "A Catalogue", names, "1.0", "2026-11-22", url, abstract)


def read(text: str) -> Entry:
    (entry,) = parse_string(text, "bibtex").entries.values()
    return entry


def printed(value: str) -> str:
    """What TeX would print: macros by their meaning, groups without braces."""
    token = re.compile(r"\\([A-Za-z]+)|\\(.)|[{}]")
    return token.sub(lambda found: MEANING[found[1]] if found[1] else found[2] or "", value)


def test_version_date_and_address_are_in_the_fields_that_readers_know() -> None:
    entry = read(write(made("Pool", "Does it.", url=URL)))
    assert (entry.type, entry.key) == ("incollection", "c-pool")
    fields = dict(entry.fields)
    assert printed(fields["title"]) == "Pool"
    assert printed(fields["booktitle"]) == "A Catalogue"
    assert (fields["year"], fields["month"], fields["date"]) == ("2026", "November", "2026-11-22")
    assert fields["note"] == "Version 1.0"
    assert fields["url"] == URL
    assert fields["language"] == "en"
    assert fields["abstract"] == "Does it."


def test_a_corporate_author_is_one_last_name() -> None:
    (person,) = read(write(made())).persons["author"]
    assert person.last_names == ["{The authors}"]
    assert person.first_names == []


def test_persons_and_bodies_stay_apart_whatever_their_names_hold() -> None:
    authors = (
        Author("Guido van Rossum", "van Rossum", "Guido"),
        Author("Smith and Sons, Inc."),
        Author("A & B"),
    )
    first, second, third = read(write(made("Pool", "", *authors))).persons["author"]
    assert (first.last_names, first.first_names) == (["{van Rossum}"], ["{Guido}"])
    assert second.last_names == ["{Smith and Sons, Inc.}"]
    assert third.last_names == [r"{A \& B}"]


@LAW
@given(st.one_of(lines, hard), st.one_of(lines, hard))
@example("{WebGPU} 100% \\LaTeX & C#_1", "a--b ``c'' ?`d !`e ---")
def test_every_title_and_abstract_is_printed_as_it_is(title: str, abstract: str) -> None:
    fields = read(write(made(title, abstract))).fields
    assert printed(fields.get("title", "")) == title
    assert printed(fields.get("abstract", "")) == abstract


@LAW
@given(hard)
def test_no_ligature_of_tex_joins_what_stands_apart(title: str) -> None:
    value = read(write(made(title))).fields["title"]
    assert not re.search(r"--|''|``|\?`|!`", value)


@LAW
@given(st.one_of(lines, hard).map(lambda name: name or "x"))
def test_any_corporate_name_is_one_author(name: str) -> None:
    (person,) = read(write(made("Pool", "", Author(name)))).persons["author"]
    assert printed(" ".join(person.last_names)) == name
    assert person.first_names == []


def test_what_is_not_known_leaves_no_field() -> None:
    entry = read(write(Citation("k", "Pool", "A Catalogue", (Author("The authors"),))))
    assert set(entry.fields) == {"title", "booktitle", "language"}


def test_a_bibliography_holds_every_entry_and_ends_in_a_line_end() -> None:
    text = write_all([made(), Citation("other", "Other", "A Catalogue", (Author("x"),))])
    assert list(parse_string(text, "bibtex").entries) == ["c-pool", "other"]
    assert text.endswith("}\n")
