"""The published catalogue as a whole: every page of it, and what it exports."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from pyodide_runtimes import ensure_npm

if TYPE_CHECKING:
    from collections.abc import Callable

    Visits = Any
    Reader = Any

ROOT = Path(__file__).parents[2]
EXPORTS = ("patterns.json", "patterns.schema.json", "patterns.bib", "patterns.ris")
LOOKS = {
    "light and wide": {"color_scheme": "light", "viewport": {"width": 1400, "height": 900}},
    "dark and narrow": {"color_scheme": "dark", "viewport": {"width": 380, "height": 700}},
}
AUDIT = """async () => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  const audit = await axe.run(document, { resultTypes: ['violations'] });
  return [
    ...(wide > 0 ? [`wider than the screen by ${wide} px`] : []),
    ...audit.violations
      .filter(one => ['serious', 'critical'].includes(one.impact))
      .map(one => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`),
  ];
}"""


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_accessible_quiet_and_fits(visit_real: Visits, look: str) -> None:
    pages = sorted(
        path.relative_to(visit_real.site).as_posix()
        for path in (visit_real.site / "reference").rglob("*.html")
    )
    assert len(pages) > 20
    axe = (ensure_npm("axe-core") / "axe.min.js").read_text("utf-8")

    async def script(reader: Reader) -> dict[str, list[str]]:
        found = {}
        base = reader.page.url.removesuffix(pages[0])
        for page in pages:
            await reader.page.goto(base + page)
            await reader.page.evaluate(axe)
            found[page] = [*await reader.page.evaluate(AUDIT), *reader.errors]
            reader.errors.clear()
        return {page: faults for page, faults in found.items() if faults}

    assert visit_real(script, pages[0], **LOOKS[look]) == {}


def test_a_serial_build_exports_the_bytes_that_the_site_has(
    real_site: Path, build: Callable[..., str], tmp_path: Path
) -> None:
    build(ROOT, tmp_path / "serial", "patterns", "-W", "-n", "-E", "-j", "1")
    for name in (*EXPORTS, "patterns.csl.json"):
        assert (tmp_path / "serial" / name).read_bytes() == (real_site / name).read_bytes(), name


def test_the_exported_language_is_what_its_schema_says_and_holds_every_published_id(
    real_site: Path,
) -> None:
    language = json.loads((real_site / "patterns.json").read_text("utf-8"))
    schema = json.loads((real_site / "patterns.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(schema).validate(language)
    published = tomllib.loads((ROOT / "reference" / "published-ids.toml").read_text("utf-8"))
    for kind in ("patterns", "forces", "sequences"):
        assert {one["id"] for one in language[kind]} == set(published[kind])
    assert len(language["patterns"]) >= 12
    assert 20 <= len(language["forces"]) <= 30
