"""Registers the collecting side with Sphinx."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.parsers import RSTParser

from doc_examples.collect import directives
from doc_examples.collect.builder import ExamplesBuilder, disagreements
from doc_examples.collect.collector import ExampleCollector, rendered, report
from doc_examples.collect.reference import OptionTable
from doc_examples.collect.rest_parser import ExampleRSTParser

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sphinx.application import Sphinx
    from sphinx.config import Config
    from sphinx.environment import BuildEnvironment


def setup(app: Sphinx) -> None:
    """Add the configuration, the collector and the builder.

    Parsers and directives are taken over once every extension is loaded, so that the order
    of ``extensions`` does not matter.
    """
    app.add_config_value("doc_examples_tests", "tests/patterns", "", types=str)
    app.add_config_value("doc_examples_wheels", [], "", types=(list, tuple))
    app.add_config_value("doc_examples_timeout", 30.0, "", types=(float, int))
    app.add_config_value("doc_examples_exclude", {}, "", types=dict)
    app.add_env_collector(ExampleCollector)
    app.add_builder(ExamplesBuilder)
    app.add_directive("example-options", OptionTable)
    app.connect("config-inited", _take_over, priority=900)
    app.connect("env-check-consistency", _check)


def code_version() -> int:
    """Return a number that changes with the code that reads pages.

    Sphinx reads every page again when the number changes: records made by other code would
    otherwise stay in its environment until somebody edits the page.
    """
    package = Path(__file__).parents[1]
    files = [package / "records.py", *(package / "collect").glob("*.py")]
    files += (package / "live").glob("*.py")
    hashes = hashlib.sha256()
    for file in sorted(files):
        hashes.update(file.name.encode() + b"\0" + file.read_bytes())
    return int.from_bytes(hashes.digest()[:4])


def _take_over(app: Sphinx, config: Config) -> None:
    directives.teach(app)
    # pytest leaves a README.md there, and running the examples makes the folder.
    config.exclude_patterns = [*config.exclude_patterns, "**/.pytest_cache", ".pytest_cache"]
    if "sphinx.ext.autodoc" in app.extensions:
        app.connect("autodoc-process-docstring", _note_docstring, priority=900)
    if app.registry.get_source_parsers().get("restructuredtext") is RSTParser:
        app.add_source_parser(ExampleRSTParser, override=True)
    if "myst_parser" in app.extensions:
        from myst_parser.parsers.sphinx_ import MystParser  # noqa: PLC0415 - an optional package

        from doc_examples.collect.parser import ExampleParser  # noqa: PLC0415 - imports MyST

        if app.registry.get_source_parsers().get("markdown") is MystParser:
            app.add_source_parser(ExampleParser, override=True)
        enabled = list(config.myst_enable_extensions)
        if "attrs_block" not in enabled:
            config.myst_enable_extensions = [*enabled, "attrs_block"]


def _check(app: Sphinx, env: BuildEnvironment) -> None:
    # The examples builder checks at its end, also when nothing was read.
    if app.builder.name != ExamplesBuilder.name:
        for fault in disagreements(env):
            report(fault, Path(env.srcdir))


def _note_docstring(
    app: Sphinx, _what: str, name: str, obj: object, _options: object, lines: Sequence[str]
) -> None:
    module = getattr(obj, "__module__", None)
    qualname = getattr(obj, "__qualname__", None)
    dotted = f"{module}.{qualname}" if module and qualname else name
    rendered(app.env)[dotted] = tuple(lines)
