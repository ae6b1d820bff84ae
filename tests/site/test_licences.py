"""The built site names all that it ships of others, and holds the texts of their licences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from site_pages.licences import COMPONENTS, FOLDER, unlicensed

if TYPE_CHECKING:
    from pathlib import Path


def test_every_file_of_the_site_has_a_licence_whose_text_a_link_leads_to(real_site: Path) -> None:
    assert list(unlicensed(real_site)) == []
    page = real_site / "reference" / "project" / "licences.html"
    text = page.read_text("utf-8")
    links = re.findall(rf'href="((?:\.\./)+{FOLDER}/[^"]+)"', text)
    assert [(page.parent / link).resolve().name for link in links] == [p.page for p in COMPONENTS]
    for link in links:
        assert len((page.parent / link).read_text("utf-8")) > 1000
    for part in COMPONENTS:
        assert part.name in text
        # A row without files would claim what is not shipped.
        assert [path for name in part.files for path in real_site.glob(name)]
