"""Whether a collected plan still describes the sources, decided without Sphinx.

The manifest lists every file that the plan was made from and the patterns of the pages. When
the same files have the same content, and the patterns find the same pages, the plan is current.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PLAN = "plan.json"
MANIFEST = "manifest.json"
WARNINGS = "warnings.json"
FORMAT = 1

_UNKNOWN = ("changed while it was read", -1, -1)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a plan was made from, and what it holds."""

    files: Mapping[str, tuple[str, int, int]]
    """Hash (SHA-256), size in bytes and time of change (ns) by path relative to the sources."""
    suffixes: tuple[str, ...]
    """File name endings of pages."""
    include: tuple[str, ...]
    """Sphinx's patterns of the pages."""
    exclude: tuple[str, ...]
    """Sphinx's patterns of what is no page."""
    pages: tuple[str, ...]
    """The pages' sources that the patterns found."""
    python: str
    """The interpreter that collected; autodoc shows what this one imports."""
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Blocks by docname and kind."""
    format: int = FORMAT

    def to_json(self) -> str:
        """The manifest as stable, readable JSON."""
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Rebuild a manifest from :meth:`to_json` output.

        Raises:
            ValueError: The text is no manifest of this format.
        """
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            raise ValueError("not a manifest of this format")
        data["files"] = {path: tuple(entry) for path, entry in data["files"].items()}
        for key in ("suffixes", "include", "exclude", "pages"):
            data[key] = tuple(data[key])
        return cls(**data)


def fingerprint(path: Path) -> tuple[str, int, int]:
    """Return hash, size and time of change of a file; an empty hash if there is none."""
    try:
        status = path.stat()
        return hashlib.sha256(path.read_bytes()).hexdigest(), status.st_size, status.st_mtime_ns
    except OSError:
        return "", 0, 0


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def find_pages(
    srcdir: Path, suffixes: Iterable[str], include: Iterable[str], exclude: Iterable[str]
) -> tuple[str, ...]:
    """Return the sources of the pages that Sphinx's patterns find, sorted."""
    from sphinx.util.matching import get_matching_files  # noqa: PLC0415 - slow to import

    endings = tuple(suffixes)
    found = get_matching_files(srcdir, tuple(include), tuple(exclude))
    return tuple(sorted(Path(path).as_posix() for path in found if path.endswith(endings)))


def take(
    srcdir: Path,
    files: Iterable[Path],
    *,
    suffixes: Iterable[str],
    include: Iterable[str],
    exclude: Iterable[str],
    counts: Mapping[str, Mapping[str, int]],
    since: int | None = None,
) -> Manifest:
    """Make the manifest of what stands on the disk now.

    Args:
        srcdir: The project's source directory.
        files: Everything that the plan was made from.
        suffixes: File name endings of pages.
        include: Sphinx's patterns of the pages.
        exclude: Sphinx's patterns of what is no page.
        counts: Blocks by docname and kind.
        since: When reading began (ns of the epoch). Who changed a file after that may have
            changed it before or after it was read; the plan is not current then.
    """
    suffixes, include, exclude = tuple(suffixes), tuple(include), tuple(exclude)
    relative = {
        Path(os.path.relpath(path, srcdir)).as_posix(): (
            fingerprint(path) if since is None or _changed(path) <= since else _UNKNOWN
        )
        for path in set(files)
    }
    return Manifest(
        files=dict(sorted(relative.items())),
        suffixes=suffixes,
        include=include,
        exclude=exclude,
        pages=find_pages(srcdir, suffixes, include, exclude),
        python=_python(),
        counts=counts,
    )


def _python() -> str:
    return f"{sys.executable} {sys.version_info.major}.{sys.version_info.minor}"


def read(outdir: Path) -> Manifest | None:
    """Return the manifest of an output directory, or ``None`` if there is none to trust."""
    try:
        return Manifest.from_json((outdir / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_current(srcdir: Path, outdir: Path) -> bool:
    """Return whether the plan in a directory still describes the sources.

    A file whose size and time of change are as recorded counts as unchanged; any other is
    hashed. Nothing is imported from the project and Sphinx does not start.

    Args:
        srcdir: The project's source directory, which holds ``conf.py``.
        outdir: Where the ``examples`` builder wrote.
    """
    manifest = read(outdir)
    if manifest is None or not (outdir / PLAN).is_file() or manifest.python != _python():
        return False
    for path, (digest, size, changed) in manifest.files.items():
        try:
            status = (srcdir / path).stat()
        except OSError:
            if digest:
                return False
            continue
        if (status.st_size, status.st_mtime_ns) == (size, changed):
            continue
        if fingerprint(srcdir / path)[0] != digest:
            return False
    pages = find_pages(srcdir, manifest.suffixes, manifest.include, manifest.exclude)
    return pages == manifest.pages
