r"""Lines as editors, Python and Markdown count them: ended by LF, CR or CRLF and by nothing else.

``str.splitlines`` also splits at eight further characters (vertical tab, form feed, the
separators FS, GS and RS, U+0085, U+2028, U+2029), and docutils uses it. Everything here that
counts lines of a page uses this module instead.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SEPARATORS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
"""What ``str.splitlines`` takes for the end of a line, and no editor does."""

ANY_SEPARATOR = re.compile(f"[{SEPARATORS}]")

_STAND_INS = "".join(chr(0x10FF00 + number) for number in range(len(SEPARATORS)))
ANY_STAND_IN = re.compile(f"[{_STAND_INS}]")
"""Characters for private use that stand in place of separators while others split a text."""

_HIDE = str.maketrans(SEPARATORS, _STAND_INS)
_SHOW = str.maketrans(_STAND_INS, SEPARATORS)


def split_lines(text: str, *, keepends: bool = False) -> list[str]:
    r"""Return the lines of a text.

    >>> split_lines("a\u2028b\r\nc\rd\n")
    ['a\u2028b', 'c', 'd']
    >>> split_lines("a\fb\n\nc", keepends=True)
    ['a\x0cb\n', '\n', 'c']
    """
    lines = io.StringIO(text, newline="").readlines()
    return lines if keepends else [line.rstrip("\r\n") for line in lines]


def hidden(text: str) -> str:
    r"""Return the text with stand-ins for its separators, so that nobody splits at them.

    >>> hidden("a\fb").splitlines() == [hidden("a\fb")], shown(hidden("a\fb"))
    (True, 'a\x0cb')
    """
    return text.translate(_HIDE)


def shown(text: str) -> str:
    """Return the text with its separators again."""
    return text.translate(_SHOW)


def read_text(file: Path, encodings: Iterable[str] = ()) -> str:
    """Return the text of a file in the first of the encodings that fits it.

    UTF-8 (with or without a mark at its start) is tried after them, and Latin-1, which fits
    everything, last: a page may include a file whose encoding only its directive knows.

    Raises:
        OSError: The file cannot be read.
    """
    content = file.read_bytes()
    for encoding in (*encodings, "utf-8-sig"):
        try:
            return _newlines(content.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    return _newlines(content.decode("latin-1"))


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
