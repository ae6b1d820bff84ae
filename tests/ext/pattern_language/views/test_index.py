from docutils import nodes

from pattern_language.model import Language
from pattern_language.views.index import pattern_index
from tests.ext.pattern_language.views.languages import catalogue, context
from tests.ext.pattern_language.views.reading import children


def test_every_pattern_stands_below_its_category_with_its_intent() -> None:
    language = catalogue()
    (found,) = pattern_index(context(language))
    titles = [node.astext() for node in children(found) if isinstance(node, nodes.rubric)]
    assert titles == list(language.categories.values())
    terms = [term.astext() for term in found.findall(nodes.term)]
    assert terms == [pattern.name for pattern in language.patterns.values()]
    for term, pattern in zip(found.findall(nodes.term), language.patterns.values(), strict=True):
        (link,) = term.findall(nodes.reference)
        assert link["refuri"] == f"{pattern.docname}.html#pattern-{pattern.id}"
        assert pattern.intent in term.parent.astext()


def test_a_pattern_shows_either_that_it_is_in_progress_or_what_verified_it() -> None:
    (found,) = pattern_index(context(catalogue()))
    items = {item[0].astext(): item for item in found.findall(nodes.definition_list_item)}
    assert "Engineering in progress" in items["Worker Pool"].astext()
    (badge,) = (
        link
        for link in items["Reactive UI"].findall(nodes.reference)
        if "pattern-badge-passed" in link["classes"]
    )
    assert (badge["refuri"], badge.astext()) == ("report.html#x", "25 examples passed on 0.26, 314")


def test_without_patterns_there_is_no_index() -> None:
    assert pattern_index(context(Language.of([]))) == []
