"""Sphinx configuration of the catalogue."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent / "_ext"), str(Path(__file__).parent)]

import bridge

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
    "doc_examples",
    "bench_figures",
]

root_doc = "reference/index"
source_suffix = {".md": "markdown"}
include_patterns = ["reference/**"]
# Only exclusions keep Sphinx from walking the big folders.
exclude_patterns = ["_build", ".tox", ".venv", "tests", "node_modules", "**/__pycache__"]

nitpicky = True
myst_enable_extensions = ["attrs_block", "colon_fence", "deflist"]
myst_heading_anchors = 3

# The legacy implementation names file and object in warnings about signatures.
autodoc_use_legacy_class_based = True
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_numpy_docstring = False

# The examples run with the library as its users get it: installed from a wheel.
doc_examples_wheels = ["."]

html_theme = "furo"
html_title = "Engineering Blueprints"
html_static_path = ["_static"]
html_css_files = ["blueprints.css"]
html_favicon = "_static/favicon.svg"
html_show_sphinx = False
# What a reader copies is code: no line numbers, no prompts, no output of a doctest.
copybutton_exclude = ".linenos, .gp, .go"
