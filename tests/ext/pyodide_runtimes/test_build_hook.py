"""What is packed says under which licences it stands, and holds their texts."""

from __future__ import annotations

import email
import tarfile
import zipfile
from pathlib import Path

import pytest
from build import ProjectBuilder

from pyodide_runtimes import ensure_npm

ROOT = Path(__file__).parents[3]
EXPRESSION = "MIT AND Apache-2.0"


@pytest.fixture
def texts() -> list[str]:
    return [(folder / "LICENSE").read_text("utf-8") for folder in (ROOT, ensure_npm("comlink"))]


def test_the_wheel_names_the_licences_of_all_that_it_holds(
    tmp_path: Path, texts: list[str]
) -> None:
    wheel = zipfile.ZipFile(ProjectBuilder(ROOT).build("wheel", tmp_path))
    names = wheel.namelist()
    (folder,) = {name.split("/")[0] for name in names if ".dist-info/" in name}
    metadata = email.message_from_bytes(wheel.read(f"{folder}/METADATA"))
    assert metadata["License-Expression"] == EXPRESSION
    files = [f"{folder}/licenses/{name}" for name in metadata.get_all("License-File", [])]
    assert sorted(wheel.read(name).decode("utf-8") for name in files) == sorted(texts)
    assert "bridge/_assets/comlink.mjs" in names
    # Whatever else is of others has to be named here, and in the expression.
    scripts = {name for name in names if name.endswith((".mjs", ".js", ".wasm"))}
    own = {path.relative_to(ROOT).as_posix() for path in (ROOT / "bridge").rglob("*.mjs")}
    assert scripts - own == {"bridge/_assets/comlink.mjs"}


def test_the_source_archive_names_the_licences_of_what_is_built_from_it(
    tmp_path: Path, texts: list[str]
) -> None:
    with tarfile.open(ProjectBuilder(ROOT).build("sdist", tmp_path)) as archive:
        folder = archive.getnames()[0].split("/")[0]

        def read(name: str) -> str:
            content = archive.extractfile(f"{folder}/{name}")
            assert content is not None
            return content.read().decode("utf-8")

        metadata = email.message_from_string(read("PKG-INFO"))
        assert metadata["License-Expression"] == EXPRESSION
        found = [read(name) for name in metadata.get_all("License-File", [])]
        assert sorted(found) == sorted(texts)
        # Comlink itself comes from npm when a wheel is built.
        assert not [name for name in archive.getnames() if name.endswith("comlink.mjs")]
