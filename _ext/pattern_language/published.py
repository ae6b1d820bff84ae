"""The ids that were ever published: permanent, so that what cites them can rely on it.

The file is TOML. ``[patterns]``, ``[forces]`` and ``[sequences]`` give for each id the page that
it was published on; ``[redirects.patterns]``, ``[redirects.forces]``, ``[redirects.sequences]`` and
``[redirects.pages]`` give for what was renamed or moved its present id or page.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pattern_language.model import PartKind, Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pattern_language.model import Language

KINDS: Final = ("patterns", "forces", "sequences")
PAGES: Final = "pages"
_TABLES: Final = (*KINDS, *(f"redirects.{name}" for name in (*KINDS, PAGES)))

_HEAD: Final = """\
# The ids that were ever published: what cites them relies on them, so no entry is ever removed.
# New ones are added by: python -m pattern_language publish
# What is renamed or moved gets an entry below [redirects.patterns], [redirects.forces],
# [redirects.sequences] (old id = "new id") or [redirects.pages] ("old page" = "new page").
"""


class PublishedIdsError(ValueError):
    """The file of published ids cannot be read.

    Attributes:
        file: The file.
        reason: What is wrong with it.
    """

    def __init__(self, file: str, reason: str) -> None:
        super().__init__(file, reason)
        self.file = file
        self.reason = reason

    def __str__(self) -> str:
        tables = ", ".join(f"[{name}]" for name in _TABLES)
        return f"{self.file}: {self.reason}; expected are the tables {tables} of texts by id"


@dataclass(frozen=True)
class Published:
    """What the file says."""

    file: str
    """POSIX path relative to the source directory."""
    pages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By kind and id: the page on which it was published."""
    redirects: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By kind (or ``pages``) and old id: the new one."""
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """By table and key: the line."""

    def place(self, table: str, key: str) -> Place:
        """Return where an entry stands."""
        return Place("", self.lines.get((table, key), 1), self.file)

    def current(self, kind: str, name: str) -> str:
        """Follow redirects from an id (or a page) to the present one.

        A circle ends where it closes: no redirect of it leads to anything that exists.
        """
        seen = {name}
        target = self.redirects.get(kind, {}).get(name, name)
        while target not in seen:
            seen.add(target)
            target = self.redirects.get(kind, {}).get(target, target)
        return target

    def former(self, kind: str, name: str) -> list[str]:
        """Return the ids that were redirected to a present one."""
        old = self.redirects.get(kind, {})
        return sorted(one for one in old if self.current(kind, one) == name != one)

    def redirected(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield old and new id of all objects of a type (``pattern``, ``force``, ``part`` ...)."""
        if kind == "part":
            for old, new in self.redirected("pattern"):
                yield from ((f"{old}-{part.value}", f"{new}-{part.value}") for part in PartKind)
            return
        for old in self.redirects.get(f"{kind}s", {}):
            yield old, self.current(f"{kind}s", old)


def read(srcdir: Path, file: str) -> Published:
    """Read the file; one that does not exist yet lists nothing.

    Raises:
        PublishedIdsError: If it is not such a file.
    """
    try:
        text = Path(srcdir, file).read_text("utf-8")
    except FileNotFoundError:
        return Published(file)
    return parse(text, file)


def parse(text: str, file: str) -> Published:
    r"""Read the text of the file.

    >>> found = parse('[patterns]\npool = "workers/pool"\n', "ids.toml")
    >>> found.pages["patterns"], found.place("patterns", "pool").line
    ({'pool': 'workers/pool'}, 2)

    Raises:
        PublishedIdsError: If it is not such a text.
    """
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # the latter: a number or a depth beyond Python
        raise PublishedIdsError(file, str(error)) from error
    redirects = data.pop("redirects", {})
    for known, tables in ((KINDS, data), ((*KINDS, PAGES), redirects)):
        if not isinstance(tables, dict) or (unknown := sorted(tables.keys() - set(known))):
            raise PublishedIdsError(
                file, f"unknown: {unknown if isinstance(tables, dict) else tables}"
            )
        for name, table in tables.items():
            if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()):
                raise PublishedIdsError(file, f"[{name}] holds something else than texts")
    return Published(file, data, redirects, dict(_lines(text)))


def _lines(text: str) -> Iterator[tuple[tuple[str, str], int]]:
    table = ""
    for number, line in enumerate(text.split("\n"), 1):
        if match := re.match(r"\s*\[([\w.\s-]+)\]", line):
            table = match[1].replace(" ", "")
        elif match := re.match(r"""\s*["']?([\w/.-]+)["']?\s*=""", line):
            yield (table, match[1]), number


def ids_of(language: Language) -> dict[str, dict[str, str]]:
    """Return what the file has to list of a language: the page of each id, by kind."""
    return {
        "patterns": {p.id: p.docname for p in language.patterns.values()},
        "forces": {f.id: f.docname for f in language.forces.values()},
        "sequences": {s.id: s.docname for s in language.sequences.values()},
    }


def extended(text: str, language: Language, file: str) -> str:
    """Return the text with the ids that it does not list yet; nothing is removed or changed.

    Raises:
        PublishedIdsError: If the text is not that of such a file.
    """
    published = parse(text, file)
    text = text or _HEAD
    for kind, ids in ids_of(language).items():
        new = sorted(ids.keys() - published.pages.get(kind, {}).keys())
        if new:
            text = _add(text, kind, [f'{name} = "{ids[name]}"' for name in new])
    return text


def _add(text: str, table: str, lines: list[str]) -> str:
    """Put lines at the end of a table; one that is not there comes last."""
    rows = text.removesuffix("\n").split("\n") if text else []
    heads = [i for i, row in enumerate(rows) if re.match(r"\s*\[", row)]
    start = next((i for i in heads if rows[i].split("#")[0].strip() == f"[{table}]"), None)
    if start is None:
        gap = [""] if rows and rows[-1].strip() else []
        rows += [*gap, f"[{table}]", *lines]
        return "\n".join(rows) + "\n"
    end = next((i for i in heads if i > start), len(rows))
    while not rows[end - 1].strip() or rows[end - 1].lstrip().startswith("#"):
        end -= 1
    rows[end:end] = lines
    return "\n".join(rows) + "\n"
