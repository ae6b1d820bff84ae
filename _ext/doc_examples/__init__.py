"""Examples of a documentation, run: the Sphinx extension.

In ``conf.py``::

    extensions = ["doc_examples"]

Every block of code of every page is collected; ``sphinx-build -b examples`` writes the plan of
the run and one pytest module per page. Works with MyST, with reStructuredText and with both.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata

__version__ = "0.1.0"

_FOR_READERS = ("sphinx_pyodide", "pyodide_runtimes")
"""What the reader's page needs; without it pages are collected and shown as they are."""


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register the extension with Sphinx."""
    # The records are imported where there is no Sphinx.
    from doc_examples.collect import extension  # noqa: PLC0415

    extension.setup(app)
    if all(find_spec(name) for name in _FOR_READERS):
        from doc_examples import live  # noqa: PLC0415 - needs more than Sphinx

        live.setup(app)
    return {
        "version": __version__,
        "env_version": extension.code_version(),
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
