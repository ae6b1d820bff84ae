"""Pages that show the language are written again whenever anything in it has changed.

What a build has shown is remembered as a fingerprint beside its output, so that several builders
can share what has been read.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from pattern_language.citations.extension import edition_of
from pattern_language.resolve import find_badge
from pattern_language.site import ASSETS

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from sphinx.application import Sphinx
    from sphinx.environment import BuildEnvironment

    from pattern_language.domain import PatternDomain

_SHOWN: Final = ".pattern_language"


def setup(app: Sphinx) -> None:
    """Connect to the events of incremental builds."""
    app.connect("env-get-outdated", _after_removal)
    app.connect("env-get-updated", _outdated)
    app.connect("build-finished", _remember)


def _after_removal(
    _app: Sphinx,
    env: BuildEnvironment,
    _added: AbstractSet[str],
    _changed: AbstractSet[str],
    removed: AbstractSet[str],
) -> list[str]:
    """Have a page read when one is gone: Sphinx checks the language only if something was read."""
    domain = _domain(env)
    left = sorted(domain.pages.keys() - set(removed))
    return left[:1] if removed & domain.pages.keys() else []


def _outdated(app: Sphinx, env: BuildEnvironment) -> list[str]:
    domain = _domain(env)
    if _shown(app) == fingerprint(app):
        return []
    return sorted(name for name in domain.showing if name in env.found_docs)


def _remember(app: Sphinx, error: Exception | None) -> None:
    outdir = Path(app.outdir)
    if error is None and outdir.is_dir():
        (outdir / _SHOWN).write_text(fingerprint(app), "utf-8")


def _shown(app: Sphinx) -> str:
    try:
        return Path(app.outdir, _SHOWN).read_text("utf-8")
    except FileNotFoundError:
        return ""


def fingerprint(app: Sphinx) -> str:
    """Return a hash of all that the pages show of the language."""
    domain = _domain(app.env)
    language = domain.language
    root = app.config.root_doc
    told = [
        repr(language.pages),
        repr(language.categories),
        repr(edition_of(app)),
        repr(domain.published),
        *(repr(find_badge(app, p.docname, root)) for p in language.patterns.values()),
        *(file.read_text("utf-8") for file in sorted(ASSETS.glob("*.*"))),
    ]
    return hashlib.sha256("\0".join(told).encode()).hexdigest() + "\n"


def _domain(env: BuildEnvironment) -> PatternDomain:
    return cast("PatternDomain", env.domains["pattern"])
