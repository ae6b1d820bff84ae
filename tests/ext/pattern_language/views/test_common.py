from docutils import nodes

from pattern_language.model import Effect
from pattern_language.views.common import (
    answer_address,
    bullets,
    definitions,
    listed,
    paragraph,
    pattern_link,
    pressing_address,
)
from tests.ext.pattern_language.views.languages import catalogue, context
from tests.ext.pattern_language.views.reading import children


def test_addresses_lead_to_the_anchors_that_the_model_names() -> None:
    seen = context(catalogue())
    pool = seen.language.patterns["worker-pool"]
    page = "workers/worker-pool.html"
    assert pattern_link(seen, pool)["refuri"] == f"{page}#pattern-worker-pool"
    found = answer_address(seen, pool, Effect.LEAVES_OPEN, "x")
    assert found == f"{page}#worker-pool-leaves-open-x"
    assert pressing_address(seen, pool, "x") == f"{page}#worker-pool-force-x"


def test_separators_stand_between_nodes_only() -> None:
    found = paragraph(*listed([nodes.Text("a"), nodes.Text("b"), nodes.Text("c")]))
    assert found.astext() == "a, b, c"
    assert listed([]) == []


def test_lists_hold_what_they_were_given() -> None:
    found = bullets([[paragraph("a")], [paragraph("b")]], ["x"])
    assert [item.astext() for item in children(found)] == ["a", "b"]
    made = definitions([([nodes.Text("a")], [paragraph("b")], ["c"])], ["x"])
    assert children(children(made)[0])[0]["classes"] == ["c"]
    assert made.astext() == "a\n\nb"
