import doctest

from docutils import nodes

from pattern_language.model import Force, Language, Page, Place
from pattern_language.views import forces
from pattern_language.views.forces import force_answers, force_index
from tests.ext.pattern_language.views.languages import catalogue, context
from tests.ext.pattern_language.views.reading import children


def test_the_examples_of_its_docstrings_hold() -> None:
    assert doctest.testmod(forces).failed == 0


def test_a_force_names_who_it_presses_on_and_what_each_makes_of_it() -> None:
    (found,) = force_answers(context(catalogue(), "isolation-and-sharing"))
    assert [(item[0].astext(), item[1].astext()) for item in children(found)] == [
        ("Presses on", "Reactive UI, Test-Suite Isolation, Shared Memory, Worker Pool"),
        ("Resolved by", "Test-Suite Isolation"),
        ("Balanced by", "Worker Pool"),
        ("Worsened by", "Shared Memory, Worker Pool"),
    ]


def test_each_name_leads_to_where_its_page_says_so() -> None:
    (found,) = force_answers(context(catalogue(), "warm-capacity-and-memory"))
    assert [link["refuri"] for link in found.findall(nodes.reference)] == [
        "workers/worker-pool.html#worker-pool-force-warm-capacity-and-memory",
        "workers/worker-pool.html#worker-pool-worsens-warm-capacity-and-memory",
    ]


def test_a_force_that_nobody_names_says_so_and_an_unknown_one_nothing() -> None:
    place = Place("forces", 1)
    lonely = Force("lonely", ("One", "other"), "", "forces", place)
    language = Language.of([Page("forces", forces=(lonely,))])
    (found,) = force_answers(context(language, "lonely"))
    assert found.astext() == "No pattern names this force."
    assert force_answers(context(language, "nobody")) == []


def test_the_index_has_both_goods_of_every_force_in_order() -> None:
    language = catalogue()
    (found,) = force_index(context(language))
    entries = [item.astext() for item in children(found)]
    assert len(entries) == 2 * len(language.forces)
    assert entries == sorted(entries, key=str.casefold)
    assert "Capability, start-up time and" in entries
    assert "Light first visit and fast later visits" in entries
    assert "Host that never blocks, synchronous style and" in entries


def test_both_entries_of_a_force_lead_to_it() -> None:
    (found,) = force_index(context(catalogue()))
    ends = [link["refuri"] for link in found.findall(nodes.reference)]
    assert ends.count("forces.html#force-isolation-and-sharing") == 2
