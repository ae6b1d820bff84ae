"""What ``python -m pattern_language`` does: publish ids, and begin a pattern."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from pattern_language.published import extended
from pattern_language.template import pattern_page

if TYPE_CHECKING:
    from pattern_language.domain import PatternDomain
    from pattern_language.model import Language


class CommandError(Exception):
    """A command cannot do what it was asked for; the message says why and what to do."""


def read_language(source: Path) -> tuple[Language, str]:
    """Read all pages of a project, and return its language and the file of published ids.

    Raises:
        CommandError: If the project does not use this extension.
        SphinxError: If the project cannot be read.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        patch_docutils(str(source)),
        docutils_namespace(),
    ):
        app = Sphinx(
            str(source),
            str(source),
            folder,
            f"{folder}/doctrees",
            "dummy",
            status=None,
            warning=None,
        )
        if "pattern_language" not in app.extensions:
            raise CommandError(f"{source}/conf.py does not list 'pattern_language' in extensions")
        app.build()
        domain = cast("PatternDomain", app.env.domains["pattern"])
        return domain.language, app.config.pattern_language_ids


def publish(source: Path) -> list[str]:
    """Add the ids that are new to the file of published ids, and return its new lines.

    Raises:
        CommandError: If no file is configured.
        PublishedIdsError: If the file is malformed.
    """
    language, file = read_language(source)
    if not file:
        raise CommandError("set pattern_language_ids in conf.py to the file that lists the ids")
    path = source / file
    before = path.read_text("utf-8") if path.exists() else ""
    after = extended(before, language, file)
    if after != before:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.name}.partial")
        partial.write_text(after, "utf-8")
        partial.replace(path)
    old = before.split("\n")
    return [line for line in after.split("\n") if "=" in line and line not in old]


def begin(source: Path, pattern: str, category: str, folder: str = "") -> Path:
    """Write the page of a new pattern, for its author to fill, and return its path.

    Args:
        source: The project's source directory.
        pattern: Id of the new pattern.
        category: One of the configured categories.
        folder: Where the page goes, relative to ``source``; by default beside the other
            patterns of the category.

    Raises:
        CommandError: If the id is taken, the category is unknown, or no force is defined.
    """
    language, _file = read_language(source)
    if pattern in language.patterns:
        taken = language.patterns[pattern].docname
        raise CommandError(
            f"the id {pattern!r} is taken by {taken}; ids are permanent: take another"
        )
    if category not in language.categories:
        known = ", ".join(language.categories)
        raise CommandError(f"there is no category {category!r}; known are: {known}")
    if not language.forces:
        raise CommandError("no page defines a force yet; begin with the tension that presses")
    beside = [p.docname for p in language.patterns.values() if p.category == category]
    place = Path(folder) if folder else Path(beside[0] if beside else f"{category}/x").parent
    path = source / place / f"{pattern}.md"
    if path.exists():
        raise CommandError(f"{path} exists already")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(pattern_page(pattern, category, next(iter(language.forces))), "utf-8")
    return path
