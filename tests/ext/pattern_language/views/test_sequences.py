from docutils import nodes

from pattern_language.views.sequences import sequence_navigation
from tests.ext.pattern_language.views.languages import catalogue, context
from tests.ext.pattern_language.views.reading import children, parse


def test_each_sequence_leads_back_and_on_by_name() -> None:
    (found,) = sequence_navigation(context(catalogue(), "worker-rpc"))
    first, second = (parse(node.astext()) for node in children(found))
    assert first.get("aria-label") == "Sequence: Off the thread that draws"
    assert "".join(first.itertext()) == (
        "Sequence Off the thread that draws, 2 of 4Previous Worker Load FailureNext Worker Pool"
    )
    assert [(link.get("rel"), link.get("href")) for link in second.findall("a")] == [
        ("prev", "workers/worker-load-failure.html#pattern-worker-load-failure"),
        ("next", "workers/shared-memory.html#pattern-shared-memory"),
    ]


def test_the_ends_of_a_sequence_lead_one_way() -> None:
    (found,) = sequence_navigation(context(catalogue(), "webgpu-compute"))
    links = parse(children(found)[0].astext()).findall("a")
    assert [link.get("rel") for link in links] == ["prev"]


def test_other_builders_tell_the_same_in_a_sentence() -> None:
    (found,) = sequence_navigation(context(catalogue(), "worker-pool", is_html=False))
    assert found.astext() == (
        "Off the thread that draws (3 of 4). Previous: Worker RPC. "
        "Next: Synchronous-Looking Async UI."
    )
    assert len(list(found.findall(nodes.reference))) == 3


def test_a_pattern_of_no_sequence_has_no_navigation() -> None:
    assert sequence_navigation(context(catalogue(), "reactive-ui")) == []
