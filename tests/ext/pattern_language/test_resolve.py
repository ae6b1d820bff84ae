"""What the page's language is asked for when it is written."""

from __future__ import annotations

import re
from typing import Any


def test_relations_stand_by_kind_in_the_order_of_the_vocabulary(
    site: Any, sources: dict[str, str], page: Any
) -> None:
    files = {
        **sources,
        "work/epsilon.md": page(
            "Epsilon",
            "conflicts-with delta\n: One.\nuses gamma\n: Two.\nrequires alpha\n: Three.\n"
            "uses beta\n: Four, with `code`.\n\n  And more.",
        ),
    }
    built = site.build(files, builder="text", overrides={"suppress_warnings": ["pattern.*"]})
    text = built.text("work/epsilon.txt")
    kinds = re.findall(r"^(Requires|Uses|Conflicts with)$", text, re.MULTILINE)
    assert kinds == ["Requires", "Uses", "Conflicts with"]
    assert '* *Beta*: Four, with "code".\n\n     And more.' in text
    assert text.index("*Gamma*: Two.") < text.index("*Beta*: Four")
    other = built.text("work/delta.txt")
    assert "Conflicts with\n   * *Epsilon*: One." in other


def test_a_pattern_without_relations_says_so(site: Any, sources: dict[str, str], page: Any) -> None:
    files = {**sources, "work/lone.md": page("Lone", "It stands alone.")}
    built = site.build(files, builder="text")
    assert [fault[2] for fault in built.found()] == ["unreached"]
    text = built.text("work/lone.txt")
    assert "It stands alone.\n\nNo other pattern is related to this one." in text


def test_a_view_around_an_unknown_pattern_is_reported_at_its_line(
    site: Any, sources: dict[str, str]
) -> None:
    files = {**sources, "map.md": "# Map\n\n```{pattern-graph}\n:around: ghost\n```\n"}
    built = site.build(files)
    assert built.found() == [("map.md", 3, "unknown-pattern")]


def test_views_know_the_page_they_stand_on_where_pages_are_joined(
    site: Any, sources: dict[str, str]
) -> None:
    built = site.build(sources, builder="singlehtml")
    page = built.text("index.html")
    assert (built.warnings, built.error) == ("", "")
    # Of four patterns two are in the one sequence.
    assert page.count('id="pattern-') == 4


def test_permalinks_follow_the_configuration(site: Any, sources: dict[str, str]) -> None:
    built = site.build(sources, conf="html_permalinks = False")
    assert "headerlink" not in built.text("work/alpha.html")
