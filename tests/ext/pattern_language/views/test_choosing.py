from hypothesis import given, settings
from hypothesis import strategies as st

from pattern_language.model import Language
from pattern_language.views.choosing import Choice, Suggestion, choose, facts
from tests.ext.pattern_language.views.languages import catalogue, languages


def chosen(*forces: str) -> Choice:
    return choose(facts(catalogue()), forces)


def test_suggested_is_what_resolves_or_balances_and_what_that_requires() -> None:
    found = chosen("synchronous-style-and-unblocked-host")
    assert [(one.pattern, one.rank) for one in found.suggestions] == [
        ("worker-load-failure", 0),
        ("worker-rpc", 0),
        ("worker-pool", 1),
        ("synchronous-looking-async-ui", 1),
    ]
    assert found.suggestions[0].required_by == (
        "worker-rpc",
        "worker-pool",
        "synchronous-looking-async-ui",
    )


def test_reasons_are_answers_to_what_was_chosen_and_the_price() -> None:
    found = chosen("isolation-and-sharing", "start-up-time-and-capability")
    pool = next(one for one in found.suggestions if one.pattern == "worker-pool")
    assert pool == Suggestion(
        "worker-pool",
        3,
        (("balances", "isolation-and-sharing"),),
        (
            ("leaves-open", "start-up-time-and-capability"),
            ("worsens", "isolation-and-sharing"),
            ("worsens", "warm-capacity-and-memory"),
        ),
        (),
    )


def test_resolving_counts_more_than_balancing() -> None:
    found = chosen("granularity-and-crossings")
    ranks = {one.pattern: one.rank for one in found.suggestions}
    assert ranks["reactive-ui"] < ranks["worker-rpc"]


def test_alternatives_and_conflicts_are_told_when_both_sides_are_suggested() -> None:
    found = chosen("copies-and-safety", "isolation-and-sharing")
    assert found.alternatives == (("webgpu-compute", "worker-pool"),)
    assert chosen("isolation-and-sharing").alternatives == ()
    assert found.conflicts == ()


def test_a_force_that_nothing_answers_is_told() -> None:
    found = chosen("warm-capacity-and-memory")
    assert found == Choice((), (), (), ("warm-capacity-and-memory",))


def test_nothing_chosen_or_unknown_suggests_nothing() -> None:
    assert chosen() == chosen("nobody") == Choice((), (), (), ())


@given(languages(most_patterns=10, most_relations=20), st.data())
@settings(max_examples=60, deadline=None)
def test_suggestions_are_complete_in_building_order_and_have_a_reason(
    language: Language, data: st.DataObject
) -> None:
    forces = data.draw(st.sets(st.sampled_from([*language.forces, "nobody"])))
    found = choose(facts(language), forces)
    names = [one.pattern for one in found.suggestions]
    assert names == [name for name in language.building_order if name in names]
    answered = set()
    for one in found.suggestions:
        assert language.prerequisites(one.pattern) <= {*names}
        assert one.answers or one.required_by
        assert bool(one.rank) == bool(one.answers)
        answered |= {force for _, force in one.answers}
    assert answered | {*found.unanswered} == forces & {*language.forces}
    assert not answered & {*found.unanswered}
