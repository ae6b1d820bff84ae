"""The whole language as one JSON document; :mod:`schema` describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from pattern_language.citations.authors import Author
from pattern_language.citations.entry import catalogue_key

if TYPE_CHECKING:
    from collections.abc import Callable

    from pattern_language.edition import Edition
    from pattern_language.model import Consequence, Force, Language, Pattern, Sequence

    Address: TypeAlias = Callable[[str, str], str]

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json]"

FORMAT: Final = 1
"""Version of the document's form: raised when readers of the one before would misread it."""
SCHEMA_NAME: Final = "patterns.schema.json"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things stand: relative to the document, and absolute where that is known."""

    of: Address
    """From page name and anchor (or an empty string) to an address relative to the site's root."""
    base_url: str

    def __call__(self, docname: str, anchor: str = "") -> dict[str, Json]:
        """Return the fields that say where a thing stands."""
        address = self.of(docname, anchor)
        found: dict[str, Json] = {"address": address}
        return found | ({"url": self.base_url + address} if self.base_url else {})


def document(
    language: Language, edition: Edition, address: Address, code: str = "en"
) -> dict[str, Json]:
    """Make the document.

    Args:
        language: The language.
        edition: The edition that it is of.
        address: From page name and anchor to an address relative to the root of the site.
        code: The natural language of the texts, BCP 47.

    Returns:
        Plain data in an order that depends on nothing but the arguments.
    """
    at = Addresses(address, edition.base_url)
    key = catalogue_key(edition.title)
    return {
        "$schema": edition.base_url + SCHEMA_NAME,
        "format": FORMAT,
        "language": code,
        "edition": _edition(edition),
        "categories": [{"id": i, "title": title} for i, title in language.categories.items()],
        "forces": [_force(force, at) for force in language.forces.values()],
        "patterns": [_pattern(one, f"{key}-{one.id}", at) for one in language.patterns.values()],
        "relations": [
            {"kind": e.kind.value, "source": e.source, "target": e.target, "reason": e.reason}
            for e in language.relations
        ],
        "sequences": [_sequence(one, at) for one in language.sequences.values()],
        "building_order": list(language.building_order),
    }


def _edition(edition: Edition) -> Json:
    fields: dict[str, Json] = {
        "title": edition.title,
        "authors": [Author.of(name).name for name in edition.authors],
        "version": edition.version,
        "date": edition.date,
        "license": edition.license,
        "url": edition.base_url,
    }
    return {name: value for name, value in fields.items() if value or name == "authors"}


def _force(force: Force, at: Addresses) -> Json:
    return {
        "id": force.id,
        "name": force.name,
        "goods": list(force.goods),
        "summary": force.summary,
        "group": force.group,
        **at(force.docname, force.anchor),
    }


def _pattern(pattern: Pattern, citation_key: str, at: Addresses) -> Json:
    page = pattern.docname
    return {
        "id": pattern.id,
        "name": pattern.name,
        "intent": pattern.intent,
        "category": pattern.category,
        "state": pattern.state.value,
        "modules": list(pattern.modules),
        "examples": list(pattern.examples),
        "citation_key": citation_key,
        **at(page),
        "parts": [
            {"kind": part.kind.value, **at(page, part.anchor)}
            for part in pattern.parts
            if not part.is_empty
        ],
        "forces": [
            {"force": one.force, "text": one.text, **at(page, pattern.anchor(force=one.force))}
            for one in pattern.pressings
        ],
        "consequences": [_consequence(pattern, one, at) for one in pattern.consequences],
    }


def _consequence(pattern: Pattern, consequence: Consequence, at: Addresses) -> Json:
    return {
        "text": consequence.text,
        "answers": [
            {
                "effect": answer.effect.value,
                "force": answer.force,
                **at(pattern.docname, pattern.anchor(force=answer.force, effect=answer.effect)),
            }
            for answer in consequence.answers
        ],
    }


def _sequence(sequence: Sequence, at: Addresses) -> Json:
    return {
        "id": sequence.id,
        "title": sequence.title,
        "summary": sequence.summary,
        **at(sequence.docname, sequence.anchor),
        "steps": [{"pattern": step.pattern, "text": step.text} for step in sequence.steps],
    }
