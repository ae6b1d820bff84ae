import xml.etree.ElementTree as ET

from docutils import nodes
from hypothesis import given, settings

from pattern_language.model import Effect, Language
from pattern_language.views.matrix import LETTERS, force_matrix
from tests.ext.pattern_language.views.languages import catalogue, context, languages
from tests.ext.pattern_language.views.reading import markup


def table(language: Language) -> ET.Element:
    made = markup(force_matrix(context(language))).find(".//table")
    assert made is not None
    return made


def cells(language: Language) -> dict[tuple[str, str], list[tuple[str, str, str]]]:
    """Letter, address and spoken name of each mark, by force and pattern."""
    found = {}
    forces = iter(language.forces)
    for row in table(language).findall("tbody/tr"):
        if row.get("class") == "force-matrix-group":
            continue
        force = next(forces)
        for pattern, cell in zip(language.patterns, row.findall("td"), strict=True):
            found[force, pattern] = [
                (mark.text or "", mark.get("href", ""), mark.get("aria-label", ""))
                for mark in cell.findall("a")
            ]
    return found


@given(languages(most_patterns=8, most_relations=0))
@settings(max_examples=25, deadline=None)
def test_every_cell_shows_exactly_what_the_pattern_makes_of_the_force(language: Language) -> None:
    if not language.forces:
        assert force_matrix(context(language)) == []
        return
    for (force, pattern), marks in cells(language).items():
        effects = language.effects(pattern, force)
        assert [letter for letter, _, _ in marks] == [LETTERS[effect] for effect in effects]


def test_a_mark_leads_to_its_consequence_and_says_what_it_means() -> None:
    found = cells(catalogue())
    assert found["isolation-and-sharing", "worker-pool"] == [
        (
            "B",
            "workers/worker-pool.html#worker-pool-balances-isolation-and-sharing",
            "Worker Pool balances Isolation and sharing",
        ),
        (
            "W",
            "workers/worker-pool.html#worker-pool-worsens-isolation-and-sharing",
            "Worker Pool worsens Isolation and sharing",
        ),
    ]


def test_a_force_that_a_pattern_lists_and_does_not_answer_has_a_mark_too() -> None:
    (mark,) = cells(catalogue())["isolation-and-sharing", "reactive-ui"]
    assert mark[0] == "P"
    assert mark[1].endswith("#reactive-ui-force-isolation-and-sharing")


def test_heads_name_what_they_are_heads_of() -> None:
    made = table(catalogue())
    groups, patterns = made.findall("thead/tr")
    spans = [(head.text, head.get("colspan")) for head in groups.findall("th[@scope='colgroup']")]
    assert spans == [
        ("Architectural patterns", "4"),
        ("Workers and parallelism", "5"),
        ("Loading and storage", "3"),
    ]
    assert len(patterns.findall("th[@scope='col']")) == 12
    assert len(made.findall("tbody/tr/th[@scope='row']")) == len(catalogue().forces)
    assert made.findtext("caption")


def test_who_has_no_pointer_can_scroll_it() -> None:
    frame = markup(force_matrix(context(catalogue()))).find("div[@role='region']")
    assert frame is not None
    assert (frame.get("tabindex"), bool(frame.get("aria-label"))) == ("0", True)


def test_other_builders_get_a_list_for_each_group_with_the_same_facts() -> None:
    language = catalogue()
    found = force_matrix(context(language, is_html=False))
    assert not [node for node in found if isinstance(node, nodes.raw)]
    titles = [node.astext() for node in found if isinstance(node, nodes.rubric)]
    assert titles == list(language.groups())
    lines = [item.astext() for node in found for item in node.findall(nodes.list_item)]
    assert len(lines) == len(language.forces)
    assert "Warm capacity and small memory: Worker Pool (worsens)." in lines


def test_letters_are_one_for_each_effect() -> None:
    assert len(set(LETTERS.values())) == len(Effect)
