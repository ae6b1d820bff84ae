"""The file of published ids is read with its lines, and only ever grows."""

from __future__ import annotations

import pickle
import tomllib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pattern_language.model import Force, Language, Page, Pattern, Place, State
from pattern_language.published import Published, PublishedIdsError, extended, ids_of, parse, read

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
# A comment
[patterns]
alpha = "work/alpha"   # the first
"beta" = "work/beta"

[forces]
a-and-b = "forces"

[redirects.patterns]
alpha = "beta"

[redirects.pages]
"work/old" = "work/alpha"
"""


def language(*ids: str) -> Language:
    patterns = tuple(
        Pattern(name, name, "", "", State.COMPLETE, (), f"work/{name}", Place(f"work/{name}", 1))
        for name in ids
    )
    force = Force("a-and-b", ("A", "B"), "", "forces", Place("forces", 1))
    return Language.of([*(Page(p.docname, (p,)) for p in patterns), Page("forces", (), (force,))])


def test_entries_are_found_with_their_lines() -> None:
    found = parse(TEXT, "ids.toml")
    assert found.pages["patterns"] == {"alpha": "work/alpha", "beta": "work/beta"}
    assert found.place("patterns", "alpha") == Place("", 3, "ids.toml")
    assert found.place("patterns", "beta").line == 4
    assert found.place("redirects.patterns", "alpha").line == 10
    assert found.place("redirects.pages", "work/old").line == 13


def test_redirects_are_followed_to_their_end_and_never_for_ever() -> None:
    found = Published("f", {}, {"patterns": {"a": "b", "b": "c", "x": "y", "y": "x"}})
    assert found.current("patterns", "a") == "c"
    assert found.current("patterns", "c") == "c"
    assert found.current("patterns", "x") in {"x", "y"}
    assert found.former("patterns", "c") == ["a", "b"]
    assert ("a-forces", "c-forces") in set(found.redirected("part"))


def test_a_file_that_is_not_there_lists_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "ids.toml") == Published("ids.toml")


@pytest.mark.parametrize(
    "text",
    [
        "[patterns",
        "[colours]\na = 'b'\n",
        "[patterns]\na = 1\n",
        "redirects = 1\n",
        "[redirects.x]\n",
    ],
)
def test_a_malformed_file_says_what_is_expected(text: str) -> None:
    with pytest.raises(PublishedIdsError, match=r"ids\.toml: .*\[patterns\]") as caught:
        parse(text, "ids.toml")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - made here
    assert (again.file, str(again)) == ("ids.toml", str(caught.value))


@given(
    st.lists(st.sets(st.sampled_from(["alpha", "beta", "gamma", "delta"])), min_size=1, max_size=4),
    st.sampled_from(["", TEXT, "[sequences]\n\n# end\n"]),
)
def test_publishing_keeps_every_line_and_ends_with_every_id(
    steps: list[set[str]], text: str
) -> None:
    for names in steps:
        found = language(*sorted(names))
        after = extended(text, found, "ids.toml")
        assert set(text.splitlines()) <= set(after.splitlines())
        for kind, ids in ids_of(found).items():
            assert ids.keys() <= tomllib.loads(after).get(kind, {}).keys()
        assert extended(after, found, "ids.toml") == after
        text = after


def test_what_is_listed_already_is_not_changed() -> None:
    found = language("alpha", "beta")
    assert extended(TEXT, found, "ids.toml") == TEXT
