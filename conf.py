"""Sphinx configuration of the catalogue."""

from __future__ import annotations

import os
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).parent / "_ext"), str(Path(__file__).parent)]

import bridge  # noqa: E402 - found by the path above
from doc_examples.live import badge_of_page  # noqa: E402
from pattern_language.context import Badge  # noqa: E402
from site_pages.edit_links import edit_links  # noqa: E402

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.addnodes import pending_xref
    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

project = "Engineering Blueprints for Browser-Native Python Applications"
author = "The Engineering Blueprints authors"
copyright = f"2026, {author}. Text: CC BY 4.0, code: MIT"
version = release = bridge.__version__

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.intersphinx",
    "sphinx.ext.napoleon",
    "sphinx_design",
    "sphinx_copybutton",
    "sphinxcontrib.bibtex",
    "sphinxext.opengraph",
    "doc_examples",
    "pattern_language",
    "bench_figures",
    "site_pages",
]

root_doc = "reference/index"
source_suffix = {".md": "markdown"}
include_patterns = ["reference/**"]
# Only exclusions keep Sphinx from walking the big folders.
exclude_patterns = ["_build", ".tox", ".venv", "tests", "node_modules", "**/__pycache__"]

nitpicky = True
# What docstrings put between single backticks are names.
default_role = "code"
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3
# Footnotes stay where they are written: in the part that holds the references.
myst_footnote_sort = False

# The legacy implementation names file and object in warnings about signatures.
autodoc_use_legacy_class_based = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_numpy_docstring = False
nitpick_ignore_regex = [
    ("py:.*", r"(.*\.)?[A-Z](_co)?"),  # type variables have no page
    ("py:.*", r"(.*\.)?_\w+"),  # nor have private names,
    ("py:.*", r"bridge\.reactivity\.(state|reactions)\..*"),  # nor the engine's own bases,
    ("py:.*", r"(Opener|Handler|Part|Block|Template|Selector)"),  # nor internal types of signatures
    ("py:.*", r"_asyncio\..*"),  # where Task says that it comes from
]


def _python_inventory(target: Path) -> str:
    """Write the part of Python's inventory that the pages link to; no network is needed."""
    modules = {
        "asyncio": ["Task", "Future"],
        "enum": ["Enum"],
        "collections.abc": [
            "Awaitable",
            "Callable",
            "Hashable",
            "Iterable",
            "Iterator",
            "Mapping",
            "Sequence",
        ],
    }
    pages = {"asyncio": "asyncio-task.html"}
    head = "# Sphinx inventory version 2\n# Project: Python\n# Version: 3\n"
    head += "# The remainder of this file is compressed using zlib.\n"
    lines = [
        f"{module}.{name} py:class 1 library/{pages.get(module, module + '.html')}#$ -\n"
        for module, names in modules.items()
        for name in names
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(head.encode() + zlib.compress("".join(lines).encode()))
    return str(target)


intersphinx_mapping = {
    "python": (
        "https://docs.python.org/3",
        _python_inventory(Path(__file__).parent / "_build" / "python.inv"),
    )
}

# The examples run with the library as its users get it: installed from a wheel.
doc_examples_wheels = ["."]

pattern_language_categories = {
    "architectural": "Architectural patterns",
    "workers": "Workers and parallelism",
    "loading": "Loading and storage",
}
pattern_language_ids = "reference/published-ids.toml"
pattern_language_citation = "CITATION.cff"

bibtex_bibfiles = sorted(
    path.relative_to(Path(__file__).parent).as_posix()
    for path in Path(__file__).parent.glob("reference/**/*.bib")
)
bibtex_default_style = "as-written"  # of site_pages

# Pages whose figures need no role, each with the reason.
bench_figures_exempt = {
    "reference/project/benchmarks": "written by tests/bench/run.py from the results themselves",
}

# Only who publishes the site knows its address: without one, no page and no export names any.
html_baseurl = os.environ.get("SITE_BASE_URL", "")
ogp_site_url = html_baseurl
ogp_site_name = "Engineering Blueprints"
ogp_social_cards = {"enable": False}
ogp_enable_meta_description = True

# What the page for addresses that do not exist offers.
site_pages_links = {
    "reference/index": "Pattern Index",
    "reference/forces": "",
    "reference/glossary": "",
}

# What is shipped of others is named with its licence on reference/project/licences.
site_pages_licences = True

html_theme = "furo"
pygments_dark_style = "a11y-high-contrast-dark"
html_title = "Engineering Blueprints"
html_theme_options = edit_links(os.environ)
html_static_path = ["_static"]
html_css_files = ["blueprints.css"]
html_favicon = "_static/favicon.svg"
html_show_sphinx = False
# What a reader copies is code: no line numbers, no prompts, no output of a doctest.
copybutton_exclude = ".linenos, .gp, .go"


def _link_alias(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contnode: nodes.TextElement
) -> nodes.reference | None:
    """Resolve type aliases: annotations refer to them as classes, autodoc documents data."""
    if node.get("refdomain") != "py" or node.get("reftype") != "class":
        return None
    python = env.domains.python_domain
    name = node["reftarget"].rpartition(".")[2]
    found = sorted(
        full
        for full, entry in python.objects.items()
        if entry.objtype in {"data", "type"} and full.rpartition(".")[2] == name
    )
    if not found:
        return None
    return python.resolve_xref(env, node["refdoc"], app.builder, "obj", found[0], node, contnode)


def _badge(app: Sphinx, docname: str, seen_from: str) -> Badge | None:
    """Tell the pattern language what is known of the examples of a page."""
    found = badge_of_page(app, docname, seen_from)
    return found and Badge(found[0].state, found[0].text, found[1])


def setup(app: Sphinx) -> None:
    """Connect what only this catalogue needs."""
    app.connect("missing-reference", _link_alias)
    app.connect("pattern-badge", _badge)
