"""A page that quotes figures does not leave the newest line out."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.ext.bench_figures.test_measured import RESULTS

if TYPE_CHECKING:
    from collections.abc import Callable

    Build = Callable[..., Any]

BOTH = json.loads(RESULTS)
BOTH["lines"]["314"] = copy.deepcopy(BOTH["lines"]["0.28"])
OLD = "{bench}`dom 0.28 | create | ours`"
NEW = "{bench}`dom 314 | create | ours`"
TABLE = "```{bench-table} dom LINE\n:columns: ours\n```"


def page(text: str) -> dict[str, str]:
    return {"index.md": f"# Page\n\n{text}\n", "results/dom.json": json.dumps(BOTH)}


@pytest.mark.parametrize("text", [f"Once {OLD}.", TABLE.replace("LINE", "0.28")])
def test_a_page_without_the_newest_line_is_reported_at_the_first_figure(
    build: Build, text: str
) -> None:
    built = build(page(text))
    assert "index.md:3: WARNING: the page quotes dom on Pyodide 0.28 and leaves out 314" in (
        built.warnings
    )


@pytest.mark.parametrize("other", [NEW, TABLE.replace("LINE", "314")])
def test_a_page_with_the_newest_line_is_fine(build: Build, other: str) -> None:
    assert build(page(f"Once {OLD}.\n\n{other}")).warnings == ""
