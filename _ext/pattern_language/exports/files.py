"""Writes the files of the language."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pattern_language.citations import bibtex, csl, ris
from pattern_language.citations.entry import cite
from pattern_language.exports.document import SCHEMA_NAME, document
from pattern_language.exports.schema import schema

if TYPE_CHECKING:
    from pattern_language.edition import Edition
    from pattern_language.exports.document import Address, Json
    from pattern_language.model import Language


NAMES: Final = (
    "patterns.bib",
    "patterns.csl.json",
    "patterns.json",
    "patterns.ris",
    SCHEMA_NAME,
)
"""The files at the root of a site."""


def write(
    language: Language, edition: Edition, outdir: Path, address: Address, code: str = "en"
) -> list[Path]:
    """Write all files of the language, each whole or not at all.

    Args:
        language: The language.
        edition: The edition that it is of.
        outdir: The root of the site; made where it does not exist.
        address: From page name and anchor (or an empty string) to an address relative to the
            root of the site.
        code: The natural language of the texts, BCP 47.

    Returns:
        The files, in the order of their names.

    Raises:
        OSError: A file cannot be written.
    """
    base = edition.base_url
    citations = [
        cite(one, edition, base and base + address(one.docname, ""), code)
        for one in language.patterns.values()
    ]
    texts = (
        bibtex.write_all(citations),
        csl.write_all(citations),
        _dump(document(language, edition, address, code)),
        ris.write_all(citations),
        _dump(schema(base)),
    )
    outdir.mkdir(parents=True, exist_ok=True)
    return [_replace(outdir / name, text.encode()) for name, text in zip(NAMES, texts, strict=True)]


def _dump(data: dict[str, Json]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _replace(path: Path, content: bytes) -> Path:
    # Beside the target: only within a file system is a replacement atomic.
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # A temporary file is its owner's alone; a site is read by its server.
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path
