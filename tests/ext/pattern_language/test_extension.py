"""The extension in Sphinx."""

from __future__ import annotations

from typing import Any

from pattern_language.directives import DIRECTIVES
from pattern_language.extension import code_version


def test_the_number_of_the_code_is_the_same_each_time() -> None:
    assert code_version() == code_version()


def test_directives_have_short_names_and_names_in_the_domain(
    site: Any, sources: dict[str, str]
) -> None:
    text = sources["work/alpha.md"]
    for name in DIRECTIVES:
        text = text.replace(f":::{{{name}}}", f":::{{pattern:{name}}}")
    assert text != sources["work/alpha.md"]
    built = site.build({**sources, "work/alpha.md": text})
    assert (built.warnings, built.error) == ("", "")
    assert built.language.patterns["alpha"].parts[3].anchor == "alpha-solution"


def test_references_to_unknown_ids_can_be_ignored_like_any_other(
    site: Any, sources: dict[str, str]
) -> None:
    text = sources["work/alpha.md"].replace("Like this.", "See {pattern:pattern}`elsewhere`.")
    conf = 'nitpick_ignore = [("pattern:pattern", "elsewhere")]'
    built = site.build({**sources, "work/alpha.md": text}, conf=conf)
    assert built.warnings == ""


def test_a_fault_fails_a_build_in_which_warnings_are_errors(
    site: Any, sources: dict[str, str]
) -> None:
    text = sources["work/alpha.md"].replace(":category: work", ":category: play")
    built = site.build({**sources, "work/alpha.md": text}, strict=True)
    assert built.error == "exit status 1"
