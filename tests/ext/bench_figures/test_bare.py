"""What counts as a figure that needs a source."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench_figures.bare import bare_figures

FIGURES = [
    "6.7 ms", "50ms", "50-ms", "5 us", "5 \u00b5s", "5 \u03bcs", "900 ns", "20 milliseconds",
    "50-millisecond", "0.4 s", "1.5 seconds", "12 KB", "1.1 kB", "64 KiB", "2 GB", "10 MiB",
    "3 megabytes", "120 MB/s", "1.5 GiB/s", "60 fps", "60 frames per second", "2x faster",
    "2.5\u00d7 slower", "10 times faster", "3 times as much", "30 % faster", "30% fewer",
    "30 percent smaller", "2x the memory", "a 10x speed-up", "10x as long", "3-fold",
    "3 times the cost", "1,024 KB", "5 to 10 ms", "5-10 ms", "5\u201310 ms", "10 000 ms", "5\nms",
    "2x\nfaster",
]  # fmt: skip
PROSE = [
    "0.28", "30 s", "60 seconds", "a timeout of 30 s", "Pyodide 0.26 to 0.28", "3 times",
    "3 times out of 4", "x86", "3x3", "0.2x", "100%", "30 % of the calls", "2 workers",
    "1,000 rows", "twice as fast", "ten times faster", "HTTP 404", "ES2020", "port 8000", "PEP 574",
    "5 msgs", "v1.5 MBit", "section 2.1 shows", "utf-8", "3.11 so far", "GB", "ms", "\ufffc ms",
    "12 KBps", "2x", "wasm32", "2026-01-02", "16-bit", "4 nsec",
]  # fmt: skip


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_found_alone_and_in_a_sentence(figure: str) -> None:
    for text in (figure, f"It takes {figure}, at most.", f"({figure})", f"\u201c{figure}\u201d"):
        assert len(list(bare_figures(text))) == 1


@pytest.mark.parametrize("text", PROSE)
def test_other_numbers_are_no_figures(text: str) -> None:
    assert list(bare_figures(f"It is {text} here.")) == []


def test_figures_of_a_sentence_are_found_one_by_one() -> None:
    found = list(bare_figures("12 ms, of 30 s in all, 2x faster than 1.5 s"))
    assert [bare.text for bare in found] == ["12 ms", "2x faster", "1.5 s"]


WORDS = st.lists(st.sampled_from(["it", "takes", "about", "in", "all", "\n", "and"]), max_size=6)


@given(st.lists(st.one_of(WORDS.map(" ".join), st.sampled_from(FIGURES)), max_size=8))
def test_each_figure_is_reported_where_it_stands(parts: list[str]) -> None:
    text = "; ".join(parts)
    found = list(bare_figures(text))
    assert all(text.startswith(bare.text, bare.start) for bare in found)
    assert len(found) == sum(part in FIGURES for part in parts)


@given(st.text(alphabet=st.characters(exclude_categories=["Nd"])))
def test_a_text_without_digits_has_no_figures(text: str) -> None:
    assert list(bare_figures(text)) == []


@given(st.text(alphabet="0123456789.,- \nxms%KB/", max_size=2000))
def test_any_text_is_searched_in_bounded_time(text: str) -> None:
    for bare in bare_figures(text):
        assert bare.text
