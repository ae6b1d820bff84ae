"""Assets go where they are used, and moved pages leave a stub at their old address."""

from __future__ import annotations

from typing import Any

import pytest

IDS = """
[patterns]
alpha = "work/old-alpha"
beta = "work/beta"
delta = "work/delta"
gamma = "work/gamma"

[forces]
speed-and-memory = "forces"

[sequences]
first-steps = "index"

[redirects.pages]
"work/old-alpha" = "alpha-again"
"alpha-again" = "work/alpha"
"""


@pytest.mark.parametrize(
    ("builder", "file", "target"),
    [
        ("html", "work/old-alpha.html", "alpha.html"),
        ("dirhtml", "work/old-alpha/index.html", "../alpha/"),
    ],
)
def test_a_moved_page_leaves_a_stub(
    site: Any, sources: dict[str, str], builder: str, file: str, target: str
) -> None:
    conf = 'pattern_language_ids = "ids.toml"\nhtml_baseurl = "https://example.org/"\n'
    built = site.build({**sources, "ids.toml": IDS}, builder=builder, conf=conf)
    assert (built.warnings, built.error) == ("", "")
    stub = built.text(file)
    assert f'content="0; url={target}"' in stub
    assert f'<a href="{target}">Alpha</a>' in stub
    canonical = "work/alpha.html" if builder == "html" else "work/alpha/"
    assert f'<link rel="canonical" href="https://example.org/{canonical}">' in stub
    assert (built.outdir / file.replace("work/old-alpha", "alpha-again")).exists()


def test_without_a_base_address_the_stub_names_none(site: Any, sources: dict[str, str]) -> None:
    built = site.build({**sources, "ids.toml": IDS}, conf='pattern_language_ids = "ids.toml"')
    assert '<link rel="canonical" href="alpha.html">' in built.text("work/old-alpha.html")


def test_only_pages_that_show_the_language_load_its_assets(
    site: Any, sources: dict[str, str]
) -> None:
    built = site.build({**sources, "plain.md": "# Plain\n\nNothing.\n"})
    assert "_static/pattern_language/" in built.text("work/alpha.html")
    assert "_static/pattern_language/" in built.text("forces.html")
    assert "_static/pattern_language/" not in built.text("plain.html")
    for asset in ("pattern_language.css", "chooser.mjs"):
        assert (built.outdir / "_static/pattern_language" / asset).exists()
