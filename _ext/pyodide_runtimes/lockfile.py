"""Reading `pyodide-lock.json`: which wheels a runtime knows, and what each of them needs."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pyodide_runtimes.errors import InvalidRuntimeError, UnknownPackageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def normalize(name: str) -> str:
    """Return the one spelling that stands for all spellings of a project's name.

    The rule is the Python packaging specification's 'Name normalization'.

    >>> normalize("Ruamel.YAML")
    'ruamel-yaml'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


@dataclass(frozen=True)
class LockedPackage:
    """One package of a lock file.

    Attributes:
        name: Its normalized name.
        version: Its version.
        file: The name of its wheel (or archive).
        sha256: The hash of that file, in hexadecimal digits.
        depends: The normalized names of what it needs.
        imports: The import names that it provides.
    """

    name: str
    version: str
    file: str
    sha256: str
    depends: tuple[str, ...]
    imports: tuple[str, ...]


@dataclass(frozen=True)
class Lock:
    """The packages of a runtime.

    Attributes:
        where: What it belongs to, in words for error messages.
        version: The Pyodide version that it claims, empty when it claims none. Releases were
            published with an older one, so it proves nothing.
        python: The Python version that it claims; 314.0.4 claims 3.14.0 and is 3.14.2.
        packages: The packages by normalized name.
    """

    where: str
    version: str
    python: str
    packages: Mapping[str, LockedPackage]

    def find(self, name: str) -> LockedPackage:
        """Return a package by its name, in any spelling, or by a name that can be imported.

        Raises:
            UnknownPackageError: There is neither.
        """
        if package := self.packages.get(normalize(name)):
            return package
        for package in self.packages.values():
            if name in package.imports:
                return package
        known = {*self.packages, *(name for p in self.packages.values() for name in p.imports)}
        raise UnknownPackageError(name, self.where, difflib.get_close_matches(name, sorted(known)))

    def closure(self, names: Iterable[str]) -> tuple[LockedPackage, ...]:
        """Return the named packages and all that they need, each once, needs first.

        Raises:
            UnknownPackageError: A name is not in the lock.
        """
        found: dict[str, LockedPackage] = {}
        entered: set[str] = set()

        def add(package: LockedPackage) -> None:
            if package.name in entered:
                return
            entered.add(package.name)
            for need in package.depends:
                add(self.find(need))
            found[package.name] = package

        for name in names:
            add(self.find(name))
        return tuple(found.values())


def read_lock(path: Path, where: str) -> Lock:
    """Read a runtime's `pyodide-lock.json`.

    Args:
        path: The file.
        where: What it belongs to, for error messages.

    Raises:
        InvalidRuntimeError: It is missing or does not have the form of a lock file.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        info = data["info"]
        packages = (_package(row) for row in data["packages"].values())
        return Lock(where, info.get("version", ""), info["python"], {p.name: p for p in packages})
    except FileNotFoundError as error:
        raise InvalidRuntimeError(path.parent, f"{path.name} is missing") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRuntimeError(
            path.parent, f"{path.name} does not have the form of a lock file ({error!r})"
        ) from error


def _package(row: Mapping[str, object]) -> LockedPackage:
    def texts(key: str) -> tuple[str, ...]:
        value = row.get(key, [])
        if not isinstance(value, list):
            raise TypeError(f"{key} is not a list")
        return tuple(str(item) for item in value)

    return LockedPackage(
        name=normalize(str(row["name"])),
        version=str(row["version"]),
        file=str(row["file_name"]),
        sha256=str(row["sha256"]),
        depends=tuple(normalize(need) for need in texts("depends")),
        imports=texts("imports"),
    )
