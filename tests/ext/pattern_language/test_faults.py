"""Every fault of a language is reported where it is written, under a subtype of its own.

In the sources here a line that ends in ``<<< subtype`` is the line at which a fault of that subtype
is to be reported; the mark itself is not part of the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

Page = Callable[..., str]
Marked = list[tuple[str, int, str]]


def marked(files: dict[str, str]) -> tuple[dict[str, str], Marked]:
    """Return the sources without their marks, and what the marks ask for."""
    wanted: Marked = []
    clean: dict[str, str] = {}
    for name, text in files.items():
        lines = []
        for number, line in enumerate(text.splitlines(), 1):
            source, *marks = line.split(" <<< ")
            wanted += [(name, number, mark) for mark in marks]
            lines.append(source)
        clean[name] = "\n".join(lines) + "\n"
    return clean, sorted(wanted)


def mark(text: str, line: str, *subtypes: str, nth: int = 0) -> str:
    """Mark a line of a page, given by how it begins."""
    lines = text.splitlines()
    index = [i for i, found in enumerate(lines) if found.startswith(line)][nth]
    lines[index] += "".join(f" <<< {subtype}" for subtype in subtypes)
    return "\n".join(lines) + "\n"


def without(text: str, part: str) -> str:
    """Return a page without one of its parts."""
    return re.sub(rf":::\{{{part}\}}.*?\n:::\n\n?", "", text, count=1, flags=re.DOTALL)


def part_of(text: str, part: str) -> str:
    """Return the source of a part of a page."""
    found = re.search(rf":::\{{{part}\}}.*?\n:::\n", text, re.DOTALL)
    assert found
    return found[0]


@pytest.fixture
def parts_group(page: Page, sources: dict[str, str]) -> dict[str, str]:
    """Pages whose form is broken."""
    complete = page("Alpha")

    def named(name: str) -> str:
        return page(name, "requires alpha\n: So.")

    def broken(name: str, old: str, new: str) -> str:
        assert old in named(name)
        return named(name).replace(old, new, 1)

    intro = "\n".join(f"{n}\n: One more.\n" for n in ("missing", "repeated", "orders", "empty"))
    related = "headed strays untitled second stated builtin absent cited uncategorised terms long"
    intro += "\n".join(f"{n}\n: One more.\n" for n in related.split())
    first = "# The language\n\n:::{sequence} all\n\nAll of them.\n\n" + intro + ":::\n\n"
    empty = mark(broken("Empty", "Somewhere.\n", ""), ":::{context}", "empty-part")
    empty = mark(empty.replace("Do the Empty thing.\n", ""), ":::{pattern}", "empty-part")
    headed = broken("Headed", "Somewhere.\n", "Somewhere.\n\n### Inside <<< heading\n\nMore.\n")
    headed = headed.replace(":::{problem}", "## Early <<< heading\n\n:::{problem}")
    headed = headed.replace("Do the Headed thing.", "Do it.\n\n#### In the head <<< heading")
    headed += "\n## Late <<< heading\n\nToo late.\n"
    strays = broken("Strays", ":::{problem}", "Between parts. <<< stray\n\n:::{problem}")
    strays = strays.replace(":::{known-uses}", "- After a part. <<< stray\n\n:::{known-uses}")
    terms = broken("Terms", "resolves speed-and-memory", "solves speed-and-memory <<< malformed")
    terms = terms.replace("speed-and-memory\n: Pr", "Speed and memory <<< malformed\n: Pr")
    terms = terms.replace("requires alpha\n", "needs alpha <<< malformed\n")
    cited = broken("Cited", "[Somebody](https://example.org/use)", "Somebody <<< uncited-use\n ")
    cited = cited.replace(
        ":::\n\n:::{related}",
        "- An [inner link](#cited-context). <<< uncited-use\n"
        "- An [outer link](https://example.org/use), version 1.2. <<< undated-use\n"
        ":::\n\n:::{related}",
    )
    long = broken("Long", "**Do it.**", f"**Do it{' and more' * 12}.**")
    long = mark(long, ":::{solution}", "long-lead")
    repeated = named("Repeated")
    repeated = repeated.replace(
        ":::{references}",
        ":::{related} <<< repeated-part\nNothing new.\n:::\n\n:::{references}",
    )
    orders = named("Orders")
    moved = mark(part_of(orders, "problem"), ":::{problem}", "misordered-part")
    orders = without(orders, "problem").replace(":::{solution}", moved + "\n:::{solution}")
    return {
        **sources,
        "all.md": "---\norphan: true\n---\n" + first,
        "work/alpha.md": complete,
        "work/missing.md": mark(
            without(named("Missing"), "problem"), ":::{pattern}", "missing-part"
        ),
        "work/repeated.md": repeated,
        "work/orders.md": orders,
        "work/empty.md": empty,
        "work/headed.md": headed,
        "work/long.md": long,
        "work/strays.md": strays,
        "work/untitled.md": mark(
            "".join(named("Untitled").splitlines(keepends=True)[2:]).replace("## Impl", "# Impl"),
            ":::{pattern}",
            "no-name",
        ),
        "work/second.md": named("Second")
        + "\n:::{pattern} other <<< several-patterns <<< unreached\n"
        + ":category: work\n\nMore.\n:::\n",
        "work/stated.md": mark(
            named("Stated").replace(":state: complete", ":state: fine"), ":::{pattern}", "state"
        ),
        "work/builtin.md": mark(
            named("Builtin").replace(":state: complete", ":state: in-progress"),
            ":::{pattern}",
            "state",
        ),
        "work/absent.md": mark(
            named("Absent").replace(": json", ": json.absent, absent.json"),
            ":::{pattern}",
            "missing-module",
        ),
        "work/cited.md": cited,
        "work/uncategorised.md": mark(
            named("Uncategorised").replace(": work", ": leisure"),
            ":::{pattern}",
            "unknown-category",
        ),
        "work/terms.md": terms,
        "work/outside.md": "# No pattern\n\n:::{problem} <<< outside\nOf whom?\n:::\n",
        "more.md": """\
