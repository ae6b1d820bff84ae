"""Links among the sources that lead back to where they stand.

Sphinx follows every link to a folder, so that a loop is walked until the system refuses, some
forty levels deep, and each page in it is a page forty times.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.util import logging
from sphinx.util.matching import compile_matchers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sphinx.application import Sphinx
    from sphinx.config import Config

logger = logging.getLogger(__name__)


def loops(root: Path, excluded: Sequence[str] = ()) -> Iterator[str]:
    """Yield the links to a folder that they stand in, by their path relative to the root.

    Args:
        root: The folder of the sources.
        excluded: Patterns as in Sphinx's `exclude_patterns`; what they match is not looked into.
    """
    matchers = compile_matchers(excluded)
    for folder, names, _ in os.walk(root, followlinks=True):
        here = Path(folder)
        # The folders of the way that led here: a loop may go round through a second link.
        parts = here.relative_to(root).parts
        way = [Path(root, *parts[:count]).resolve() for count in range(len(parts) + 1)]
        kept = []
        for name in sorted(names):
            path = here / name
            relative = path.relative_to(root).as_posix()
            if any(matches(relative) for matches in matchers):
                continue
            if path.is_symlink() and any(step.is_relative_to(path.resolve()) for step in way):
                yield relative
            else:
                kept.append(name)
        names[:] = kept


def exclude(app: Sphinx, config: Config) -> None:
    """Exclude loops from the sources, each with a word."""
    for path in loops(Path(app.srcdir), config.exclude_patterns):
        logger.info("%s is a link to a folder that it stands in; it is not followed", path)
        config.exclude_patterns.append(path.replace("[", "[[]").replace("*", "[*]"))
