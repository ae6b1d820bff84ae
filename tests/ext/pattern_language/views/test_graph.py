import xml.etree.ElementTree as ET
from itertools import pairwise
from typing import Any

import pytest
from docutils import nodes
from hypothesis import given, settings
from hypothesis import strategies as st

from pattern_language.model import Language
from pattern_language.views import svg
from pattern_language.views.graph import neighbourhood, pattern_graph
from pattern_language.views.layout.text import width
from tests.ext.pattern_language.views.languages import catalogue, context, languages
from tests.ext.pattern_language.views.reading import markup

SVG = "{http://www.w3.org/2000/svg}"


def maps(found: list[Any]) -> list[ET.Element]:
    return markup(found).findall(f".//{SVG}svg[@class='graph-drawing']")


def names(drawing: ET.Element) -> list[str]:
    return [link.get("data-node", "") for link in drawing.findall(f".//{SVG}a")]


def test_both_drawings_have_every_pattern_and_every_relation() -> None:
    language = catalogue()
    drawings = maps(pattern_graph(context(language)))
    assert len(drawings) == 2
    for drawing in drawings:
        assert sorted(names(drawing)) == sorted(language.patterns)
        ends = [edge.get("data-ends") for edge in drawing.findall(f".//{SVG}g[@data-ends]")]
        assert ends == [f"{edge.source} {edge.target}" for edge in language.relations]


def test_categories_stand_in_lanes_of_their_own() -> None:
    language = catalogue()
    wide = maps(pattern_graph(context(language)))[0]
    titles = [t.text for t in wide.findall(f"{SVG}text[@class='graph-title']")]
    assert titles == list(language.categories.values())
    spans: dict[str, list[float]] = {}
    for link in wide.findall(f".//{SVG}a"):
        box = link.find(f"{SVG}rect")
        assert box is not None
        left = float(box.get("x", ""))
        category = language.patterns[link.get("data-node", "")].category
        spans.setdefault(category, []).extend([left, left + float(box.get("width", ""))])
    ordered = [spans[category] for category in language.categories]
    for one, following in pairwise(ordered):
        assert max(one) < min(following)


@given(languages())
@settings(max_examples=15, deadline=None)
def test_names_fit_their_boxes(language: Language) -> None:
    for drawing in maps(pattern_graph(context(language))):
        for link in drawing.findall(f".//{SVG}a"):
            box = link.find(f"{SVG}rect")
            assert box is not None
            assert len(link.findall(f"{SVG}text")) <= 3
            for line in link.findall(f"{SVG}text"):
                size = svg.NOTE_SIZE if line.get("class") else svg.FONT_SIZE
                assert width(line.text or "", size) <= float(box.get("width", "")) - 20


def test_who_hears_a_node_hears_what_its_place_and_edges_show() -> None:
    drawing = maps(pattern_graph(context(catalogue())))[0]
    labels = {a.get("data-node"): a.get("aria-label") for a in drawing.findall(f".//{SVG}a")}
    assert labels["webgpu-compute"] == (
        "WebGPU Compute: Workers and parallelism; Engineering in progress; "
        "uses Shared Memory; is an alternative to Worker Pool"
    )


def test_what_is_in_progress_is_outlined_differently_and_explained() -> None:
    found = pattern_graph(context(catalogue()))
    for drawing in maps(found):
        for link in drawing.findall(f".//{SVG}a"):
            is_marked = "graph-node-in-progress" in link.get("class", "")
            assert is_marked == (link.get("data-node") != "reactive-ui")
    legend = markup(found).find(".//ul")
    assert legend is not None
    assert ["".join(item.itertext()) for item in legend] == [
        "requires",
        "uses",
        "alternative to",
        "conflicts with",
        "engineering in progress",
    ]


@pytest.mark.parametrize("is_html", [True, False])
def test_the_relations_are_told_in_words_everywhere(is_html: bool) -> None:
    language = catalogue()
    found = pattern_graph(context(language, is_html=is_html))
    told = [node for node in found if isinstance(node, nodes.bullet_list)]
    lines = [item.astext() for item in told[0]]
    assert len(lines) == len(language.relations)
    assert "Worker Pool requires Worker RPC: Because of worker-rpc." in lines
    if not is_html:
        assert not [node for node in found if isinstance(node, nodes.raw)]


def test_a_neighbourhood_is_one_pattern_with_what_it_is_related_to() -> None:
    wide, narrow = maps(neighbourhood(context(catalogue(), "worker-pool")))
    expected = [
        "bootstrapping",
        "persistent-file-system",
        "synchronous-looking-async-ui",
        "webgpu-compute",
        "worker-pool",
        "worker-rpc",
    ]
    assert sorted(names(wide)) == sorted(names(narrow)) == expected
    tops = {}
    for link in wide.findall(f".//{SVG}a"):
        box = link.find(f"{SVG}rect")
        assert box is not None
        tops[link.get("data-node")] = float(box.get("y", ""))
    assert tops["synchronous-looking-async-ui"] < tops["worker-pool"] < tops["worker-rpc"]
    assert tops["webgpu-compute"] == tops["worker-pool"] == tops["persistent-file-system"]


@given(languages(), st.data())
@settings(max_examples=15, deadline=None)
def test_any_neighbourhood_can_be_drawn(language: Language, data: st.DataObject) -> None:
    subject = data.draw(st.sampled_from(sorted(language.patterns)))
    found = neighbourhood(context(language, subject))
    related = {edge.target for edge in language.relations_of(subject)}
    if not related:
        assert found == []
    else:
        assert all({*names(drawing)} == related | {subject} for drawing in maps(found))


def test_other_builders_get_no_neighbourhood_because_the_page_lists_it() -> None:
    assert neighbourhood(context(catalogue(), "worker-pool", is_html=False)) == []


def test_a_map_around_a_pattern_is_its_neighbourhood_with_its_relations_in_words() -> None:
    found = pattern_graph(context(catalogue(), "reactive-ui"))
    assert names(maps(found)[0])
    assert [item.astext() for item in found[-1].children] == [
        "Reactive UI is used by Synchronous-Looking Async UI: Because of reactive-ui."
    ]


@given(languages(most_patterns=4, most_relations=12))
@settings(max_examples=20, deadline=None)
def test_relations_in_cycles_and_several_between_two_patterns_are_all_drawn(
    language: Language,
) -> None:
    for drawing in maps(pattern_graph(context(language))):
        assert len(drawing.findall(f".//{SVG}g[@data-ends]")) == len(language.relations)


def test_a_language_without_patterns_has_no_map() -> None:
    assert pattern_graph(context(Language.of([]))) == []
    (told,) = pattern_graph(context(Language.of([]), is_html=False))
    assert told.astext() == "No pattern is related to another."
