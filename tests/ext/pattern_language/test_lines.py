"""Code in any part of a pattern keeps its true lines, and its blocks stay runnable."""

from __future__ import annotations

from typing import Any

from doc_examples.collect.collector import store

CODE = """
  ```python
  f{n} = 1
  ```
"""


def page_with_code(text: str) -> str:
    """Put a block into every part."""
    places = {
        "Do the Alpha thing.\n": 1,
        "Somewhere.\n": 2,
        "Something.\n": 3,
        ": Presses on Alpha.\n": 4,
        "**Do it.** And more.\n": 5,
        ": So it is.\n": 6,
        "Like this.\n": 7,
        "- Never on Sundays.\n": 8,
        "- [Somebody](https://example.org/use) does it (version 1.2, read on 2026-12-01).\n": 9,
    }
    for place, number in places.items():
        indented = place.startswith((":", "-"))
        code = CODE if indented else CODE.replace("\n  ", "\n")
        text = text.replace(place, place + code.format(n=number), 1)
    return text


def blocks(built: Any) -> dict[str, tuple[str, int]]:
    records = store(built.app.env)
    return {
        example.code.split(" ")[0]: (example.file, example.line)
        for record in records.values()
        for example in record.examples
    }


def test_blocks_in_every_part_are_collected_at_their_lines(
    site: Any, sources: dict[str, str]
) -> None:
    files = {**sources, "work/alpha.md": page_with_code(sources["work/alpha.md"])}
    built = site.build(
        files,
        builder="dummy",
        conf="""
            extensions.append("doc_examples")
            suppress_warnings = ["pattern.no-example"]
        """,
    )
    source = (site.folder / "work/alpha.md").read_text().splitlines()
    expected = {
        line.strip().split(" ")[0]: ("work/alpha.md", number)
        for number, line in enumerate(source, 1)
        if line.strip().endswith("= 1")
    }
    assert len(expected) == 9
    assert blocks(built) == expected
    assert (built.warnings, built.error) == ("", "")
    assert len(built.language.patterns["alpha"].examples) == 9


def test_entries_without_empty_lines_between_keep_the_lines_of_their_code(
    site: Any, sources: dict[str, str]
) -> None:
    text = sources["work/alpha.md"].replace(
        ": Presses on Alpha.\n",
        ": First.\n\n  ```python\n  f1 = 1\n  ```\nheat-and-light\n"
        ": Second.\n  ```python\n  f2 = 1\n  ```\n",
    )
    text = text.replace("resolves speed-and-memory", "resolves speed-and-memory, heat-and-light")
    forces = (
        sources["forces.md"] + "\n:::{force} heat-and-light\n:goods: Heat | light\n\nOne.\n:::\n"
    )
    built = site.build(
        {**sources, "work/alpha.md": text, "forces.md": forces},
        builder="dummy",
        conf="""
            extensions.append("doc_examples")
            suppress_warnings = ["pattern.no-example"]
        """,
    )
    assert built.warnings == ""
    assert blocks(built) == {
        "f1": ("work/alpha.md", text.splitlines().index("  f1 = 1") + 1),
        "f2": ("work/alpha.md", text.splitlines().index("  f2 = 1") + 1),
    }
    pressings = built.language.patterns["alpha"].pressings
    assert [(p.force, p.text) for p in pressings] == [
        ("speed-and-memory", "First."),
        ("heat-and-light", "Second."),
    ]
