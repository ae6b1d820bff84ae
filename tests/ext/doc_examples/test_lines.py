"""Only LF, CR and CRLF end lines."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doc_examples.lines import SEPARATORS, read_text, split_lines

if TYPE_CHECKING:
    from pathlib import Path


@given(st.text(alphabet="a\n\r" + SEPARATORS))
def test_lines_are_those_that_a_file_has(text: str) -> None:
    kept = split_lines(text, keepends=True)
    assert "".join(kept) == text
    bare = [line.rstrip("\n") for line in io.StringIO(text, newline=None)]
    assert split_lines(text) == bare
    assert len(kept) == len(bare)


@given(st.text(alphabet="ab" + SEPARATORS, min_size=1))
def test_no_other_character_ends_a_line(text: str) -> None:
    assert split_lines(f"{text}\n{text}") == [text, text]


@pytest.mark.parametrize(
    ("content", "encodings", "text"),
    [
        ("é\r\nb\rc".encode(), (), "é\nb\nc"),
        (b"\xef\xbb\xbfa", (), "a"),
        ("é".encode("latin-1"), (), "é"),
        ("€".encode("cp1252"), ("cp1252",), "€"),
        ("é".encode(), ("ascii", "no-such-codec"), "é"),
    ],
)
def test_a_file_is_read_in_the_encoding_that_fits(
    tmp_path: Path, content: bytes, encodings: tuple[str, ...], text: str
) -> None:
    (tmp_path / "file").write_bytes(content)
    assert read_text(tmp_path / "file", encodings) == text
