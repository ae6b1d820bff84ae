"""Which modules are sent, and that what has changed is sent again."""

from __future__ import annotations

import asyncio
import functools
import importlib
import io
import json
import sys
import zipfile
from importlib.machinery import EXTENSION_SUFFIXES
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bridge._marshal import modules
from bridge._marshal.modules import (
    Parcels,
    has_itself,
    install,
    is_among,
    is_sent,
    module_to_send,
    note_sent,
    on_change,
)
from tests.bridge.pool import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PACKAGE = "packed_by_this_test"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that can be imported, with a module in it."""
    folder = tmp_path / "here" / PACKAGE
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "prices.py").write_text("def price(): return 1\n")
    monkeypatch.syspath_prepend(str(folder.parent))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(modules, "_PLACE", str(tmp_path / "there"))
    monkeypatch.setattr(modules, "_sent", {})
    monkeypatch.setattr(modules, "_listeners", [])
    yield folder
    forget()


def forget() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    importlib.invalidate_caches()


def test_what_comes_with_python_bridge_or_compiled_parts_is_not_sent(package: Path) -> None:
    assert module_to_send(jobs.double) == "tests"
    assert module_to_send(functools.partial(jobs.double, 2)) == "tests"
    for there in (json.dumps, np.sum, len, module_to_send):
        assert module_to_send(there) == ""
    assert not is_sent("numpy")
    assert not is_sent("no_such_module_at_all")
    # An installed package that is Python only is sent as the application's own modules are.
    assert is_sent("pluggy")
    assert is_sent(PACKAGE)
    (package / f"fast{EXTENSION_SUFFIXES[0]}").write_bytes(b"")
    assert not is_sent(PACKAGE)


def test_a_module_of_a_loaded_package_is_known_by_the_name_of_either() -> None:
    assert is_among("hypothesis", ["numpy", "Hypothesis"])
    assert not is_among("hypothesis", ["numpy"])
    assert not is_among("hypothesis", [])


@pytest.mark.usefixtures("package")
def test_a_module_is_packed_once_until_it_is_imported_anew() -> None:
    parcels = Parcels()
    prices = importlib.import_module(f"{PACKAGE}.prices")
    first = parcels.get(PACKAGE)
    assert first is not None
    assert parcels.get(PACKAGE) is first
    state = parcels.state(PACKAGE)
    assert parcels.state(PACKAGE) is state
    importlib.reload(prices)
    assert parcels.state(PACKAGE) is not state
    again = asyncio.run(parcels.get_in_turns(PACKAGE))
    assert again is not first
    # Its files are the same.
    assert again == first


def test_a_module_that_has_changed_has_another_digest(package: Path) -> None:
    parcels = Parcels()
    prices = importlib.import_module(f"{PACKAGE}.prices")
    first = parcels.get(PACKAGE)
    (package / "prices.py").write_text("def price(): return 22\n")
    # As long as it is not imported anew, this interpreter goes on with the old one, too.
    assert parcels.get(PACKAGE) is first
    importlib.reload(prices)
    second = parcels.get(PACKAGE)
    assert first is not None
    assert second is not None
    assert first.digest != second.digest
    state = parcels.state(PACKAGE)
    del sys.modules[f"{PACKAGE}.prices"]
    importlib.import_module(f"{PACKAGE}.prices")
    assert parcels.state(PACKAGE) is not state


def test_what_is_sent_again_is_imported_anew_and_what_was_read_is_told(package: Path) -> None:
    parcels = Parcels()
    first = parcels.get(PACKAGE)
    assert first is not None
    sys.path.remove(str(package.parent))
    forget()
    told: list[str] = []
    on_change(lambda: told.append("changed"))
    assert not has_itself(PACKAGE)
    assert not install(*first)
    old = importlib.import_module(f"{PACKAGE}.prices")
    assert old.price() == 1
    assert not install(*first)
    assert not told
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr(f"{PACKAGE}/__init__.py", "")
        packed.writestr(f"{PACKAGE}/costs.py", "def cost(): return 2\n")
    assert install(PACKAGE, "another", buffer.getvalue())
    assert told == ["changed"]
    assert importlib.import_module(f"{PACKAGE}.costs").cost() == 2
    # What is not part of it any more is gone.
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module(f"{PACKAGE}.prices")


def test_what_an_interpreter_has_by_itself_stays_as_it_is() -> None:
    assert has_itself("json")
    assert not install("json", "digest", b"")


@pytest.mark.usefixtures("package")
def test_what_was_there_when_python_started_counts_as_sent() -> None:
    note_sent([(PACKAGE, "digest")])
    assert not has_itself(PACKAGE)
    assert not install(PACKAGE, "digest", b"")
