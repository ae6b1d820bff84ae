"""The edition that citations name, read from ``CITATION.cff``.

The file follows the Citation File Format 1.2.0 (Druskat and others, 2021). Where it has a
``preferred-citation``, the work named there is the one to cite, and what it leaves out is taken
from the top level: that is how a repository whose text and code have different licences says so.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import yaml

from pattern_language.citations.authors import Author
from pattern_language.edition import Edition

if TYPE_CHECKING:
    from pathlib import Path


class EditionError(ValueError):
    """A citation file that does not say what citations need."""

    def __init__(self, path: Path, field: str, expected: str, found: str) -> None:
        super().__init__(path, field, expected, found)
        self.path = path
        self.field = field
        """Name of the field; empty where the file as a whole is meant."""
        self.expected = expected
        self.found = found

    def __str__(self) -> str:
        where = f"{self.path}: field '{self.field}'" if self.field else str(self.path)
        return f"{where}: expected {self.expected}, found {self.found}"


def read(path: Path, base_url: str = "") -> Edition:
    """Read the edition from a citation file.

    Args:
        path: A file in Citation File Format.
        base_url: Where the catalogue is published; a missing final slash is added.

    Returns:
        The edition. Persons are given inverted, corporate authors with a final comma where their
        name holds one; :class:`~pattern_language.citations.authors.Author` reads both.

    Raises:
        EditionError: The file is missing or is no mapping in YAML, or a field is missing or not
            of the expected form.
    """
    top = _load(path)
    preferred = top.get("preferred-citation", {})
    if not isinstance(preferred, dict):
        raise EditionError(path, "preferred-citation", "a mapping", repr(preferred))
    fields = {**top, **preferred}
    return Edition(
        title=_text(path, fields, "title"),
        authors=_authors(path, fields),
        version=_text(path, fields, "version", ', in quotes, such as "1.0.0"'),
        date=_date(path, fields),
        license=_license(path, fields),
        base_url=base_url and base_url.rstrip("/") + "/",
    )


# What the parser raises; by the last four, of what has the form of a value and is none.
_UNREADABLE = (
    yaml.YAMLError,
    RecursionError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
)


def _load(path: Path) -> dict[str, Any]:
    try:
        found = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError:
        expected = "a file in Citation File Format (or no path in the configuration)"
        raise EditionError(path, "", expected, "no file") from None
    except _UNREADABLE as error:
        raise EditionError(path, "", "YAML in UTF-8", f"an error: {error}") from error
    if not isinstance(found, dict):
        raise EditionError(path, "", "a mapping of fields", f"a {type(found).__name__}")
    return found


def _text(path: Path, fields: dict[str, Any], name: str, form: str = "") -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        found = "nothing" if value is None else repr(value)
        raise EditionError(path, name, f"a text{form}", found)
    return " ".join(value.split())


def _authors(path: Path, fields: dict[str, Any]) -> tuple[str, ...]:
    value = fields.get("authors")
    if not isinstance(value, list) or not value:
        raise EditionError(path, "authors", "a list of persons and entities", repr(value))
    return tuple(_author(path, one) for one in value)


def _author(path: Path, value: object) -> str:
    if isinstance(value, dict):
        given, particle, family, suffix, entity = (
            " ".join(str(value.get(name, "")).split())
            for name in ("given-names", "name-particle", "family-names", "name-suffix", "name")
        )
        if entity:
            return Author(entity).written
        if family:
            family = " ".join(filter(None, (particle, family, suffix)))
            return Author(f"{given} {family}".strip(), family, given).written
    expected = "entities with 'name', and persons with 'family-names' and 'given-names'"
    raise EditionError(path, "authors", expected, repr(value))


def _date(path: Path, fields: dict[str, Any]) -> str:
    value = fields.get("date-released", fields.get("date-published"))
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        return dt.date.fromisoformat(str(value)).isoformat()
    except ValueError:
        found = "nothing" if value is None else repr(value)
        expected = 'a date such as "2026-11-22"'
        raise EditionError(path, "date-released", expected, found) from None


def _license(path: Path, fields: dict[str, Any]) -> str:
    value = fields.get("license", "")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " OR ".join(value)
    if isinstance(value, str):
        return value
    raise EditionError(path, "license", "an SPDX identifier or a list of them", repr(value))
