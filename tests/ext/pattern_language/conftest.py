"""Small pattern languages, built for real."""

from __future__ import annotations

import re
import textwrap
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest
from sphinx.deprecation import RemovedInSphinx11Warning
from sphinx.errors import SphinxError
from sphinx.testing.util import SphinxTestApp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pattern_language.domain import PatternDomain
    from pattern_language.model import Language

CONF = """
project = "A small language"
author = "The authors"
copyright = "2026, the authors"
release = "1.2"
extensions = ["pattern_language", "myst_parser"]
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}
exclude_patterns = ["_build"]
nitpicky = True
pattern_language_categories = {"work": "Work", "rest": "Rest"}
"""

PATTERN = """\
# {name}

:::{{pattern}} {id}
:category: {category}
:modules: {modules}
:state: {state}

Do the {name} thing.
:::

:::{{context}}
Somewhere.
:::

:::{{problem}}
Something.
:::

:::{{forces}}
speed-and-memory
: Presses on {name}.
:::

:::{{solution}}
**Do it.** And more.
:::

:::{{consequences}}
{effect} speed-and-memory
: So it is.
:::

## Implementation

Like this.

:::{{when-not-to-use}}
- Never on Sundays.
:::

:::{{known-uses}}
- [Somebody](https://example.org/use) does it (version 1.2, read on 2026-12-01).
:::

:::{{related}}
{related}
:::

:::{{references}}
None but the link above.
:::
"""

FORCES = """\
# Forces

## Costs

:::{force} speed-and-memory
:goods: Speed | memory

What is fast takes room. What is small takes time.
:::
"""

INDEX = """\
# The language

:::{sequence} first-steps
:title: First steps

From nothing to something.

alpha
: It begins.
beta
: It goes on with {pattern:pattern}`alpha`.
:::

```{toctree}
:glob:

*
work/*
```
"""


def pattern_page(name: str, related: str = "", **head: str) -> str:
    """Return the page of a complete pattern whose id is the lower-case name."""
    said = {"category": "work", "modules": "json", "state": "complete", "effect": "resolves"}
    said |= {"id": name.lower().replace(" ", "-"), "name": name, "related": related, **head}
    return PATTERN.format(**said)


def small() -> dict[str, str]:
    """Return the sources of a language without faults: four patterns, a force, a sequence."""
    return {
        "index.md": INDEX,
        "forces.md": FORCES,
        "work/alpha.md": pattern_page("Alpha"),
        "work/beta.md": pattern_page(
            "Beta", "requires alpha\n: It stands on {pattern:pattern}`alpha`."
        ),
        "work/gamma.md": pattern_page(
            "Gamma", "uses beta\n: It goes better with it.", effect="worsens"
        ),
        "work/delta.md": pattern_page(
            "Delta", "alternative-to gamma\n: One of them.", category="rest", effect="balances"
        ),
    }


@dataclass
class Built:
    """What a build left behind."""

    app: SphinxTestApp
    error: str
    """How the build failed, if it did."""
    warnings: str

    @property
    def domain(self) -> PatternDomain:
        return cast("PatternDomain", self.app.env.domains["pattern"])

    @property
    def language(self) -> Language:
        return self.domain.language

    @property
    def outdir(self) -> Path:
        return Path(self.app.outdir)

    def text(self, name: str) -> str:
        """Return a file of the output."""
        return (self.outdir / name).read_text("utf-8")

    def found(self) -> list[tuple[str, int, str]]:
        """Return file, line and subtype of each warning of the language, sorted."""
        srcdir = f"{self.app.srcdir}/"
        return sorted(
            (match[1].removeprefix(srcdir), int(match[2]), match[3])
            for match in re.finditer(
                r"^(\S+?):(\d+): WARNING: .*\[pattern\.([\w-]+)\]$", self.warnings, re.MULTILINE
            )
        )


class Site:
    """A project in a folder of its own, built as often as a test likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, files: Mapping[str, str]) -> None:
        """Write sources; they may be indented as a whole."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")

    def build(
        self,
        files: Mapping[str, str] | None = None,
        *,
        builder: str = "html",
        conf: str = "",
        parallel: int = 0,
        fresh: bool = False,
        strict: bool = False,
        outdir: str = "",
        overrides: dict[str, object] | None = None,
    ) -> Built:
        """Write files, build, and return the outcome; ``conf`` is added to the usual one.

        ``strict`` makes warnings errors, as ``sphinx-build -W`` does.
        """
        if files is not None or not (self.folder / "conf.py").exists():
            self.write({"conf.py": CONF + textwrap.dedent(conf), **(files or {})})
        build = self.folder / "_build" / outdir if outdir else None
        app = SphinxTestApp(
            builder,
            srcdir=self.folder,
            builddir=build,
            freshenv=fresh,
            parallel=parallel,
            warningiserror=strict,
            confoverrides=overrides,
        )
        error = ""
        try:
            with warnings.catch_warnings():
                # MyST still uses what Sphinx 11 is going to remove.
                warnings.simplefilter("ignore", RemovedInSphinx11Warning)
                app.build()
        except SphinxError as raised:
            error = str(raised)
        finally:
            app.cleanup()
        if app.statuscode:
            error = f"exit status {app.statuscode}"
        return Built(app, error, re.sub(r"\x1b\[[\d;]*m", "", app.warning.getvalue()))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A project to write and build."""
    found = Site(tmp_path / "site")
    found.folder.mkdir()
    return found


@pytest.fixture
def sources() -> dict[str, str]:
    """The sources of a small language without faults."""
    return small()


@pytest.fixture
def page() -> Callable[..., str]:
    """The function that writes a complete pattern's page."""
    return pattern_page
