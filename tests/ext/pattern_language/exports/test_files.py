from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import rispy
from pybtex.database import parse_string

from pattern_language.exports.files import write
from pattern_language.model import Language

if TYPE_CHECKING:
    from pathlib import Path

    from pattern_language.edition import Edition
    from pattern_language.model import Page

NAMES = [
    "patterns.bib",
    "patterns.csl.json",
    "patterns.json",
    "patterns.ris",
    "patterns.schema.json",
]
KEYS = ["a-catalogue-alpha", "a-catalogue-beta", "a-catalogue-gamma"]


def address(docname: str, anchor: str) -> str:
    return f"{docname}.html#{anchor}" if anchor else f"{docname}.html"


def test_all_files_are_written_and_nothing_else(
    tmp_path: Path, language: Language, edition: Edition
) -> None:
    written = write(language, edition, tmp_path / "new" / "site", address)
    assert [path.name for path in written] == NAMES
    assert sorted(path.name for path in (tmp_path / "new" / "site").iterdir()) == NAMES
    assert all(path.read_bytes().endswith(b"\n") for path in written)


def test_every_bibliography_cites_every_pattern_by_the_same_key(
    tmp_path: Path, language: Language, edition: Edition
) -> None:
    bib, csl, document, ris, _ = write(language, edition, tmp_path, address)
    url = "https://example.org/language/work/alpha.html"
    entries = parse_string(bib.read_text("utf-8"), "bibtex").entries
    assert list(entries) == KEYS
    assert entries[KEYS[0]].fields["url"] == url
    items = json.loads(csl.read_text("utf-8"))
    assert [item["id"] for item in items] == KEYS
    assert items[0]["URL"] == url
    records = rispy.loads(ris.read_bytes().decode())
    assert [record["id"] for record in records] == KEYS
    assert records[0]["urls"] == [url]
    patterns = json.loads(document.read_text("utf-8"))["patterns"]
    assert [pattern["citation_key"] for pattern in patterns] == KEYS


def test_without_a_published_address_no_citation_names_one(
    tmp_path: Path, language: Language, unpublished: Edition
) -> None:
    for path in write(language, unpublished, tmp_path, address)[:4]:
        assert "http" not in path.read_text("utf-8")


def test_the_bytes_depend_on_neither_folder_nor_order(
    tmp_path: Path, pages: list[Page], edition: Edition
) -> None:
    categories = {"work": "Work", "rest": "Rest"}
    one = write(Language.of(pages, categories), edition, tmp_path / "a", address)
    two = write(Language.of(pages[::-1], categories), edition, tmp_path / "b" / "c", address)
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


def test_a_file_is_replaced_as_a_whole_and_readable_by_a_server(
    tmp_path: Path, language: Language, edition: Edition
) -> None:
    (first, *_) = write(language, edition, tmp_path, address)
    before = first.open("rb")
    with before:
        write(Language.of([]), edition, tmp_path, address)
        # Who has the old file open reads it to its end.
        assert before.read().startswith(b"@incollection{a-catalogue-alpha,")
    assert first.read_bytes() == b""
    assert first.stat().st_mode & 0o777 == 0o644


def test_a_failed_replacement_leaves_no_rest(
    tmp_path: Path, language: Language, edition: Edition
) -> None:
    (tmp_path / "patterns.bib").mkdir()
    with pytest.raises(OSError, match=r"patterns\.bib"):
        write(language, edition, tmp_path, address)
    assert [path.name for path in tmp_path.iterdir()] == ["patterns.bib"]
