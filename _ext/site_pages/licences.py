"""The licences of what a site ships: a table on a page, the texts beside it, and a check.

Everything in the output is either this project's own or of a component in `COMPONENTS`. A file that
is neither is a warning of the build, so that nothing is shipped without its licence.
"""

from __future__ import annotations

import fnmatch
import re
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.osutil import relative_uri

from pyodide_runtimes import ensure_npm, load_pins

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sphinx.application import Sphinx

logger = logging.getLogger(__name__)

FOLDER = "_licenses"
"""Where the texts lie, relative to the site's root."""


@dataclass(frozen=True)
class Component:
    """Something of others that a site ships.

    Attributes:
        name: What it is called.
        licence: Its SPDX expression.
        files: Patterns of its files, relative to the site's root; `*` stands for any text.
        text: Where its licence stands: `dist:NAME`, a Python distribution, `npm:NAME`, a pinned
            package, or `wheel`, the shipped wheels themselves.
        version: The distribution that tells its version, or the version itself.
    """

    name: str
    licence: str
    files: tuple[str, ...]
    text: str
    version: str = ""

    @property
    def page(self) -> str:
        """The name of the file that holds its licence."""
        return re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-") + ".txt"


_RELEASES = ", ".join(pin.version for pin in load_pins().lines)

COMPONENTS = (
    # Neither the npm package nor the archive holds a text: these distributions ship the same one.
    Component("Pyodide", "MPL-2.0", ("_static/pyodide/*/pyodide*",), "dist:pathspec", _RELEASES),
    Component(
        "CPython, in Pyodide",
        "PSF-2.0",
        ("_static/pyodide/*/python_stdlib.zip", "_static/pyodide/*/pyodide.asm.wasm"),
        "dist:typing_extensions",
        ", ".join(dict.fromkeys(pin.python for pin in load_pins().lines)),
    ),
    Component("NumPy", "BSD-3-Clause", ("_static/pyodide/*/numpy-*.whl",), "wheel"),
    Component(
        "Comlink",
        "Apache-2.0",
        ("_static/doc_examples/wheels/*/blueprint_bridge-*.whl",),
        "npm:comlink",
    ),
    Component(
        "Furo",
        "MIT",
        ("_static/scripts/furo*", "_static/styles/furo*", "_static/skeleton.css"),
        "dist:furo",
        "furo",
    ),
    Component(
        "Sphinx",
        "BSD-2-Clause",
        (
            "_static/basic.css",
            "_static/doctools.js",
            "_static/documentation_options.js",
            "_static/searchtools.js",
            "_static/sphinx_highlight.js",
            "_static/file.png",
            "_static/minus.png",
            "_static/plus.png",
            "_static/debug.css",
        ),
        "dist:sphinx",
        "sphinx",
    ),
    Component(
        "Snowball stemmers",
        "BSD-3-Clause",
        ("_static/base-stemmer.js", "_static/english-stemmer.js", "_static/language_data.js"),
        "dist:snowballstemmer",
        "snowballstemmer",
    ),
    Component("Pygments", "BSD-2-Clause", ("_static/pygments.css",), "dist:pygments", "pygments"),
    Component(
        "sphinx-design",
        "MIT",
        ("_static/design-tabs.js", "_static/sphinx-design.min.css"),
        "dist:sphinx-design",
        "sphinx-design",
    ),
    Component(
        "sphinx-copybutton, with clipboard.js",
        "MIT",
        (
            "_static/clipboard.min.js",
            "_static/copybutton*",
            "_static/check-solid.svg",
            "_static/copy-button.svg",
        ),
        "dist:sphinx-copybutton",
        "sphinx-copybutton",
    ),
)
"""What others made and this site ships."""

OWN = (
    "_sources/*",
    "_downloads/*",
    "_licenses/*",
    "_static/blueprints.css",
    "_static/favicon.svg",
    "_static/scrolling.mjs",
    "_static/bench_figures/*",
    "_static/pattern_language/*",
    "_static/doc_examples/*.mjs",
    "_static/doc_examples/*.css",
    "_static/doc_examples/*.html",
    "_static/doc_examples/*.py",
    "_static/doc_examples/sessions/*",
    "_static/doc_examples/config.json",
    "reference/*.html",
)
"""What is written by this project, or generated from its text; so is all at the site's root."""