# More forces

:::{force} a-and-b <<< empty-part <<< unused-force
:goods: A | B
:::

:::{force} c-and-d <<< malformed <<< unused-force
:goods: C

Text.

## In it <<< heading
:::

:::{force} E and F <<< malformed <<< unused-force
:goods: E | F

Text.
:::

:::{sequence} none <<< empty-part

Only a summary.
:::

:::{sequence} bad

alpha
: Good.

Beta now <<< malformed
: Not an id.

Forgotten colon. <<< malformed
:::
""",
    }


@pytest.fixture
def forces_group(page: Page, sources: dict[str, str]) -> dict[str, str]:
    """Ids that are unknown or taken, and forces that are not answered."""
    lists = page("Lists", "requires alpha\n: So.")
    lists = lists.replace(
        ": Presses on Lists.\n",
        ": Presses on Lists.\n\nsize-and-shape <<< unanswered-force\n: Also.\n\n"
        "nowhere-and-never <<< unknown-force <<< unanswered-force\n: Unknown.\n\n"
        "speed-and-memory <<< repeated-force\n: Again.\n",
    ).replace(
        ": So it is.\n",
        ": So it is.\n\nbalances heat-and-light <<< unlisted-force\n: Not listed.\n\n"
        "worsens no-and-no <<< unknown-force <<< unlisted-force\n: Unknown.\n\n"
        "resolves speed-and-memory; worsens speed-and-memory <<< repeated-answer\n: Twice.\n",
    )
    roles = page("Roles", "requires nobody <<< unknown-pattern\n: Who?").replace(
        "Like this.",
        "See {pattern:pattern}`nothing`, <<< unknown-pattern\n\n"
        "and {pattern:force}`weight` <<< unknown-force\n\n"
        "and {pattern:part}`roles-weather` <<< unknown-part\n\n"
        "and {pattern:sequence}`nowhere` <<< unknown-sequence\n\n"
        "and {pattern:example}`roles/none` <<< unknown-example\n",
    )
    return {
        **sources,
        "zforces.md": """\
# More forces

:::{force} size-and-shape
:goods: Size | shape

Text.
:::

:::{force} heat-and-light <<< unused-force
:goods: Heat | light

Text.
:::

:::{force} speed-and-memory <<< duplicate-id
:goods: Speed | memory

Again.
:::

:::{sequence} first-steps <<< duplicate-id

alpha
: Again.
:::

:::{sequence} second-steps

