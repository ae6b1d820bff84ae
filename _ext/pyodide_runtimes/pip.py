"""The Python package index, asked through pip with its user's own configuration.

pip runs as a subprocess of this Python; no address of an index is known here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from pyodide_runtimes.errors import (
    CacheUnusableError,
    FetchError,
    HashMismatchError,
    SourceError,
)
from pyodide_runtimes.hashing import damaged, sha256_of
from pyodide_runtimes.progress import Progress, size_of
from pyodide_runtimes.saving import disk_trouble, file_limit, met_file_limit, too_large

if TYPE_CHECKING:
    from pathlib import Path

    from pyodide_runtimes.pins import WheelPin
    from pyodide_runtimes.store import Store

_SOURCE = "pip"
_QUESTION_LIMIT = 120.0
_DOWNLOAD_LIMIT = 900.0
# Bytes: no file that pip writes is larger. A mirror's wheel has 100 to 250 million.
_LARGEST = 1_000_000_000
_ADVICE = (
    "make sure that pip can reach its index (`pip config list`; behind a proxy set HTTPS_PROXY), "
    "then try again; what was fetched so far is kept"
)

# The wheels are never installed into this Python, so what they require of one does not matter.
_ANY_PYTHON = ["--no-deps", "--quiet", "--ignore-requires-python", "--only-binary=:all:"]


def locate_wheel(project: str, version: str, scratch: Path) -> str:
    """Return the address of a project's wheel without fetching it.

    Args:
        project: The project's name.
        version: Its exact version.
        scratch: A directory for pip's report.

    Raises:
        SourceError: pip could not tell.
    """
    what = f"{project}=={version}"
    report = scratch / f"{project}-{version}.report.json"
    _run(
        ["install", "--dry-run", "--report", str(report), *_ANY_PYTHON, what],
        what,
        scratch,
        _QUESTION_LIMIT,
    )
    try:
        data = json.loads(report.read_text(encoding="utf-8"))
        return str(data["install"][0]["download_info"]["url"])
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise SourceError(what, _SOURCE, f"its report has an unknown form ({error!r})") from error


def download_wheel(project: str, version: str, directory: Path) -> Path:
    """Fetch a project's wheel into a directory and return its path.

    Raises:
        SourceError: pip could not fetch it.
    """
    what = f"{project}=={version}"
    before = set(directory.glob("*.whl"))
    _run(
        ["download", "--dest", str(directory), *_ANY_PYTHON, what], what, directory, _DOWNLOAD_LIMIT
    )
    new = set(directory.glob("*.whl")) - before
    if len(new) != 1:
        raise SourceError(what, _SOURCE, f"expected one new wheel, found {len(new)}")
    return new.pop()


def ensure_pinned_wheel(
    store: Store, pin: WheelPin, progress: Progress, *, thorough: bool = False
) -> Path:
    """Return a pinned wheel, fetched when it is not whole in the cache.

    Args:
        store: The cache.
        pin: Which wheel.
        progress: Told about what is fetched.
        thorough: Hash it again instead of trusting its size and time.

    Raises:
        FetchError: pip could not deliver it, or delivered other bytes than the pinned ones.
        CacheBusyError: Another process held it too long.
        CacheUnusableError: The cache cannot be written.
    """
    item = f"{pin.file}-{pin.sha256[:8]}"
    # The wheel keeps its own name, in a folder of its own: installers read the name.
    directory = store.root / "wheels" / item
    stamp = directory.with_name(f"{item}.stamp.json")
    expected = {pin.file: pin.sha256}
    if not damaged(directory, expected, stamp, thorough=thorough):
        return directory / pin.file
    with store.exclusive(item) as staging:
        if not damaged(directory, expected, stamp, thorough=thorough):
            return directory / pin.file
        started = time.monotonic()
        try:
            wheel = download_wheel(pin.name, pin.version, staging)
            if (found := sha256_of(wheel)) != pin.sha256:
                raise HashMismatchError(pin.file, _SOURCE, pin.sha256, found)
        except SourceError as error:
            raise FetchError(pin.file, [error], _ADVICE) from error
        size = size_of(wheel.stat().st_size)
        directory.mkdir(parents=True, exist_ok=True)
        wheel.replace(directory / pin.file)
        damaged(directory, expected, stamp)
        progress(f"fetched {pin.file} ({size}) by pip in {time.monotonic() - started:.1f} s")
    return directory / pin.file


def _run(arguments: list[str], what: str, cwd: Path, limit: float) -> None:
    settings = {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_RETRIES": "1"}
    try:
        done = subprocess.run(  # noqa: S603 - our own Python, arguments from the pinned file
            [sys.executable, "-m", "pip", *arguments],
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=limit,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            env={**settings, **os.environ},
            preexec_fn=file_limit(_LARGEST),
        )
    except subprocess.TimeoutExpired as error:
        raise SourceError(what, _SOURCE, f"pip gave no answer within {limit:g} s") from error
    if not done.returncode:
        return
    if "No module named pip" in done.stderr:
        raise SourceError(what, _SOURCE, f"pip is not installed for {sys.executable}")
    if met_file_limit(done.returncode, done.stderr):
        raise SourceError(what, _SOURCE, too_large(_LARGEST))
    if trouble := disk_trouble(done.stderr):
        raise CacheUnusableError(cwd, f"pip: {trouble}")
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR:")]
    reason = said[-1].removeprefix("ERROR:").strip() if said else f"it ended with {done.returncode}"
    raise SourceError(what, _SOURCE, f"pip: {reason}")
