"""The site as one page stands at the root of the output, where its relative addresses hold.

Sphinx writes it where the root document would stand, ``reference/index.html`` here, and refers to
``_static/`` as if it stood at the root.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.builders.singlehtml import SingleFileHTMLBuilder

if TYPE_CHECKING:
    from sphinx.application import Sphinx


def to_root(app: Sphinx, error: Exception | None) -> None:
    """Move the page of the builder ``singlehtml`` to ``index.html`` at the root."""
    builder = app.builder
    if error is not None or not isinstance(builder, SingleFileHTMLBuilder):
        return
    written = Path(app.outdir, f"{app.config.root_doc}{builder.out_suffix}")
    written.replace(Path(app.outdir, f"index{builder.out_suffix}"))
