"""Every builder shows every directive, without a warning."""

from __future__ import annotations

import re
from typing import Any

import pytest

REST = """\
Omega
=====

.. pattern:: omega
   :category: rest
   :modules: json

   Do the Omega thing.

.. context::

   Somewhere.

.. problem::

   Something.

.. forces::

   speed-and-memory
      Presses on Omega.

.. solution::

   **Do it.** See :pattern:pattern:`alpha` and :pattern:force:`speed-and-memory`.

.. consequences::

   balances speed-and-memory
      So it is.

Implementation
--------------

Like this.

.. when-not-to-use::

   - Never.

.. known-uses::

   - `Somebody <https://example.org/use>`_ does it (commit 0a1b2c3, read on 2026-12-01).

.. related::

   uses alpha
      A reason.
   used-by beta
      Another reason.

Never mind.
"""


@pytest.fixture
def mixed(sources: dict[str, str]) -> dict[str, str]:
    """A language with pages in both markups."""
    return {**sources, "work/omega.rst": REST.replace("\nNever mind.\n", "")}


@pytest.mark.parametrize(
    "builder",
    ["html", "dirhtml", "singlehtml", "text", "epub", "latex", "man", "gettext", "xml", "dummy"],
)
def test_builders_write_the_language_without_warnings(
    site: Any, mixed: dict[str, str], builder: str
) -> None:
    conf = 'epub_show_urls = "no"\nversion = "1.2"\nman_pages = [("index", "small", "d", [], 7)]\n'
    built = site.build(mixed, builder=builder, conf=conf)
    assert (built.warnings, built.error) == ("", "")


def test_text_shows_each_part_in_words(site: Any, mixed: dict[str, str]) -> None:
    built = site.build(mixed, builder="text")
    text = built.text("work/beta.txt")
    for heading in (
        "Context\n=======",
        "Forces\n======",
        "Resulting context\n=================",
        "Implementation\n==============",
        "Related patterns\n================",
    ):
        assert heading in text
    assert "*Speed and memory*\n   Presses on Beta." in text
    assert "Resolves *Speed and memory*\n   So it is." in text
    assert re.search(r"Requires\n +\* \*Alpha\*: It stands on \*Alpha\*\.", text)
    assert re.search(r"Used by\n +\* \*Gamma\*: It goes better with it\.", text)


def test_restructuredtext_tells_the_same_records(site: Any, mixed: dict[str, str]) -> None:
    built = site.build(mixed, builder="text")
    omega = built.language.patterns["omega"]
    assert omega.name == "Omega"
    assert omega.intent == "Do the Omega thing."
    assert [part.kind.value for part in omega.parts] == [
        "context", "problem", "forces", "solution", "consequences", "implementation",
        "when-not-to-use", "known-uses", "related",
    ]  # fmt: skip
    assert [(r.kind.value, r.target, r.reason) for r in omega.relations] == [
        ("uses", "alpha", "A reason."), ("used-by", "beta", "Another reason."),
    ]  # fmt: skip
    lines = REST.splitlines()
    assert omega.pressings[0].place.line == lines.index("   speed-and-memory") + 1
    assert omega.relations[1].place.line == lines.index("   used-by beta") + 1
    assert omega.place.line == lines.index(".. pattern:: omega") + 1
    text = built.text("work/omega.txt")
    assert "See *Alpha* and *Speed and memory*." in text


def test_parts_below_the_implementation_are_parts_of_the_page(
    site: Any, mixed: dict[str, str]
) -> None:
    deep = mixed["work/alpha.md"].replace(
        "Like this.", "Like this.\n\n### Deeper\n\n#### Deepest\n\nSo."
    )
    built = site.build({**mixed, "work/alpha.md": deep})
    page = built.text("work/alpha.html")
    (level,) = set(re.findall(r"<(h\d)>(?:Forces|When not to use it|Known uses)<", page))
    assert level == "h2"
    assert page.index("Deepest") < page.index('id="alpha-when-not-to-use"')
    order = re.findall(r'<section [^>]*id="([^"]*)"', page)
    assert order.index("alpha-known-uses") == order.index("alpha-when-not-to-use") + 1


def test_the_single_page_links_to_its_own_anchors(site: Any, mixed: dict[str, str]) -> None:
    built = site.build(mixed, builder="singlehtml")
    page = built.text("index.html")
    ids = set(re.findall(r'id="([^"]+)"', page))
    links = set(re.findall(r'<a class="reference internal" href="#([^"]+)"', page))
    assert {"force-speed-and-memory", "pattern-alpha"} <= links
    assert {link for link in links if link.startswith(("force-", "pattern-"))} <= ids


def test_forces_and_consequences_have_anchors_and_permalinks(
    site: Any, mixed: dict[str, str]
) -> None:
    page = site.build(mixed).text("work/gamma.html")
    for anchor in ("gamma-force-speed-and-memory", "gamma-worsens-speed-and-memory"):
        assert f'id="{anchor}"' in page
        assert f'<a class="headerlink" href="#{anchor}"' in page
    assert 'class="pattern-effect pattern-effect-worsens"' in page
    assert '<span id="pattern-gamma"></span>' in page
    assert 'href="../forces.html#force-speed-and-memory"' in page


def test_latex_links_lead_to_labels_that_exist(site: Any, mixed: dict[str, str]) -> None:
    conf = 'version = "1.2"\n'
    built = site.build(mixed, builder="latex", conf=conf)
    (file,) = built.outdir.glob("*.tex")
    text = file.read_text()
    labels = set(re.findall(r"\\label\{\\detokenize\{([^}]*)\}\}", text))
    used = set(re.findall(r"\\hyperref\[\\detokenize\{([^}]*)\}\]", text))
    assert any(name.endswith("force-speed-and-memory") for name in used)
    assert used <= labels


def test_a_role_shows_the_name_or_the_authors_words(site: Any, mixed: dict[str, str]) -> None:
    said = (
        "{pattern:part}`beta-forces`, {pattern:pattern}`that one <beta>`, "
        "{pattern:sequence}`first-steps`"
    )
    anchors = "[by anchor](#force-speed-and-memory) and [](#beta-forces)"
    text = mixed["work/alpha.md"].replace("Like this.", f"{said}, {anchors}.")
    built = site.build({**mixed, "work/alpha.md": text}, builder="text")
    assert built.warnings == ""
    found = built.text("work/alpha.txt")
    assert "*Beta: Forces*, *that one*, *First steps*, by anchor and Beta: Forces." in " ".join(
        found.split()
    )
