"""A page becomes a record with its parts in one row."""

from __future__ import annotations

from typing import Any

from pattern_language.model import PartKind


def test_parts_are_recorded_in_order_with_their_lines_and_anchors(
    site: Any, sources: dict[str, str]
) -> None:
    built = site.build(sources, builder="dummy")
    alpha = built.language.patterns["alpha"]
    lines = sources["work/alpha.md"].splitlines()
    assert [part.kind for part in alpha.parts] == list(PartKind)
    for part in alpha.parts:
        opening = lines[part.place.line - 1]
        expected = (
            "## Implementation"
            if part.kind is PartKind.IMPLEMENTATION
            else f":::{{{part.kind.value}}}"
        )
        assert opening == expected
        assert part.anchor == f"alpha-{part.kind.value}"


def test_several_sections_between_consequences_and_what_follows_are_one_implementation(
    site: Any, sources: dict[str, str]
) -> None:
    text = sources["work/alpha.md"].replace("Like this.", "So.\n\n## Variant: other\n\nOr so.")
    built = site.build({**sources, "work/alpha.md": text})
    assert built.warnings == ""
    parts = built.language.patterns["alpha"].parts
    assert [part.kind for part in parts] == list(PartKind)
    page = built.text("work/alpha.html")
    assert page.index("Variant: other") < page.index('id="alpha-when-not-to-use"')
    assert '<span id="alpha-implementation"></span><h2>Implementation' in page


def test_an_anchor_that_the_author_has_given_stays_where_it_is(
    site: Any, sources: dict[str, str]
) -> None:
    text = sources["work/alpha.md"].replace(
        "## Implementation", "(alpha-implementation)=\n## Implementation"
    )
    see = sources["work/beta.md"].replace("Like this.", "See {ref}`alpha-implementation`.")
    built = site.build({**sources, "work/alpha.md": text, "work/beta.md": see})
    assert built.warnings == ""
    assert built.text("work/alpha.html").count('id="alpha-implementation"') == 1
    assert 'href="alpha.html#alpha-implementation"' in built.text("work/beta.html")


def test_a_force_belongs_to_the_heading_above_it(site: Any, sources: dict[str, str]) -> None:
    force = ":::{force} heat-and-light\n:goods: Heat | light\n\nOne costs the other.\n:::\n"
    files = {
        **sources,
        "other.md": f"# Other forces\n\n{force}",
        "work/alpha.md": sources["work/alpha.md"]
        .replace(": Presses on Alpha.\n", ": So.\n\nheat-and-light\n: Also.\n")
        .replace("resolves speed", "resolves heat-and-light, speed"),
    }
    built = site.build(files, builder="dummy")
    assert built.warnings == ""
    forces = built.language.forces
    assert forces["speed-and-memory"].group == "Costs"
    assert forces["heat-and-light"].group == ""
    assert forces["heat-and-light"].summary == "One costs the other."


def test_a_pattern_of_a_sequence_ends_with_its_way_on(site: Any, sources: dict[str, str]) -> None:
    built = site.build(sources, builder="text")
    text = built.text("work/alpha.txt")
    assert "First steps" in text[text.index("References") :]
    assert "Beta" in text[text.index("References") :]
