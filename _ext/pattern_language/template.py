"""The page with which a new pattern begins. It builds; what it lacks is words."""

from __future__ import annotations

from typing import Final

_PAGE: Final = """\
# {name}

:::{{pattern}} {id}
:category: {category}
:state: in-progress

What the pattern achieves, for whom, in one or two sentences.
:::

:::{{context}}
The situation in which the problem arises: what is there already, and what is wanted.
:::

:::{{problem}}
What is hard about it, and what happens to those who do the obvious.
:::

:::{{forces}}
{force}
: How this force presses here: what would be lost by giving in to either side.
:::

:::{{solution}}
**One sentence that can be quoted alone.**

The structure: who takes part, what they say to each other, and what happens when one fails.
:::

:::{{consequences}}
leaves-open {force}
: What becomes of the force, and why.
:::

:::{{when-not-to-use}}
- The case in which the pattern costs more than it gives.
:::

:::{{known-uses}}
- [Name](https://example.org/) does it by this means; there, that is different (version 1.0, read on
  2000-01-01).
:::

:::{{related}}
No relation is written yet: an entry is `requires other-pattern`, and below it `: ` and the reason.
:::
"""


def pattern_page(pattern: str, category: str, force: str) -> str:
    """Return the source of a page in progress.

    >>> pattern_page("data-pipe", "workers", "speed-and-memory").splitlines()[0]
    '# Data Pipe'
    """
    name = " ".join(word.capitalize() for word in pattern.split("-"))
    return _PAGE.format(name=name, id=pattern, category=category, force=force)
