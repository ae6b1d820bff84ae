"""Fetching the wheels of a runtime: every source in turn, and the lock's hash decides."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pyodide_runtimes.errors import (
    FetchError,
    HashMismatchError,
    SourceError,
    SourceUnreachableError,
)
from pyodide_runtimes.hashing import sha256_of
from pyodide_runtimes.progress import Progress, size_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pyodide_runtimes.wheel_sources import WheelSource

_ADVICE = (
    "reach one of these sources (behind a proxy set HTTPS_PROXY; PYODIDE_RUNTIMES_CDN may name a "
    "server of your own that has the release's files), then try again; what was fetched so far is "
    "kept"
)


def fetch_wheels(
    wanted: Mapping[str, str],
    sources: Sequence[WheelSource],
    staging: Path,
    directory: Path,
    progress: Progress,
) -> None:
    """Bring files into a directory, each moved there only when it has its hash.

    A source that does not answer is not asked again for the files that follow.

    Args:
        wanted: The sha256 of each file by name.
        sources: Whom to ask, in order.
        staging: An empty directory on the same file system as `directory`.
        directory: Where the files belong.
        progress: Told about each file that came, and about each source that failed.

    Raises:
        FetchError: No source had a file with the right hash.
    """
    silent: dict[str, SourceError] = {}
    for file, sha256 in wanted.items():
        attempts: list[SourceError] = []
        for source in sources:
            if known := silent.get(source.name):
                attempts.append(known)
                continue
            try:
                _fetch(file, sha256, source, staging / file, progress)
            except SourceUnreachableError as error:
                silent[source.name] = error
                attempts.append(error)
                progress(f"{error}; it is not asked for the other files")
            except SourceError as error:
                attempts.append(error)
                progress(str(error))
            else:
                (staging / file).replace(directory / file)
                break
        else:
            cause = next((e for e in attempts if isinstance(e, HashMismatchError)), None)
            raise FetchError(file, attempts, _ADVICE) from cause


def _fetch(file: str, sha256: str, source: WheelSource, target: Path, progress: Progress) -> None:
    started = time.monotonic()
    source.fetch(file, target)
    found = sha256_of(target)
    if found != sha256:
        raise HashMismatchError(file, source.name, sha256, found)
    size = size_of(target.stat().st_size)
    progress(f"fetched {file} ({size}) from {source.name} in {time.monotonic() - started:.1f} s")
