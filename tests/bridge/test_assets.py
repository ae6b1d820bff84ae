"""The command that writes the worker's files, and the wheel that carries them."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from bridge import _assets, assets
from bridge.errors import HostUnavailableError
from doc_examples.runner.wheels import wheel_for

if TYPE_CHECKING:
    from pathlib import Path


def test_the_command_writes_all_files_and_names_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets.main([str(tmp_path / "new" / "folder")]) == 0
    written = capsys.readouterr().out.splitlines()
    assert written == [str(tmp_path / "new" / "folder" / name) for name in _assets.NAMES]
    for name in _assets.NAMES:
        assert (tmp_path / "new" / "folder" / name).read_text("utf-8") == _assets.read(name)


def test_a_folder_that_cannot_be_written_is_an_error_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match="1"):
        assets.main([str(tmp_path / "file" / "below")])
    assert "bridge.assets" in capsys.readouterr().err


def test_the_first_file_imports_nothing_before_it_has_reported() -> None:
    text = _assets.read("worker.mjs")
    assert not [line for line in text.splitlines() if line.startswith(("import", "export"))]
    assert "import" not in _assets.read("port.mjs").split("*/")[1]


def test_a_file_that_is_not_here_is_named() -> None:
    with pytest.raises(HostUnavailableError, match=r"absent\.mjs"):
        _assets.read("absent.mjs")


def test_the_wheel_carries_the_files(request: pytest.FixtureRequest) -> None:
    with zipfile.ZipFile(wheel_for(request.config.rootpath)) as wheel:
        names = set(wheel.namelist())
    assert {f"bridge/_assets/{name}" for name in _assets.NAMES} <= names
