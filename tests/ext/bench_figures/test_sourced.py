"""A figure that was not measured here leads to its source."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from bench_figures.sourced import UnknownSourceError, split

if TYPE_CHECKING:
    from collections.abc import Callable

    Build = Callable[..., Any]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("50 ms <long-tasks>", ("50 ms", "long-tasks")),
        ("50 ms<long-tasks>", ("50 ms", "long-tasks")),
        ("< 50 ms <a>", ("< 50 ms", "a")),
        ("50\nms < https://example.org/ >", ("50\nms", "https://example.org/")),
    ],
)
def test_the_source_stands_in_angle_brackets_at_the_end(text: str, parts: tuple[str, str]) -> None:
    assert split(text) == parts


@pytest.mark.parametrize("text", ["50 ms", "50 ms <>", "50 ms < >", "<long-tasks>", ""])
def test_a_figure_without_a_source_is_refused(text: str) -> None:
    with pytest.raises(UnknownSourceError, match="names no source"):
        split(text)


def test_the_figure_links_to_the_work_the_address_or_the_page(build: Build) -> None:
    built = build(
        {
            "index.md": (
                "# Page\n\n{limit}`50 ms <long-tasks>`, {quoted}`2 kB <paper>`,\n"
                "{limit}`64 KiB <https://example.org/wasm>` and {quoted}`3 ms </sub/other>`.\n\n"
                "```{toctree}\nsub/other\n```\n"
            ),
            "sub/other.md": "# Other\n\nBack: {limit}`4 ms </index>`.\n",
        },
        builder="html",
    )
    assert built.warnings == ""
    links = {
        re.sub("<.*?>", "", shown): href
        for href, shown in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', built.text())
    }
    assert links["50 ms"] == "https://www.w3.org/TR/longtasks-1/"
    assert links["2 kB"] == "https://doi.org/10.1/2"
    assert links["64 KiB"] == "https://example.org/wasm"
    assert links["3 ms"] == "sub/other.html"
    assert 'title="Long Tasks API"' in built.text()


FAULTS = [
    ("{limit}`50 ms`", "names no source"),
    ("{limit}`51 ms <long-task>`", "no source 'long-task' in the bibliography; known are book, lo"),
    ("{quoted}`52 ms <book>`", "the source 'book' has neither url nor doi"),
    ("{quoted}`53 ms </nowhere>`", "no page '/nowhere'"),
]


def test_a_source_that_is_missing_or_unknown_is_an_error_at_its_line(build: Build) -> None:
    built = build("First line,\n" + "\n".join(f"then {role}" for role, _ in FAULTS))
    assert [line for _, line in built.places("ERROR")] == [4, 5, 6, 7]
    for _, complaint in FAULTS:
        assert complaint in built.warnings


def test_without_a_bibliography_the_error_says_so(build: Build) -> None:
    built = build("{limit}`50 ms <long-tasks>`", "extensions.remove('sphinxcontrib.bibtex')\n")
    assert "no source 'long-tasks' in the bibliography; known are none" in built.warnings
