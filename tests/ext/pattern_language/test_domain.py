"""What references find, here and from other projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sphinx.util.inventory import InventoryFile

if TYPE_CHECKING:
    from pathlib import Path

CONSUMER = """
project = "A consumer"
extensions = ["myst_parser", "sphinx.ext.intersphinx"]
source_suffix = {{".md": "markdown", ".rst": "restructuredtext"}}
nitpicky = True
intersphinx_mapping = {{"small": ("https://example.org/small/", {inventory!r})}}
"""


def inventory_of(outdir: Path) -> dict[str, set[str]]:
    with (outdir / "objects.inv").open("rb") as stream:
        found = InventoryFile.load(stream, "", lambda base, uri: base + uri)
    return {kind: set(names) for kind, names in found.items()}


def test_the_inventory_lists_patterns_forces_parts_and_sequences(
    site: Any, sources: dict[str, str]
) -> None:
    built = site.build(sources)
    found = inventory_of(built.outdir)
    assert found["pattern:pattern"] == {"alpha", "beta", "gamma", "delta"}
    assert found["pattern:force"] == {"speed-and-memory"}
    assert found["pattern:sequence"] == {"first-steps"}
    assert {"alpha-forces", "alpha-consequences", "delta-implementation"} <= found["pattern:part"]
    assert "pattern:example" not in found


def test_every_anchor_of_the_inventory_is_on_its_page(site: Any, sources: dict[str, str]) -> None:
    built = site.build(sources)
    for kind in built.domain.object_types:
        for target in built.domain.targets(kind).values():
            assert f'id="{target.anchor}"' in built.text(f"{target.docname}.html")


def test_examples_can_be_linked_where_they_are_collected(
    site: Any, sources: dict[str, str]
) -> None:
    text = sources["work/alpha.md"].replace(
        "Like this.", "{#count}\n```python\nprint(1)\n```\n\nSee {pattern:example}`alpha/count`."
    )
    conf = 'extensions.append("doc_examples")\nsuppress_warnings = ["pattern.no-example"]\n'
    built = site.build({**sources, "work/alpha.md": text}, conf=conf)
    assert built.warnings == ""
    assert 'href="#count"' in built.text("work/alpha.html")
    assert 'id="count"' in built.text("work/alpha.html")
    assert inventory_of(built.outdir)["pattern:example"] == {"alpha/count"}


@pytest.mark.parametrize("builder", ["html", "dirhtml", "singlehtml", "text"])
def test_exported_files_are_linked_where_they_are_written(
    site: Any, sources: dict[str, str], builder: str
) -> None:
    link = "\n\nAs {pattern:export}`data <patterns.json>`.\n"
    sources = {**sources, "index.md": sources["index.md"] + link}
    built = site.build(sources, builder=builder)
    assert built.warnings == ""
    if builder == "text":
        assert "As *data*." in built.text("index.txt")
    else:
        assert 'href="patterns.json"' in built.text("index.html")


def test_a_file_that_is_not_exported_is_reported(site: Any, sources: dict[str, str]) -> None:
    sources = {**sources, "index.md": sources["index.md"] + "\n\n{pattern:export}`patterns.xml`\n"}
    assert "[pattern.unknown-export]" in site.build(sources, strict=False).warnings


@pytest.mark.parametrize("builder", ["html", "dirhtml"])
def test_another_project_links_without_this_extension(
    site: Any, sources: dict[str, str], tmp_path: Path, builder: str
) -> None:
    built = site.build(sources, builder=builder)
    consumer = type(site)(tmp_path / "consumer")
    consumer.folder.mkdir()
    consumer.write({"conf.py": CONSUMER.format(inventory=str(built.outdir / "objects.inv"))})
    links = {
        "<inv:small:pattern:pattern#beta>": ("work/beta", "pattern-beta", "Beta"),
        "<inv:small:pattern:force#speed-and-memory>": (
            "forces", "force-speed-and-memory", "Speed and memory",
        ),
        "<inv:#first-steps>": ("index", "sequence-first-steps", "First steps"),
        "[its forces](inv:small:pattern:part#beta-forces)": (
            "work/beta", "beta-forces", "its forces",
        ),
    }  # fmt: skip
    page = "# Consumer\n\n" + "\n\n".join(links) + "\n\n```{toctree}\nplain\n```\n"
    plain = "Plain\n=====\n\nIn reStructuredText: :external+small:ref:`beta-context`.\n"
    consumer.write({"index.md": page, "plain.rst": plain})
    told = consumer.build(None)
    assert (told.warnings, told.error) == ("", "")
    html = told.text("index.html")
    for docname, anchor, title in links.values():
        path = f"{docname}.html" if builder == "html" else f"{docname}/".removeprefix("index/")
        assert f'href="https://example.org/small/{path}#{anchor}"' in html
        assert f">{title}<" in html
    assert "#beta-context" in told.text("plain.html")


def test_a_renamed_id_is_still_found(site: Any, sources: dict[str, str]) -> None:
    ids = """
        [patterns]
        aleph = "work/alpha"
        alpha = "work/alpha"
        beta = "work/beta"
        delta = "work/delta"
        gamma = "work/gamma"

        [forces]
        pace-and-room = "forces"
        speed-and-memory = "forces"

        [sequences]
        first-steps = "index"

        [redirects.patterns]
        aleph = "alpha"

        [redirects.forces]
        pace-and-room = "speed-and-memory"
    """
    text = sources["work/beta.md"].replace(
        "Like this.",
        "{pattern:pattern}`aleph`, {pattern:part}`aleph-forces`, {pattern:force}`pace-and-room`",
    )
    built = site.build(
        {**sources, "work/beta.md": text, "ids.toml": ids}, conf='pattern_language_ids = "ids.toml"'
    )
    assert built.warnings == ""
    html = built.text("work/beta.html")
    assert 'href="alpha.html#pattern-alpha"' in html
    assert 'href="alpha.html#alpha-forces"' in html
    assert 'href="../forces.html#force-speed-and-memory"' in html
    assert {"aleph", "alpha"} <= inventory_of(built.outdir)["pattern:pattern"]
    assert "aleph-forces" in inventory_of(built.outdir)["pattern:part"]
    old = [
        "pattern-aleph", "aleph-forces", "aleph-implementation", "aleph-force-pace-and-room",
        "alpha-force-pace-and-room", "aleph-resolves-speed-and-memory",
    ]  # fmt: skip
    page = built.text("work/alpha.html")
    assert [anchor for anchor in old if f'id="{anchor}"' not in page] == []


def test_a_malformed_file_of_ids_ends_the_build_with_its_name(
    site: Any, sources: dict[str, str]
) -> None:
    built = site.build(
        {**sources, "ids.toml": "[patterns\n"}, conf='pattern_language_ids = "ids.toml"'
    )
    assert "ids.toml" in built.error
