"""Modules are found when they have been written, and imported without holding up the page."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from importlib.util import cache_from_source, find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bridge import _modules
from bridge._modules import import_in_turns, refresh_finders
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that Python imports from."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def package(folder: Path, **modules: str) -> str:
    name = f"scratch_{folder.name.replace('-', '_')}"
    (folder / name).mkdir()
    imports = "".join(f"from {name} import {module}\n" for module in modules)
    for module, text in {"__init__": imports, **modules}.items():
        (folder / name / f"{module}.py").write_text(text, "utf-8")
    refresh_finders()
    return name


def test_a_module_that_was_just_written_is_found(folder: Path) -> None:
    assert find_spec("written_later") is None
    known = folder.stat()
    (folder / "written_later.py").write_text("", "utf-8")
    # Within the resolution of the clock, the folder looks as it did.
    os.utime(folder, ns=(known.st_atime_ns, known.st_mtime_ns))
    assert find_spec("written_later") is None
    refresh_finders()
    assert find_spec("written_later") is not None


def test_a_folder_that_was_not_there_is_looked_at_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = folder / "later"
    monkeypatch.setattr(sys, "path", [str(later), *sys.path])
    assert find_spec("in_a_later_folder") is None
    later.mkdir()
    (later / "in_a_later_folder.py").write_text("", "utf-8")
    refresh_finders()
    assert find_spec("in_a_later_folder") is not None


def test_archives_are_not_read_again_nor_metadata_imported(tmp_path: Path) -> None:
    code = """
import os, sys, zipfile, zipimport
# In full: relative places are forgotten instead of being read again.
place = os.path.abspath("archive.zip")
with zipfile.ZipFile(place, "w") as archive:
    archive.writestr("packed.py", "")
sys.path.insert(0, place)
import packed
from bridge._modules import refresh_finders
def forbidden(self):
    raise AssertionError("read again")
zipimport.zipimporter.invalidate_caches = forbidden
refresh_finders()
assert "importlib.metadata" not in sys.modules
"""
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    subprocess.run(command, check=True, timeout=patience(60), env=environ, cwd=tmp_path)


def turns_during(package: str) -> int:
    """Import a package; tell how often something else had its turn meanwhile."""

    async def count() -> int:
        turns = 0

        async def other() -> None:
            nonlocal turns
            while True:
                await asyncio.sleep(0)
                turns += 1

        task = asyncio.ensure_future(other())
        try:
            await import_in_turns(package)
        finally:
            task.cancel()
        return turns

    return asyncio.run(count())


def test_a_package_is_compiled_in_turns_and_then_imported(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_modules, "_TURN", 0.0)
    name = package(folder, one="VALUE = 1", two="VALUE = 2", three="VALUE = 3")
    assert turns_during(name) >= 4
    assert sys.modules[f"{name}.three"].VALUE == 3
    for module in ("__init__", "one", "two", "three"):
        assert Path(cache_from_source(str(folder / name / f"{module}.py"))).exists()


def test_what_is_imported_already_takes_no_turn() -> None:
    assert turns_during("asyncio") == 0


def test_what_does_not_compile_is_told_by_the_import(folder: Path) -> None:
    name = package(folder, wrong="a b")
    with pytest.raises(SyntaxError, match="invalid syntax"):
        asyncio.run(import_in_turns(name))


def test_where_no_compiled_file_can_be_written_the_import_does_without(folder: Path) -> None:
    name = package(folder, one="VALUE = 1")
    (folder / name / "__pycache__").write_text("a file in the way", "utf-8")
    asyncio.run(import_in_turns(name))
    assert sys.modules[f"{name}.one"].VALUE == 1