class ShippedLicences(SphinxDirective):
    """A table of the components with version, licence and a link to its text."""

    has_content: ClassVar[bool] = False

    def run(self) -> list[nodes.Node]:
        """Build the table; the links are completed when it is known where the page stands."""
        rows = [
            (nodes.Text(part.name), nodes.Text(version_of(part)), _link(part))
            for part in COMPONENTS
        ]
        head = tuple(nodes.Text(text) for text in ("component", "version", "licence"))
        group = nodes.tgroup(cols=3)
        group += [nodes.colspec(colwidth=width) for width in (40, 40, 20)]
        group += nodes.thead("", _row(head))
        group += nodes.tbody("", *(_row(row) for row in rows))
        return [nodes.table("", group)]


def _row(cells: Iterable[nodes.Node]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def _link(part: Component) -> nodes.reference:
    link = nodes.reference("", part.licence, internal=True, refuri=f"{FOLDER}/{part.page}")
    link["licence_text"] = part.page
    return link


def complete(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make the links to the texts relative to the page."""
    for link in doctree.findall(nodes.reference):
        if page := link.get("licence_text"):
            here = app.builder.get_target_uri(docname).partition("#")[0]
            link["refuri"] = relative_uri(here, f"{FOLDER}/{page}")


def version_of(part: Component) -> str:
    """Return the version that is shipped, as far as it is known before the build ends."""
    if part.text.startswith("npm:"):
        return load_pins().npm_package(part.text.removeprefix("npm:")).version
    if part.text == "wheel":
        return "as each Pyodide release has it"
    return metadata.version(part.version) if part.version[:1].isalpha() else part.version


def text_of(part: Component, outdir: Path) -> str:
    """Return the text of a component's licence; empty where it cannot be found."""
    kind, _, name = part.text.partition(":")
    if kind == "npm":
        return (ensure_npm(name) / "LICENSE").read_text("utf-8")
    if kind == "wheel":
        wheels = sorted(path for pattern in part.files for path in outdir.glob(pattern))
        return "\n\n".join(_of_wheel(path) for path in wheels)
    files = [
        file
        for file in metadata.files(name) or []
        if ".dist-info" in str(file) and re.match(r"LICEN[CS]E|COPYING", file.name, re.IGNORECASE)
    ]
    return "\n\n".join(Path(str(file.locate())).read_text("utf-8") for file in files)


def _of_wheel(path: Path) -> str:
    with zipfile.ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if re.search(r"dist-info/.*LICEN[CS]E", name)]
        return "\n\n".join([path.name, *(wheel.read(name).decode("utf-8") for name in names)])


def unlicensed(outdir: Path) -> Iterator[str]:
    """Yield the files of a site that are neither its own nor of a component."""
    known = [*OWN, *(pattern for part in COMPONENTS for pattern in part.files)]
    for path in sorted(outdir.rglob("*")):
        name = path.relative_to(outdir).as_posix()
        if not path.is_file() or "/" not in name:
            continue
        if not any(fnmatch.fnmatchcase(name, pattern) for pattern in known):
            yield name


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the texts, and warn of what is shipped without one."""
    if error is not None or not app.config.site_pages_licences or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    (outdir / FOLDER).mkdir(exist_ok=True)
    for part in COMPONENTS:
        shipped = part.text != "wheel" or any(any(outdir.glob(name)) for name in part.files)
        text = text_of(part, outdir)
        if shipped and not text.strip():
            logger.warning("no licence text of %s was found at %s", part.name, part.text)
        (outdir / FOLDER / part.page).write_text(text or "not shipped in this build\n", "utf-8")
    for name in unlicensed(outdir):
        logger.warning(
            "%s is shipped without a licence: name it in COMPONENTS or OWN of site_pages.licences",
            name,
            type="site_pages",
            subtype="licences",
        )
