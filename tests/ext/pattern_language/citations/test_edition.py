from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from pattern_language.citations.edition import EditionError, read
from pattern_language.edition import Edition

GOOD = {
    "cff-version": "1.2.0",
    "message": "Please cite.",
    "title": "A Catalogue",
    "authors": "[{name: The authors}]",
    "version": '"1.0"',
    "date-released": '"2026-11-22"',
    "license": "MIT",
}


def written(folder: Path, **changes: str | None) -> Path:
    fields = GOOD | {name.replace("_", "-"): value for name, value in changes.items()}
    path = folder / "CITATION.cff"
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_the_edition_is_what_the_file_states(tmp_path: Path) -> None:
    expected = Edition("A Catalogue", ("The authors",), "1.0", "2026-11-22", "MIT")
    assert read(written(tmp_path)) == expected


@pytest.mark.parametrize(
    ("given", "kept"),
    [("", ""), ("https://a.org/b", "https://a.org/b/"), ("https://a/", "https://a/")],
)
def test_an_address_ends_in_one_slash_or_is_empty(tmp_path: Path, given: str, kept: str) -> None:
    assert read(written(tmp_path), given).base_url == kept


def test_persons_are_inverted_with_their_particle_and_entities_are_whole(tmp_path: Path) -> None:
    authors = (
        "[{family-names: Rossum, name-particle: van, given-names: Guido}, "
        "{family-names: Plato}, {name: 'Acme, Inc.'}]"
    )
    edition = read(written(tmp_path, authors=authors))
    assert edition.authors == ("van Rossum, Guido", "Plato,", "Acme, Inc.,")


def test_a_date_without_quotes_is_a_date(tmp_path: Path) -> None:
    assert read(written(tmp_path, date_released="2026-11-02")).date == "2026-11-02"


def test_the_preferred_citation_wins_and_the_rest_is_taken_from_the_top(tmp_path: Path) -> None:
    preferred = "{type: generic, title: The Text, license: CC-BY-4.0}"
    edition = read(written(tmp_path, preferred_citation=preferred))
    assert (edition.title, edition.license) == ("The Text", "CC-BY-4.0")
    assert edition.version == "1.0"


def test_several_licences_are_an_expression(tmp_path: Path) -> None:
    assert read(written(tmp_path, license="[MIT, Apache-2.0]")).license == "MIT OR Apache-2.0"


def test_a_missing_file_is_named_with_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(EditionError, match=r"CITATION\.cff: expected a file in Citation File"):
        read(tmp_path / "CITATION.cff")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("title", None, "expected a text, found nothing"),
        ("authors", None, "expected a list of persons and entities, found None"),
        ("authors", "[]", "expected a list"),
        ("authors", "[{orcid: x}]", "expected entities with 'name'"),
        ("version", None, "in quotes"),
        ("version", "1.10", "found 1.1"),
        ("date-released", None, "expected a date such as"),
        ("date-released", '"22 November 2026"', "found '22 November 2026'"),
        ("license", "[1]", "an SPDX identifier"),
        ("preferred-citation", "[]", "expected a mapping"),
    ],
)
def test_a_field_that_is_missing_or_misshapen_is_named(
    tmp_path: Path, field: str, value: str | None, said: str
) -> None:
    with pytest.raises(EditionError) as caught:
        read(written(tmp_path, **{field: value}))
    assert caught.value.field == field
    assert f"CITATION.cff: field '{field}': " in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("text", ["- a\n- b", "a: [", "\tx: 1"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "CITATION.cff"
    path.write_text(text, "utf-8")
    with pytest.raises(EditionError, match=r"CITATION\.cff: expected"):
        read(path)


def test_the_error_survives_pickling() -> None:
    error = EditionError(Path("x"), "title", "a text", "nothing")
    copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - made here
    assert (str(copied), copied.field) == (str(error), "title")


@pytest.mark.parametrize(
    "value", ["2024-99-99", "!!bool x", "!!timestamp x", "{[1]: 2}", "[" * 5000]
)
def test_a_value_that_yaml_cannot_make_names_the_file(tmp_path: Path, value: str) -> None:
    with pytest.raises(EditionError, match=r"CITATION\.cff"):
        read(written(tmp_path, date_released=value))
