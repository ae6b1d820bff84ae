from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pattern_language.exports.document import document
from pattern_language.model import Language

if TYPE_CHECKING:
    from pattern_language.edition import Edition
    from pattern_language.model import Page

# How long a law takes on a busy machine says nothing about it.
LAW = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


BASE = "https://example.org/language/"


def address(docname: str, anchor: str) -> str:
    return f"{docname}.html" + (f"#{anchor}" if anchor else "")


def test_a_pattern_tells_its_parts_forces_and_consequences_with_their_places(
    language: Language, edition: Edition
) -> None:
    made: Any = document(language, edition, address)
    alpha = next(one for one in made["patterns"] if one["id"] == "alpha")
    page = "work/alpha.html"

    def at(anchor: str = "") -> dict[str, str]:
        found = page + (f"#{anchor}" if anchor else "")
        return {"address": found, "url": BASE + found}

    assert alpha == {
        "id": "alpha",
        "name": "The «alpha» & more",
        "intent": "Do the alpha thing.",
        "category": "work",
        "state": "complete",
        "modules": ["work.alpha"],
        "examples": ["first"],
        "citation_key": "a-catalogue-alpha",
        **at(),
        "parts": [{"kind": "context", **at("alpha-context")}],
        "forces": [
            {
                "force": "speed-and-memory",
                "text": "It presses.",
                **at("alpha-force-speed-and-memory"),
            }
        ],
        "consequences": [
            {
                "text": "It is so.",
                "answers": [
                    {
                        "effect": "resolves",
                        "force": "speed-and-memory",
                        **at("alpha-resolves-speed-and-memory"),
                    }
                ],
            }
        ],
    }


def test_relations_are_told_once_in_canonical_direction_with_their_reason(
    language: Language, edition: Edition
) -> None:
    assert document(language, edition, address)["relations"] == [
        {"kind": "requires", "source": "beta", "target": "alpha", "reason": "So it is."}
        if one == "requires"
        else {"kind": "conflicts-with", "source": "beta", "target": "gamma", "reason": "So it is."}
        for one in ("conflicts-with", "requires")
    ]


def test_forces_sequences_categories_order_and_edition_are_there(
    language: Language, edition: Edition
) -> None:
    made: Any = document(language, edition, address, "de")
    assert made["language"] == "de"
    assert made["categories"] == [{"id": "work", "title": "Work"}, {"id": "rest", "title": "Rest"}]
    (force,) = made["forces"]
    assert force["goods"] == ["Speed", "memory"]
    assert force["url"] == f"{BASE}forces.html#force-speed-and-memory"
    (sequence,) = made["sequences"]
    assert sequence["steps"][1] == {"pattern": "beta", "text": "It goes on."}
    assert made["building_order"] == ["alpha", "beta", "gamma"]
    assert [one["state"] for one in made["patterns"]] == ["complete", "complete", "in-progress"]
    assert made["edition"] == {
        "title": "A Catalogue",
        "authors": ["The authors"],
        "version": "1.0",
        "date": "2026-11-22",
        "license": "MIT",
        "url": BASE,
    }


def test_without_a_published_address_nothing_is_absolute(
    language: Language, unpublished: Edition
) -> None:
    text = json.dumps(document(language, unpublished, address))
    assert "http" not in text
    assert '"url"' not in text


@LAW
@given(st.data())
def test_the_order_in_which_pages_were_read_changes_nothing(
    pages: list[Page], edition: Edition, data: st.DataObject
) -> None:
    categories = {"work": "Work", "rest": "Rest"}
    shuffled = Language.of(data.draw(st.permutations(pages)), categories)
    expected = document(Language.of(pages, categories), edition, address)
    assert json.dumps(document(shuffled, edition, address)) == json.dumps(expected)
