"""Known uses that cite: the note of the entry says what was read, in every form of citation."""

from __future__ import annotations

from typing import Any

CONF = """
extensions.append("sphinxcontrib.bibtex")
bibtex_bibfiles = ["references.bib"]
"""
ENTRIES = """\
@misc{told,
  title = {Told},
  note  = {Source repository, commit 0a1b2c3, read on 2026-12-01},
}

@misc{bare,
  title = {Bare},
  note  = {Source repository},
}
"""
USES = """\
- It does {footcite:p}`told`.
- So does it {footcite:p}`bare`.
- And it, by two sources {footcite:p}`bare,told`.
- This {cite:p}`told`.
- That {cite:p}`bare`.
:::

```{footbibliography}
```

```{bibliography}
```
"""


def test_the_bibliography_is_asked_for_what_a_use_cites(site: Any, sources: dict[str, str]) -> None:
    before, use, after = sources["work/alpha.md"].partition("- [Somebody]")
    after = after.partition(":::\n")[2]
    first = before.count("\n") + 1
    built = site.build(
        {**sources, "work/alpha.md": before + USES + after, "references.bib": ENTRIES},
        builder="dummy",
        conf=CONF,
    )
    assert use
    undated = [found for found in built.found() if found[2] == "undated-use"]
    assert undated == [
        ("work/alpha.md", first + 1, "undated-use"),
        ("work/alpha.md", first + 4, "undated-use"),
    ]
