"""The page with which a pattern begins."""

from __future__ import annotations

import re

from pattern_language.model import PartKind
from pattern_language.template import pattern_page


def test_the_page_has_the_parts_of_a_pattern_in_progress_in_order() -> None:
    page = pattern_page("data-pipe", "workers", "a-and-b")
    parts = re.findall(r"^:::\{([\w-]+)\}", page, re.MULTILINE)
    wanted = [
        kind.value
        for kind in PartKind
        if kind not in {PartKind.IMPLEMENTATION, PartKind.REFERENCES}
    ]
    assert parts == ["pattern", *wanted]
    assert page.count("a-and-b") == 2
    assert "{" not in re.sub(r"^:::\{[\w-]+\}", "", page, flags=re.MULTILINE)
