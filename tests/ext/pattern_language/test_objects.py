"""What can be referred to, and the names that stand in texts."""

from __future__ import annotations

from dataclasses import replace

from pattern_language.model import (
    Force,
    Language,
    Page,
    Part,
    PartKind,
    Pattern,
    Place,
    Relation,
    RelationKind,
    Sequence,
    State,
    Step,
)
from pattern_language.objects import Target, objects, with_names

PLACE = Place("work/a", 3)
PATTERN = Pattern(
    "a", "Alpha", "As in \ufdd0force:x\ufdd1.", "", State.COMPLETE, (), "work/a", PLACE,
    parts=(Part(PartKind.FORCES, "a-forces", PLACE),),
    relations=(Relation(RelationKind.USES, "a", "b", "See \ufdd0pattern:ghost\ufdd1.", PLACE),),
    examples=("count",),
)  # fmt: skip
FORCE = Force(
    "x", ("Heat", "light"), "Not \ufdd0part:a-forces\ufdd1.", "forces", Place("forces", 1)
)
STEP = Step("a", "With \ufdd0pattern:a\ufdd1.", PLACE)
SEQUENCE = Sequence("s", "Steps", "", (STEP,), "index", Place("index", 1))
LANGUAGE = Language.of(
    [Page("work/a", (PATTERN,)), Page("forces", (), (FORCE,)), Page("index", (), (), (SEQUENCE,))],
    {"one": "One"},
)


def test_every_type_has_its_objects() -> None:
    assert dict(objects(LANGUAGE, "pattern")) == {"a": Target("Alpha", "work/a", "pattern-a")}
    assert dict(objects(LANGUAGE, "force")) == {"x": Target("Heat and light", "forces", "force-x")}
    assert dict(objects(LANGUAGE, "part")) == {
        "a-forces": Target("Alpha: Forces", "work/a", "a-forces")
    }
    assert dict(objects(LANGUAGE, "sequence")) == {"s": Target("Steps", "index", "sequence-s")}
    assert dict(objects(LANGUAGE, "example")) == {
        "a/count": Target("Alpha: count", "work/a", "count")
    }


def test_texts_of_all_records_get_names_and_unknown_ids_stay() -> None:
    found = with_names(LANGUAGE)
    assert found.patterns["a"].intent == "As in Heat and light."
    assert found.patterns["a"].relations[0].reason == "See ghost."
    assert found.forces["x"].summary == "Not Alpha: Forces."
    assert found.sequences["s"].steps[0].text == "With Alpha."
    assert found.categories == LANGUAGE.categories


def test_nothing_but_texts_changes() -> None:
    found = with_names(LANGUAGE).patterns["a"]
    assert replace(found, intent=PATTERN.intent, relations=PATTERN.relations) == PATTERN
