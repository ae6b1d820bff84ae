from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from pattern_language.exports.document import document
from pattern_language.exports.schema import schema
from pattern_language.model import Effect, RelationKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pattern_language.edition import Edition
    from pattern_language.model import Language

BASE = "https://example.org/language/"


def address(docname: str, anchor: str) -> str:
    return f"{docname}.html#{anchor}"


def validate(made: Any, base: str = "") -> None:
    form = schema(base)
    Draft202012Validator.check_schema(form)
    Draft202012Validator(form, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(made)


def objects(form: Any) -> Iterator[dict[str, Any]]:
    if isinstance(form, dict):
        if form.get("type") == "object":
            yield form
        for value in form.values():
            yield from objects(value)


def test_the_document_is_valid_published_or_not(
    language: Language, edition: Edition, unpublished: Edition
) -> None:
    validate(document(language, edition, address), BASE)
    validate(document(language, unpublished, address))


def test_an_empty_language_is_valid(unpublished: Edition, language: Language) -> None:
    validate(document(type(language).of([]), unpublished, address))


def test_the_schema_is_found_where_it_is_published() -> None:
    assert schema(BASE)["$id"] == f"{BASE}patterns.schema.json"
    assert schema()["$id"] == "patterns.schema.json"


def test_every_object_is_closed_and_every_field_is_described() -> None:
    form: Any = schema()
    found = list(objects(form))
    assert len(found) == 12
    for one in found:
        assert one["additionalProperties"] is False
        for field in one["properties"].values():
            target = form["$defs"].get(field.get("$ref", "").removeprefix("#/$defs/"), field)
            assert field.get("description") or target.get("description"), field


def test_vocabularies_are_those_of_the_model() -> None:
    definitions: Any = schema()["$defs"]
    effects = definitions["answer"]["properties"]["effect"]["enum"]
    assert effects == [effect.value for effect in Effect]
    kinds = definitions["relation"]["properties"]["kind"]["enum"]
    assert kinds == [kind.value for kind in RelationKind if kind.is_canonical]


@pytest.mark.parametrize(
    "path",
    [
        ("patterns", 0, "state"),
        ("patterns", 0, "id"),
        ("patterns", 0, "consequences", 0, "answers", 0, "effect"),
        ("relations", 0, "kind"),
        ("forces", 0, "goods"),
        ("edition", "date"),
        ("format",),
    ],
)
def test_a_wrong_value_is_refused(
    path: tuple[str | int, ...], language: Language, edition: Edition
) -> None:
    made: Any = copy.deepcopy(document(language, edition, address))
    holder = made
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = "No such thing"
    with pytest.raises(ValidationError):
        validate(made)


def test_an_unknown_field_and_a_missing_one_are_refused(
    language: Language, edition: Edition
) -> None:
    made: Any = document(language, edition, address)
    with pytest.raises(ValidationError, match="unexpected"):
        validate({**made, "more": 1})
    del made["relations"]
    with pytest.raises(ValidationError, match="'relations' is a required property"):
        validate(made)
