"""The pinned file as typed data: which lines exist, and the hash of everything that is fetched."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol, TypeVar

from pyodide_runtimes.errors import PinsError, UnknownLineError, UnknownPackageError

PINS_FILE = Path(__file__).with_name("pins.toml")
"""The pinned file of this project."""


@dataclass(frozen=True)
class NpmPin:
    """An npm package of one version.

    Attributes:
        name: Its name for npm.
        version: Its exact version.
        integrity: npm's hash of its tarball: `sha512-` and the digest in base64.
    """

    name: str
    version: str
    integrity: str


@dataclass(frozen=True)
class WheelPin:
    """A wheel of the Python package index.

    Attributes:
        name: The project's name.
        version: Its exact version.
        file: The wheel's file name.
        sha256: The wheel's hash, in hexadecimal digits.
    """

    name: str
    version: str
    file: str
    sha256: str


@dataclass(frozen=True)
class MirrorPin:
    """A project of the Python package index whose wheel ships a runtime's wheels.

    Attributes:
        project: The project's name.
        version: The version that ships the files of one runtime.
        folder: Where they lie in its wheel.
    """

    project: str
    version: str
    folder: str


@dataclass(frozen=True)
class LinePin:
    """A Pyodide line and the release that stands for it.

    Attributes:
        name: The line, as in `0.28`.
        version: The exact release.
        python: Python's version in it.
        integrity: npm's hash of the tarball of the npm package `pyodide`.
        digest: The hash over its core files, see `runtimes.core_digest`.
        lock: The sha256 of its `pyodide-lock.json`.
        mirror: Who else has its wheels.
    """

    name: str
    version: str
    python: str
    integrity: str
    digest: str
    lock: str
    mirror: MirrorPin

    @property
    def npm(self) -> NpmPin:
        """The npm package that holds its core."""
        return NpmPin("pyodide", self.version, self.integrity)


@dataclass(frozen=True)
class Pins:
    """Everything that is pinned.

    Attributes:
        cdn: Address of a wheel on Pyodide's CDN; `{version}` and `{file}` are filled in.
        lines: The lines, oldest first.
        npm: npm packages besides Pyodide itself.
        wheels: Wheels besides those of the runtimes.
    """

    cdn: str
    lines: tuple[LinePin, ...]
    npm: tuple[NpmPin, ...]
    wheels: tuple[WheelPin, ...]

    def line(self, name: str) -> LinePin:
        """Return the line called `name`.

        Raises:
            UnknownLineError: There is none.
        """
        for line in self.lines:
            if line.name == name:
                return line
        raise UnknownLineError(name, [line.name for line in self.lines])

    def npm_package(self, name: str) -> NpmPin:
        """Return the pinned npm package called `name`.

        Raises:
            UnknownPackageError: There is none.
        """
        return _named(name, self.npm, "the pinned npm packages")

    def wheel(self, name: str) -> WheelPin:
        """Return the pinned wheel of the project `name`.

        Raises:
            UnknownPackageError: There is none.
        """
        return _named(name, self.wheels, "the pinned wheels")


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_N = TypeVar("_N", bound=_Named)
_T = TypeVar("_T")


def load_pins(path: Path = PINS_FILE) -> Pins:
    """Read the pinned file.

    Args:
        path: Another file of the same form, for tests and for other projects.

    Raises:
        PinsError: It cannot be read, lacks a field, names something twice, or its lines do not
            stand oldest first.
    """
    return _load(path)


@cache
def _load(path: Path) -> Pins:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        pins = Pins(
            cdn=_text(data["cdn"]["url"]),
            lines=_table(data, "line", _line),
            npm=_table(data, "npm", lambda row: NpmPin(**_texts(row))),
            wheels=_table(data, "wheel", lambda row: WheelPin(**_texts(row))),
        )
    except (OSError, ValueError, RecursionError) as error:
        raise PinsError(path, str(error)) from error
    except KeyError as error:
        raise PinsError(path, f"the field {error} is missing") from error
    except TypeError as error:
        raise PinsError(path, str(error)) from error
    _check(path, pins)
    return pins


def _check(path: Path, pins: Pins) -> None:
    if not pins.lines:
        raise PinsError(path, "it names no line")
    for what, rows in (("line", pins.lines), ("npm", pins.npm), ("wheel", pins.wheels)):
        names = [row.name for row in rows]
        for name in names:
            if names.count(name) > 1:
                raise PinsError(path, f"[[{what}]] names {name!r} twice")
    for older, newer in pairwise(pins.lines):
        if _numbers(path, older.version) >= _numbers(path, newer.version):
            raise PinsError(
                path, f"lines stand oldest first, but {older.name} comes before {newer.name}"
            )


def _numbers(path: Path, version: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError as error:
        raise PinsError(path, f"the version {version!r} is not made of numbers") from error


def _line(row: Mapping[str, object]) -> LinePin:
    mirror = row["mirror"]
    if not isinstance(mirror, Mapping):
        raise TypeError(f"mirror must be a table, not {mirror!r}")
    rest = {key: value for key, value in row.items() if key != "mirror"}
    return LinePin(**_texts(rest), mirror=MirrorPin(**_texts(mirror)))


def _table(
    data: Mapping[str, object], key: str, build: Callable[[Mapping[str, object]], _T]
) -> tuple[_T, ...]:
    rows = data.get(key, [])
    if not isinstance(rows, list):
        raise TypeError(f"{key} must be an array of tables, not {rows!r}")
    return tuple(build(row) for row in rows)


def _texts(row: Mapping[str, object]) -> dict[str, str]:
    return {key: _text(value) for key, value in row.items()}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected text, found {value!r}")
    return value


def _named(name: str, rows: Sequence[_N], where: str) -> _N:
    for row in rows:
        if row.name == name:
            return row
    raise UnknownPackageError(name, where, [row.name for row in rows])
