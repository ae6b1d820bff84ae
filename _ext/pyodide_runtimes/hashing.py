"""Hashes of files, and a cheap answer to 'is it still what it was?'.

A *stamp* is a note of which files were hashed, with their size and time of change, so that a
second look costs one `stat` per file. Losing a stamp costs time, never correctness.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_CHUNK = 1 << 20

_Stamp = dict[str, list[object]]


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file, in hexadecimal digits."""
    return _hash(path, "sha256").hex()


def integrity_of(path: Path) -> str:
    """Return the hash of a file as npm writes it: `sha512-` and the digest in base64."""
    return "sha512-" + base64.b64encode(_hash(path, "sha512")).decode("ascii")


def damaged(
    directory: Path, expected: Mapping[str, str], stamp: Path, *, thorough: bool = False
) -> list[str]:
    """Return the files that are missing in a directory or do not have the expected hash.

    Args:
        directory: Where the files lie.
        expected: Their sha256 by relative name.
        stamp: The note of earlier looks; brought up to date when a file had to be hashed.
        thorough: Hash every file, whatever the stamp says.

    Returns:
        The names, in the order of `expected`; empty when all is well.
    """
    known: _Stamp = {} if thorough else _read(stamp)
    seen: _Stamp = {}
    bad: list[str] = []
    for name, sha256 in expected.items():
        path = directory / name
        try:
            status = path.stat()
            note: list[object] = [status.st_size, status.st_mtime_ns, sha256]
            if known.get(name) != note and sha256_of(path) != sha256:
                bad.append(name)
                continue
        except FileNotFoundError:
            bad.append(name)
            continue
        seen[name] = note
    if any(known.get(name) != note for name, note in seen.items()):
        # A cache that can only be read is hashed anew each time, but still serves.
        with contextlib.suppress(OSError):
            write_atomically(stamp, json.dumps({**known, **seen}))
    return bad


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that no reader ever sees a part of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(stamp: Path) -> _Stamp:
    try:
        data = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _hash(path: Path, algorithm: str) -> bytes:
    digest = hashlib.new(algorithm)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.digest()
