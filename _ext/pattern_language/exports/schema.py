"""The JSON Schema (2020-12) of the document.

Vocabularies are taken from the model, so that neither can change without the other. Objects are
closed: a reader that knows this version knows every field that it can meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pattern_language.exports.document import FORMAT, SCHEMA_NAME
from pattern_language.model import Effect, PartKind, RelationKind, State

if TYPE_CHECKING:
    from enum import StrEnum

    from pattern_language.exports.document import Json

_ID = "^[a-z0-9]+(-[a-z0-9]+)*$"


def schema(base_url: str = "") -> dict[str, Json]:
    """Make the schema.

    Args:
        base_url: Where the catalogue is published, ending in a slash. Without it the schema's
            ``$id`` is relative: it is resolved against wherever the file is found.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": base_url + SCHEMA_NAME,
        "title": "Pattern language",
        "description": "Patterns, the forces that they answer, and the relations between them.",
        **_object(
            _PROPERTIES | {"edition": _ref("edition", "The edition of the catalogue.")},
            optional=(),
        ),
        "$defs": _definitions(),
    }


def _definitions() -> dict[str, Json]:
    named: dict[str, Json] = {
        "id": {"type": "string", "pattern": _ID, "description": "Permanent."},
        "address": {
            "type": "string",
            "format": "uri-reference",
            "description": "Relative to the root of the site, where this file stands.",
        },
        "url": {
            "type": "string",
            "format": "uri",
            "description": "The same, absolute; present where the place of the site is known.",
        },
    }
    objects = {
        "edition": _object(
            {
                "title": _text("Title of the catalogue."),
                "authors": _list(_text("Name in reading order."), "Persons and bodies."),
                "version": _text("Version of the edition."),
                "date": _text("Date of release, ISO 8601.") | {"format": "date"},
                "license": _text("SPDX expression."),
                "url": _ref("url", "Where the catalogue is published."),
            },
            optional=("version", "date", "license", "url"),
        ),
        "category": _object({"id": _ref("id"), "title": _text("Title of the category.")}),
        "force": _object(
            {
                "id": _ref("id"),
                "name": _text("The two goods, joined."),
                "goods": _list(_text("A good."), "More of one costs some of the other.")
                | {"minItems": 2, "maxItems": 2},
                "summary": _text("The tension in one sentence."),
                "group": _text("The heading below which it stands; may be empty."),
            },
            placed=True,
        ),
        "pattern": _object(_PATTERN, placed=True),
        "part": _object({"kind": _one_of(PartKind, "Which part it is.")}, placed=True),
        "pressing": _object(
            {"force": _ref("id"), "text": _text("How the force presses in this pattern.")},
            placed=True,
        ),
        "consequence": _object(
            {
                "text": _text("The consequence."),
                "answers": _list(_ref("answer"), "The forces that it answers."),
            }
        ),
        "answer": _object(
            {
                "effect": _one_of(Effect, "What the solution makes of the force."),
                "force": _ref("id"),
            },
            placed=True,
        ),
        "relation": _object(
            {
                "kind": {
                    "enum": [kind.value for kind in RelationKind if kind.is_canonical],
                    "description": "Read from source to target. 'alternative-to' and "
                    "'conflicts-with' hold in both directions; their source is the smaller id.",
                },
                "source": _ref("id"),
                "target": _ref("id"),
                "reason": _text("Why, in one sentence."),
            }
        ),
        "sequence": _object(
            {
                "id": _ref("id"),
                "title": _text("Title of the sequence."),
                "summary": _text("What it leads from and to."),
                "steps": _list(_ref("step"), "In the order in which patterns are applied."),
            },
            placed=True,
        ),
        "step": _object(
            {"pattern": _ref("id"), "text": _text("What the pattern adds at this place.")}
        ),
    }
    return named | dict(objects.items())


def _object(
    properties: dict[str, Json], *, optional: tuple[str, ...] = (), placed: bool = False
) -> dict[str, Json]:
    if placed:
        properties = properties | {"address": _ref("address"), "url": _ref("url")}
        optional = (*optional, "url")
    required: list[Json] = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _text(description: str) -> dict[str, Json]:
    return {"type": "string", "description": description}


def _list(items: dict[str, Json], description: str) -> dict[str, Json]:
    return {"type": "array", "items": items, "description": description}


def _one_of(values: type[StrEnum], description: str) -> dict[str, Json]:
    return {"enum": [value.value for value in values], "description": description}


def _ref(name: str, description: str = "") -> dict[str, Json]:
    found: dict[str, Json] = {"$ref": f"#/$defs/{name}"}
    return found | ({"description": description} if description else {})


_PATTERN: dict[str, Json] = {
    "id": _ref("id"),
    "name": _text("Title of its page."),
    "intent": _text("What it is for, in one or two sentences."),
    "category": _text("Id of its category."),
    "state": _one_of(State, "How far its engineering has come; its form is complete in any case."),
    "modules": _list(_text("Dotted name."), "The engineering solution."),
    "examples": _list(_text("Name on the page."), "Runnable blocks of its page."),
    "citation_key": _text("Its key in patterns.bib, patterns.ris and patterns.csl.json."),
    "parts": _list(_ref("part"), "In the order of the page."),
    "forces": _list(_ref("pressing"), "The forces that press in it."),
    "consequences": _list(_ref("consequence"), "What results from its solution."),
}

_PROPERTIES: dict[str, Json] = {
    "$schema": _text("Address of this schema."),
    "format": {"const": FORMAT, "description": "Version of this form."},
    "language": _text("Natural language of the texts, BCP 47."),
    "edition": {},
    "categories": _list(_ref("category"), "In the order of the catalogue."),
    "forces": _list(_ref("force"), "In the order of their definitions."),
    "patterns": _list(_ref("pattern"), "By category, then by name."),
    "relations": _list(_ref("relation"), "Each once."),
    "sequences": _list(_ref("sequence"), "Paths through the language."),
    "building_order": _list(
        _ref("id"), "All patterns, each after those that it requires, uses or refines."
    ),
}