lists
: A.
roles
: B.
ghost <<< unknown-pattern
: C.
:::
""",
        "work/lists.md": lists,
        "work/roles.md": roles,
        "work/second-beta.md": mark(
            page("Beta", "uses alpha\n: As well."), ":::{pattern} beta", "duplicate-id"
        ),
    }


@pytest.fixture
def relations_group(page: Page, sources: dict[str, str]) -> dict[str, str]:
    """Relations that do not fit together, and orders that cannot be kept."""
    said = {
        "P01": "requires p02\n: A.\nuses p02 <<< contradiction\n: A.",
        "P02": "uses p03\n: A.",
        "P03": "requires p02 <<< contradiction\n: A.",
        "P04": "alternative-to p05\n: A.\nrefines p05 <<< contradiction\n: A.",
        "P05": "requires p06\n: A.",
        "P06": "conflicts-with p05 <<< contradiction\n: A.",
        "P07": "refines p08\n: A.",
        "P08": "refines p07 <<< contradiction\n: A.",
        "P09": "uses p10\n: A.\nuses p10 <<< repeated-relation\n: A.",
        "P10": "used-by p09 <<< repeated-relation <<< repeated-relation\n: A.",
        "P11": "requires p11 <<< self-relation\n: A.",
        "P12": "requires p13 <<< cycle\n: A.",
        "P13": "requires p14\n: A.",
        "P14": "requires p12\n: A.",
        "P15": "uses p14\n: A.",
        "P16": "uses p17\n: A.\nused-by p17 <<< contradiction\n: A.",
        "P17": "enables p18\n: A.",
        "P18": "alternative-to p17 <<< contradiction\n: A.",
    }
    pages = {f"work/{name.lower()}.md": page(name, text) for name, text in said.items()}
    for name in ("p01", "p15"):
        pages[f"work/{name}.md"] = mark(pages[f"work/{name}.md"], ":::{pattern}", "unreached")
    return {
        **sources,
        **pages,
        "orders.md": """\
# Orders

:::{sequence} backwards

gamma
: Fine.
beta <<< sequence-order
: It requires alpha.
alpha
: Too late.
beta <<< repeated-step
: Once more.
:::

:::{sequence} reached

p09
: A.
p16
: B.
:::
""",
    }


def check(site: Any, files: dict[str, str], **options: Any) -> Marked:
    clean, wanted = marked(files)
    built = site.build(clean, builder="dummy", fresh=True, **options)
    assert built.found() == wanted
    assert built.error == ""
    return wanted


@pytest.mark.parametrize("group", ["parts_group", "forces_group", "relations_group"])
def test_each_fault_is_reported_at_its_line_and_can_be_suppressed_by_itself(
    site: Any, group: str, request: pytest.FixtureRequest
) -> None:
    files = request.getfixturevalue(group)
    wanted = check(site, files)
    clean, _ = marked(files)
    subtypes = sorted({subtype for _, _, subtype in wanted})
    for quiet in (subtypes[::2], subtypes[1::2]):
        overrides = {"suppress_warnings": [f"pattern.{subtype}" for subtype in quiet]}
        built = site.build(clean, builder="dummy", fresh=True, overrides=overrides)
        assert built.found() == [fault for fault in wanted if fault[2] not in quiet]


def test_a_language_without_faults_builds_without_warnings(
    site: Any, sources: dict[str, str]
) -> None:
    built = site.build(sources)
    assert (built.warnings, built.error) == ("", "")


def test_parallel_reading_reports_the_same_faults(site: Any, forces_group: dict[str, str]) -> None:
    assert len(forces_group) > 5
    check(site, forces_group, parallel=2)


def test_a_complete_pattern_needs_an_example_where_examples_are_collected(
    site: Any, sources: dict[str, str], page: Page
) -> None:
    shown = {"work/alpha.md", "work/beta.md"}
    files = {
        name: text.replace("Like this.", "```python\nprint(1)\n```")
        if name in shown
        else mark(text, ":::{pattern}", "no-example")
        if name.startswith("work/")
        else text
        for name, text in sources.items()
    }
    waiting = page("Later", "uses alpha\n: So.", state="in-progress")
    waiting = waiting.replace(":modules: json\n", "")
    files["work/later.md"] = waiting.replace("## Implementation\n\nLike this.\n", "")
    files["work/delta.md"] = files["work/delta.md"].replace(
        "alternative-to gamma", "alternative-to later"
    )
    conf = 'extensions.append("doc_examples")'
    clean, wanted = marked(files)
    built = site.build(clean, builder="dummy", conf=conf)
    wanted += [("work/gamma.md", 3, "unreached")]
    assert built.found() == sorted(wanted)


def test_a_fault_in_an_included_file_is_reported_in_that_file(
    site: Any, sources: dict[str, str]
) -> None:
    text = sources["work/alpha.md"]
    consequences = part_of(text, "consequences")
    files = {
        **sources,
        "work/alpha.md": text.replace(consequences, "```{include} tail.inc\n```\n"),
        "work/tail.inc": "\n" + consequences.replace("resolves speed-", "resolves greed-"),
    }
    built = site.build(files, builder="dummy")
    assert built.found() == [
        ("work/alpha.md", 20, "unanswered-force"),
        ("work/tail.inc", 2, "unknown-force"),
        ("work/tail.inc", 2, "unlisted-force"),
    ]
