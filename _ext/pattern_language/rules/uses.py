"""Known uses: each names its source, and says which state of it was read, and when."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Final

from pattern_language.rules.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.model import Language, Pattern
    from pattern_language.rules.finding import Surroundings

_STATE: Final = re.compile(
    r"\b(?:commits?\s+[0-9a-f]{7,40}|(?:version|release)s?\s+v?\d[\w.+-]*)\b"
)
_READ: Final = re.compile(r"\bread\s+on\s+(\d{4}-\d{2}-\d{2})\b")


def use_rules(language: Language, around: Surroundings) -> Iterator[Finding]:
    """What a page says of other software can be looked up where its author saw it."""
    for pattern in language.patterns.values():
        yield from uncited_uses(pattern)
        yield from undated_uses(pattern, around)


def uncited_uses(pattern: Pattern) -> Iterator[Finding]:
    """Find known uses without a source."""
    for use in pattern.uses:
        if not use.is_sourced:
            yield Finding(
                use.place, "uncited-use", "a known use names its source: cite it or link to it"
            )


def undated_uses(pattern: Pattern, around: Surroundings) -> Iterator[Finding]:
    """Find known uses whose text and sources do not say what was read, and when."""
    for use in pattern.uses:
        texts = [use.text, *(around.sources.get(key, "") for key in use.cites)]
        if use.is_sourced and not any(map(tells_what_was_read, texts)):
            where = f"the note of {' or '.join(use.cites)}" if use.cites else "its text"
            message = (
                "a known use says which state of the software was read, and when: expected "
                f"'commit 0a1b2c3' or 'version 1.2' and 'read on 2026-12-01' in {where}"
            )
            yield Finding(use.place, "undated-use", message)


def tells_what_was_read(text: str) -> bool:
    """Whether a text holds a commit or version, and the day on which it was read.

    >>> tells_what_was_read("Source repository, commit 0a1b2c3, read on 2026-12-01")
    True
    >>> tells_what_was_read("Version 1.2, read on 2026-12-32")
    False
    """
    read = _READ.search(text)
    if read is None or not _STATE.search(text[0].lower() + text[1:]):
        return False
    try:
        date.fromisoformat(read[1])
    except ValueError:
        return False
    return True
