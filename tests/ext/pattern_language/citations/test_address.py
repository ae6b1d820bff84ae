from __future__ import annotations

from typing import Any

import pytest

from pattern_language.citations.address import from_root


@pytest.mark.parametrize(
    ("builder", "page"),
    [
        ("html", "work/alpha.html"),
        ("dirhtml", "work/alpha/"),
        ("patterns", "work/alpha.html"),
    ],
)
def test_an_address_is_that_of_the_page_with_the_anchor(
    site: Any, sources: dict[str, str], builder: str, page: str
) -> None:
    address = from_root(site.build(sources, builder=builder).app.builder)
    assert address("work/alpha", "") == page
    assert address("work/alpha", "alpha-forces") == f"{page}#alpha-forces"


def test_a_single_page_is_named_wherever_it_stands(site: Any, sources: dict[str, str]) -> None:
    start = "# Start\n\n```{toctree}\n/forces\n/work/alpha\n```\n"
    built = site.build(
        {**sources, "guide/start.md": start},
        builder="singlehtml",
        overrides={"root_doc": "guide/start"},
    )
    address = from_root(built.app.builder)
    assert address("work/alpha", "") == "guide/start.html#document-work/alpha"
    assert address("work/alpha", "alpha-forces") == "guide/start.html#alpha-forces"
    assert (built.outdir / "guide" / "start.html").is_file()
