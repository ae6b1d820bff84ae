"""The sources that travel to a worker."""

from __future__ import annotations

import asyncio
import io
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest

from bridge._marshal import archives
from bridge._marshal.archives import SourceError, archive, archive_in_turns, module_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    package = tmp_path / "shop_of_this_test"
    (package / "data").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "prices.py").write_text("def serve(port): ...\n")
    (package / "data" / "rates.csv").write_text("a,b\n")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "prices.cpython-311.pyc").write_bytes(b"")
    (tmp_path / "single_of_this_test.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def _names(packed: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(packed)).namelist()


@pytest.mark.usefixtures("project")
def test_packages_travel_with_their_data_and_without_caches() -> None:
    assert _names(archive(["shop_of_this_test", "single_of_this_test"])) == [
        "shop_of_this_test/__init__.py",
        "shop_of_this_test/data/rates.csv",
        "shop_of_this_test/prices.py",
        "single_of_this_test.py",
    ]


@pytest.mark.usefixtures("project")
def test_modules_are_packed_once_and_not_imported() -> None:
    assert len(_names(archive(["single_of_this_test"] * 2))) == 1
    assert "single_of_this_test" not in sys.modules


def test_packing_in_turns_gives_the_same_and_lets_others_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(archives, "_TURN", 0.0)

    async def main() -> tuple[bytes, int]:
        packing = asyncio.ensure_future(archive_in_turns(["bridge"] * 2 + ["asyncio", "json"]))
        turns = 0
        while not packing.done():
            await asyncio.sleep(0)
            turns += 1
        return await packing, turns

    packed, turns = asyncio.run(main())
    assert packed == archive(["bridge", "asyncio", "json"])
    assert turns > 20


@pytest.mark.parametrize("name", ["no_such_module_at_all", "sys"])
def test_a_module_without_files_is_refused_by_name(name: str) -> None:
    with pytest.raises(SourceError, match=f"module '{name}'"):
        archive([name])


def test_a_new_file_is_found_at_once(project: Path) -> None:
    with pytest.raises(SourceError):
        archive(["made_later_by_this_test"])
    (project / "made_later_by_this_test.py").write_text("")
    assert _names(archive(["made_later_by_this_test"])) == ["made_later_by_this_test.py"]


def test_of_a_namespace_package_in_two_folders_the_first_file_of_a_name_is_packed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, names in {"first": ["both", "one"], "second": ["both", "two"]}.items():
        package = tmp_path / folder / "spread_of_this_test"
        package.mkdir(parents=True)
        for name in names:
            (package / f"{name}.py").write_text(folder)
        monkeypatch.syspath_prepend(str(tmp_path / folder))
    packed = zipfile.ZipFile(io.BytesIO(archive(["spread_of_this_test"])))
    names = [f"spread_of_this_test/{name}.py" for name in ("both", "one", "two")]
    assert sorted(packed.namelist()) == names
    assert packed.read(names[0]) == b"second"


def test_the_top_level_module_of_what_is_served() -> None:
    assert module_of("shop.prices:quote") == "shop"
    assert module_of("single") == "single"
