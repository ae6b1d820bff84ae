import pytest
from docutils import nodes

from pattern_language.directives.views import PLACED
from pattern_language.views import VIEWS
from tests.ext.pattern_language.views.languages import catalogue, context

AUTOMATIC = ("header-facts", "neighbourhood", "sequence-navigation", "force-answers", "cite")


def test_every_directive_and_every_placeholder_has_its_view() -> None:
    assert set(VIEWS) == {*PLACED, *AUTOMATIC}


@pytest.mark.parametrize("name", sorted(VIEWS))
@pytest.mark.parametrize("subject", ["", "worker-rpc", "isolation-and-sharing", "nobody"])
def test_builders_that_write_no_markup_get_plain_nodes(name: str, subject: str) -> None:
    for node in VIEWS[name](context(catalogue(), subject, is_html=False)):
        assert not list(node.findall(nodes.raw))
