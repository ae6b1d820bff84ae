"""References keep the words of their authors and stand in an order that a reader expects."""

from __future__ import annotations

from pybtex.database import BibliographyData, Entry, parse_string
from pybtex.plugin import find_plugin

from site_pages.bibliography import NAME, register

WORKS = r"""
@misc{spec, author = {{WHATWG}}, title = {HTML, Web workers}, note = {Living Standard},
      url = {https://example.org/#workers}}
@misc{team, author = {{The Pyodide development team}}, title = {Pyodide},
      url = {https://example.org/p}}
@article{paper, author = {Zed, Ann}, title = {On WebAssembly in CPython}, journal = {J},
      year = 1999, doi = {10.1/2}}
@book{book, author = {Roe, Bob}, title = {A Book}, publisher = {P}, year = 2001, isbn = {1-2}}
"""


def formatted(works: str) -> list[str]:
    register()
    data: BibliographyData = parse_string(works, "bibtex")
    entries: list[Entry] = list(data.entries.values())
    style = find_plugin("pybtex.style.formatting", NAME)()
    backend = find_plugin("pybtex.backends", "plaintext")()
    return [entry.text.render(backend) for entry in style.format_entries(entries)]


def test_titles_keep_their_case_and_addresses_are_shown() -> None:
    assert formatted(WORKS) == [
        "The Pyodide development team. Pyodide. https://example.org/p.",
        "Bob Roe. A Book. P, 2001. ISBN 1-2.",
        "WHATWG. HTML, Web workers. Living Standard. https://example.org/#workers.",
        "Ann Zed. On WebAssembly in CPython. J, 1999. doi:10.1/2.",
    ]


def test_the_day_of_a_visit_stands_behind_the_address() -> None:
    (text,) = formatted("@misc{a, title={T}, url={https://e.org/}, urldate={2026-01-02}}")
    assert text == "T. https://e.org/ (visited on 2026-01-02)."
