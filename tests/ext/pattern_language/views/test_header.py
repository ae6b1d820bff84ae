from docutils import nodes

from pattern_language.views.header import header_facts
from tests.ext.pattern_language.views.languages import catalogue, context


def test_the_facts_of_a_pattern_in_progress_are_one_line() -> None:
    (found,) = header_facts(context(catalogue(), "worker-pool"))
    assert found.astext() == (
        "Workers and parallelism · Engineering in progress · Module bridge.worker_pool · "
        "Permanent id worker-pool · In sequence Off the thread that draws"
    )


def test_a_complete_pattern_shows_what_verified_it() -> None:
    (found,) = header_facts(context(catalogue(), "reactive-ui"))
    assert "25 examples passed on 0.26, 314" in found.astext()
    assert "progress" not in found.astext()


def test_each_sequence_of_a_pattern_is_a_link() -> None:
    (found,) = header_facts(context(catalogue(), "worker-rpc"))
    assert [link["refuri"] for link in found.findall(nodes.reference)] == [
        "index.html#sequence-off-the-drawing-thread",
        "index.html#sequence-numbers",
    ]


def test_an_unknown_pattern_has_no_facts() -> None:
    assert header_facts(context(catalogue(), "nobody")) == []
