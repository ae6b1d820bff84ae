"""Warnings at a place in a page, each under ``pattern.SUBTYPE``, to be suppressed one by one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging

if TYPE_CHECKING:
    from sphinx.environment import BuildEnvironment

    from pattern_language.model import Place

logger = logging.getLogger(__name__)

TYPE = "pattern"


def warn(env: BuildEnvironment, place: Place, subtype: str, message: str) -> None:
    """Report a fault at its place."""
    file = Path(env.srcdir, place.file) if place.file else env.doc2path(place.docname)
    logger.warning(
        "%s", message, type=TYPE, subtype=subtype, location=f"{file}:{max(place.line, 1)}"
    )
