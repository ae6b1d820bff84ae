"""Bare figures are reported at their own lines, and figures with a source are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from docutils import nodes

from bench_figures.prose import SOURCED, found_in

if TYPE_CHECKING:
    from collections.abc import Callable

    Build = Callable[..., Any]

EVERYWHERE = """\
# A title of 1 ms

A paragraph over lines, with *emphasis*
and 2 ms, and then **3** ms, and {abbr}`4 ms (or so)`
and, over a line break, 5
ms in all.

- A list of 6 ms

  with a paragraph of 7 ms

A term of 8 ms
: A definition of 9 ms
: - deeper, of 10 ms

| cells | of |
| --- | --- |
| 11 ms | 12 ms |

> A quote
> of 13 ms

:::::{note}
::::{note}
:::{note}
Tight nesting
moves lines: 14 ms
:::
::::
:::::

```{figure} /image.png
A caption of 15 ms
```

A link [of 16 ms](https://example.org/) and 2 ms again; 2 ms
and 2 ms.

Twice the same words, 17 ms.

Twice the same words, 17 ms.
"""
MARK = " ms"


def expected(page: str) -> list[int]:
    lines = page.replace("5\nms", "5 ms\n").replace("**3**", "3").split("\n")
    return [number for number, line in enumerate(lines, 1) for _ in range(line.count(MARK))]


def test_every_bare_figure_is_reported_at_its_line(build: Build) -> None:
    built = build({"index.md": EVERYWHERE, "image.png": ""}, builder="html")
    assert sorted(line for _, line in built.bare()) == expected(EVERYWHERE)
    assert {page for page, _ in built.bare()} == {"index.md"}


def test_the_warning_says_which_figure_and_what_to_do(build: Build) -> None:
    text = build("It takes 50\nms.").warnings
    assert "index.md:3: WARNING: figure without a source: '50 ms'" in text
    assert "[bench_figures.bare]" in text


SOURCED_PAGE = """\
# Page

By role: {limit}`1 ms <long-tasks>`, {quoted}`2 MB <https://example.org/2>`.

Code: `3 ms`, {code}`4 ms`, {math}`5 ms`, <https://example.org/6%20ms>.

```text
7 ms
```

```python
x = "8 ms"
```

<!-- 9 ms -->
% 10 ms

A footnote[^one] and a citation {footcite:p}`book`.

[^one]: It says 11 ms.

```{footbibliography}
```
"""


def test_roles_code_addresses_comments_and_footnotes_are_left_alone(build: Build) -> None:
    assert build(SOURCED_PAGE).warnings == ""


def test_restructuredtext_pages_are_checked_alike(build: Build) -> None:
    page = "Page\n====\n\nIt takes\n50 ms, :limit:`60 ms <long-tasks>` and ``70 ms``.\n"
    assert build({"index.rst": page}).bare() == [("index.rst", 5)]


def test_an_included_file_is_reported_with_its_own_lines(build: Build) -> None:
    files = {
        "index.md": "# Page\n\n```{include} part.txt\n```\n\nHere 6 ms.\n",
        "part.txt": "One.\n\nTwo: 5 ms.\n",
    }
    assert sorted(build(files).bare()) == [("index.md", 6), ("part.txt", 3)]


def test_exempt_pages_are_not_checked(build: Build) -> None:
    conf = "bench_figures_exempt = {'index': 'all of it is generated'}\n"
    assert build("It takes 50 ms.", conf).warnings == ""


@pytest.mark.parametrize(
    ("exempt", "complaint"),
    [
        ({"index": " "}, "'index' without a reason"),
        ({"nowhere": "why not"}, "'nowhere'; there is no such page"),
    ],
)
def test_an_exemption_needs_a_reason_and_a_page(
    build: Build, exempt: dict[str, str], complaint: str
) -> None:
    built = build("Words.", f"bench_figures_exempt = {exempt!r}\n")
    assert complaint in built.warnings
    assert "[bench_figures.exempt]" in built.warnings


def test_the_warning_can_be_suppressed_alone(build: Build) -> None:
    conf = "suppress_warnings = ['bench_figures.bare']\n"
    built = build("It takes 50 ms.\n\n{limit}`60 ms`", conf)
    assert built.bare() == []
    assert "names no source" in built.warnings


def test_pages_read_in_parallel_are_checked_alike(build: Build) -> None:
    names = [f"page{number}" for number in range(8)]
    pages = {f"{name}.md": f"# {name}\n\nIt takes\n5 ms.\n" for name in names}
    index = "# Index\n\n```{toctree}\n" + "\n".join(names) + "\n```\n"
    built = build({"index.md": index, **pages}, parallel=2)
    assert sorted(built.bare()) == [(f"{name}.md", 4) for name in names]


def test_words_on_both_sides_of_code_do_not_grow_together() -> None:
    paragraph = nodes.paragraph("", "", nodes.Text("5 "), nodes.literal("", "x"), nodes.Text(" ms"))
    assert list(found_in(paragraph)) == []


def test_whatever_carries_the_class_has_a_source() -> None:
    inline = nodes.inline("", "5 ms", classes=[SOURCED])
    assert list(found_in(nodes.paragraph("", "", inline))) == []
