"""What a site ships of others is named with its licence, and the text lies beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from site_pages.licences import COMPONENTS, Component, text_of, unlicensed, version_of

if TYPE_CHECKING:
    from pathlib import Path

# A phrase of the very licence, so that no notice or other text stands for it.
PHRASES = {
    "MPL-2.0": "Mozilla Public License",
    "PSF-2.0": "PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2",
    "Apache-2.0": "Apache License",
    "MIT": "Permission is hereby granted",
    "BSD-3-Clause": "Neither the name",
    "BSD-2-Clause": "Redistribution and use in source and binary forms",
}


@pytest.mark.parametrize(
    "part", [p for p in COMPONENTS if p.text != "wheel"], ids=lambda part: part.name
)
def test_the_text_of_a_component_is_that_of_its_licence(part: Component, tmp_path: Path) -> None:
    text = text_of(part, tmp_path)
    assert PHRASES[part.licence] in text
    assert len(text) > 1000
    assert version_of(part)


def test_each_component_has_a_page_of_its_own() -> None:
    assert len({part.page for part in COMPONENTS}) == len(COMPONENTS)


@pytest.mark.parametrize(
    "name",
    [
        "_static/new.js",
        "_static/doc_examples/wheels/0/other.whl",
        "_static/font.woff2",
        "_static/pyodide/314.0.4/pandas-1-py3-none-any.whl",
    ],
)
def test_a_file_of_nobody_known_is_found(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_bytes(b"")
    (tmp_path / "index.html").write_bytes(b"")
    assert list(unlicensed(tmp_path)) == [name]
