"""Pinned wheels arrive by pip, whole or not at all."""

from __future__ import annotations

import dataclasses
import os
import zipfile
from typing import TYPE_CHECKING

import pytest

from pyodide_runtimes import FetchError, HashMismatchError, SourceError, load_pins
from pyodide_runtimes.pip import ensure_pinned_wheel, locate_wheel
from pyodide_runtimes.progress import silent

if TYPE_CHECKING:
    from pathlib import Path

    from pyodide_runtimes.store import Store

REAKTIV = load_pins().wheel("reaktiv")


def test_a_wheel_is_fetched_once_under_its_own_name(store: Store) -> None:
    told: list[str] = []
    wheel = ensure_pinned_wheel(store, REAKTIV, told.append)
    assert ensure_pinned_wheel(store, REAKTIV, told.append) == wheel
    assert wheel.name == REAKTIV.file
    assert "reaktiv/__init__.py" in zipfile.ZipFile(wheel).namelist()
    assert len(told) == 1


def test_a_damaged_wheel_is_fetched_again(store: Store) -> None:
    wheel = ensure_pinned_wheel(store, REAKTIV, silent)
    wheel.write_bytes(b"damaged")
    told: list[str] = []
    assert zipfile.is_zipfile(ensure_pinned_wheel(store, REAKTIV, told.append))
    assert len(told) == 1


def test_a_thorough_look_sees_damage_that_kept_size_and_time(store: Store) -> None:
    wheel = ensure_pinned_wheel(store, REAKTIV, silent)
    status = wheel.stat()
    good = wheel.read_bytes()
    wheel.write_bytes(bytes(len(good)))
    os.utime(wheel, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert ensure_pinned_wheel(store, REAKTIV, silent, thorough=True).read_bytes() == good


def test_other_bytes_than_pinned_are_refused_and_not_kept(store: Store) -> None:
    pin = dataclasses.replace(REAKTIV, sha256="0" * 64)
    with pytest.raises(FetchError) as caught:
        ensure_pinned_wheel(store, pin, silent)
    (mismatch,) = caught.value.attempts
    assert isinstance(mismatch, HashMismatchError)
    assert (mismatch.expected, mismatch.found) == ("0" * 64, REAKTIV.sha256)
    assert not (store.root / "wheels").exists()


@pytest.mark.usefixtures("no_network")
def test_without_a_network_the_error_says_what_to_do(store: Store) -> None:
    with pytest.raises(FetchError, match="pip config list") as caught:
        ensure_pinned_wheel(store, REAKTIV, silent)
    assert caught.value.file == REAKTIV.file


@pytest.mark.usefixtures("no_network")
def test_a_project_that_cannot_be_located_is_reported_in_pips_words(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No matching distribution") as caught:
        locate_wheel("reaktiv", "0.24.2", tmp_path)
    assert (caught.value.file, caught.value.source) == ("reaktiv==0.24.2", "pip")
