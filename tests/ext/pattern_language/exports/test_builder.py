"""The files of sites that were really built."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    "patterns.bib",
    "patterns.csl.json",
    "patterns.json",
    "patterns.ris",
    "patterns.schema.json",
]


def exports(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in NAMES}


def anchors(html: str) -> set[str]:
    return {part.partition('"')[0] for part in html.split('id="')[1:]}


@pytest.mark.parametrize("builder", ["html", "dirhtml", "singlehtml"])
def test_every_address_leads_to_an_element_of_the_site(
    site: Any, sources: dict[str, str], builder: str
) -> None:
    built = site.build(sources, builder=builder)
    document = json.loads(built.text("patterns.json"))
    Draft202012Validator(json.loads(built.text("patterns.schema.json"))).validate(document)
    found = set(_addresses(document))
    assert len(found) > 20
    for address in sorted(found):
        page, _, anchor = address.partition("#")
        html = built.text(page + "index.html" if page.endswith("/") else page)
        assert not anchor or anchor in anchors(html), address


def _addresses(node: object) -> list[str]:
    if isinstance(node, list):
        return [found for one in node for found in _addresses(one)]
    if isinstance(node, dict):
        own = [node["address"]] if "address" in node else []
        return own + [found for one in node.values() for found in _addresses(one)]
    return []


def test_the_builder_writes_the_same_files_as_html_and_no_page(
    site: Any, sources: dict[str, str]
) -> None:
    pages = site.build(sources)
    expected = exports(pages.outdir)
    alone = site.build(builder="patterns", fresh=True)
    assert alone.error == ""
    assert exports(alone.outdir) == expected
    assert not list(alone.outdir.rglob("*.html"))
    assert sorted(path.name for path in alone.outdir.glob("[!.]*")) == NAMES


def test_parallel_serial_and_repeated_builds_write_the_same_bytes_anywhere(
    site: Any, sources: dict[str, str]
) -> None:
    serial = exports(site.build(sources, fresh=True).outdir)
    again = exports(site.build(outdir="elsewhere/deeper", fresh=True, parallel=2).outdir)
    assert again == serial
    assert exports(site.build(outdir="elsewhere/deeper", parallel=2).outdir) == serial


def test_a_pattern_whose_page_is_removed_is_in_no_file(site: Any, sources: dict[str, str]) -> None:
    built = site.build(sources)
    assert b"Delta" in exports(built.outdir)["patterns.bib"]
    (site.folder / "work" / "delta.md").unlink()
    left = exports(site.build().outdir)
    assert not [name for name, content in left.items() if b"delta" in content.lower()]


def test_other_builders_write_none(site: Any, sources: dict[str, str]) -> None:
    built = site.build(sources, builder="text")
    assert built.error == ""
    assert not list(built.outdir.glob("patterns*"))


def test_a_build_that_fails_leaves_the_files_of_the_last_one(
    site: Any, sources: dict[str, str]
) -> None:
    before = exports(site.build(sources).outdir)
    shutil.rmtree(site.folder / "work")
    conf = """
    from sphinx.errors import ExtensionError
    def fail(app, env):
        raise ExtensionError("as asked")
    def setup(app):
        app.connect("env-check-consistency", fail)
    """
    failed = site.build({}, conf=conf)
    assert "as asked" in failed.error
    assert exports(failed.outdir) == before
