import doctest
import xml.etree.ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from pattern_language.model import RelationKind
from pattern_language.views import svg
from pattern_language.views.layout.column import column
from pattern_language.views.layout.shapes import Item, Link
from pattern_language.views.svg import Face
from tests.ext.pattern_language.views.reading import parse

SVG = "{http://www.w3.org/2000/svg}"
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1)


def drawn(kind: RelationKind, name: str = "Name") -> ET.Element:
    drawing = column([Item("a", 80), Item("b", 80)], [Link("a", "b")])
    faces = {key: Face((name,), f"{key}.html?x&y", f"{name}: facts", 0) for key in "ab"}
    return parse(svg.write(drawing, faces, [kind], label="A map"))


def test_the_examples_of_its_docstrings_hold() -> None:
    assert doctest.testmod(svg).failed == 0


@given(TEXTS)
@settings(max_examples=20, deadline=None)
def test_every_node_is_a_link_with_a_name_whatever_its_text(name: str) -> None:
    links = drawn(RelationKind.USES, name).findall(f".//{SVG}a")
    assert [link.get("href") for link in links] == ["a.html?x&y", "b.html?x&y"]
    assert [link.get("aria-label") for link in links] == [f"{name}: facts"] * 2
    assert [link.findtext(f"{SVG}text") for link in links] == [name, name]


def test_each_kind_of_relation_has_marks_that_differ_without_colour() -> None:
    marks = set()
    for kind in (kind for kind in RelationKind if kind.is_canonical):
        found = drawn(kind).findall(f".//*[@class='graph-mark graph-mark-{kind.value}']")
        assert len(found) == (2 if kind.is_symmetric else 1)
        shape = found[0].get("d", "circle")
        is_closed, moves = shape.endswith("Z"), shape.count("M")
        marks.add((found[0].tag, is_closed, moves, len(shape.split("L")[0])))
    assert len(marks) >= 4


def test_the_whole_has_a_name_and_no_colour_of_its_own() -> None:
    found = drawn(RelationKind.REQUIRES)
    assert (found.get("role"), found.get("aria-label")) == ("group", "A map")
    for element in found.iter():
        assert not {"fill", "stroke", "color"} & {*element.keys()}


def test_pointing_at_a_node_sets_back_the_edges_of_others() -> None:
    style = drawn(RelationKind.REQUIRES).findtext(f"{SVG}style") or ""
    assert '[data-node="a"]:is(:hover,:focus-visible)' in style
    assert ':not([data-ends~="a"])' in style
