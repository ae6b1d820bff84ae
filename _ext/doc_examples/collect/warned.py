"""The warnings of a collecting build, kept for those who do not see it run.

Sphinx reports what it notices on a page when it reads it, and not again while the page stays as
it is. The plan of the examples outlives the build, so its warnings have to, too.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util import logging as sphinx_logging
from sphinx.util.logging import get_node_location, is_suppressed_warning

from doc_examples.collect.manifest import WARNINGS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sphinx.application import Sphinx

KEPT = 200
"""Warnings that are kept of one build."""


class Warned(logging.Handler):
    """Hears every warning that the project has not suppressed."""

    def __init__(self, app: Sphinx) -> None:
        """Nothing is heard until :meth:`start`."""
        # Sphinx's own filters are not used: they count a warning, and name its kind, once more.
        super().__init__(logging.WARNING)
        self._app = app
        self._heard: dict[str, list[str]] = {}

    def start(self) -> None:
        """Begin to hear."""
        logging.getLogger(sphinx_logging.NAMESPACE).addHandler(self)

    def stop(self) -> None:
        """Hear no more."""
        logging.getLogger(sphinx_logging.NAMESPACE).removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a warning below the file that it is about."""
        names = [str(getattr(record, name, None) or "") for name in ("type", "subtype")]
        if is_suppressed_warning(names[0], names[1], self._app.config.suppress_warnings):
            return
        place = self._place(getattr(record, "location", None))
        kind = f" [{'.'.join(filter(None, names))}]" if any(names) else ""
        text = f"{place}: " if place else ""
        text += f"{record.levelname}: {record.getMessage()}"
        text = text if text.endswith(kind) else text + kind
        file = place.rpartition(":")[0] if place.rpartition(":")[2].isdecimal() else place
        self._heard.setdefault(file, []).append(text)

    def _place(self, location: object) -> str:
        """Return a place as ``file:line``; Sphinx may have made it of a page or a node already."""
        if isinstance(location, nodes.Node):
            return get_node_location(location) or ""
        if isinstance(location, tuple):
            page, line = location
            file = str(self._app.env.doc2path(page)) if page else "unknown"
            return f"{file}:{line}" if line else file
        return str(location or "")

    def save(self, outdir: Path, still_holds: Callable[[str], bool]) -> None:
        """Write the warnings, with the former ones about files that were not read again.

        Args:
            outdir: Where the plan is.
            still_holds: Whether a file, by path, was not read in this build but in one before.
        """
        old = {file: texts for file, texts in _read(outdir).items() if file and still_holds(file)}
        both = {
            file: [*old.get(file, ()), *self._heard.get(file, ())] for file in old | self._heard
        }
        kept = {file: list(dict.fromkeys(texts))[:KEPT] for file, texts in sorted(both.items())}
        (outdir / WARNINGS).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def read_warnings(outdir: Path) -> list[str]:
    """Return the warnings of the build that made the plan, sorted by file."""
    return [text for texts in _read(outdir).values() for text in texts]


def _read(outdir: Path) -> dict[str, list[str]]:
    try:
        found = json.loads((outdir / WARNINGS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
