"""One holder per item, a clean staging directory, and clear words when the cache is unusable."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pyodide_runtimes import CacheBusyError, CacheUnusableError
from pyodide_runtimes.store import CACHE_VARIABLE, Store

HOLD = """
import sys, time
from pathlib import Path
from pyodide_runtimes.store import Store
with Store(Path(sys.argv[1])).exclusive("item") as staging:
    (staging / "half").write_text("half")
    print("held", flush=True)
    time.sleep(3600)
"""


def test_staging_is_empty_on_the_caches_own_disk_and_removed(store: Store) -> None:
    with store.exclusive("item") as staging:
        assert list(staging.iterdir()) == []
        assert staging.stat().st_dev == store.root.stat().st_dev
        (staging / "file").write_text("x", encoding="utf-8")
    assert not staging.exists()


def test_staging_is_removed_after_an_error(store: Store) -> None:
    with pytest.raises(KeyError), store.exclusive("item") as staging:
        raise KeyError
    assert not staging.exists()
    with store.exclusive("item"):
        pass


def test_another_item_is_free(store: Store) -> None:
    with store.exclusive("one") as one, store.exclusive("two") as two:
        assert one != two


def test_a_held_item_is_reported_after_the_patience(store: Store) -> None:
    with (
        store.exclusive("item"),
        pytest.raises(CacheBusyError, match=r"more than 0\.3 s") as caught,
        store.exclusive("item"),
    ):
        pass
    assert (caught.value.item, caught.value.seconds) == ("item", 0.3)
    assert caught.value.lock.exists()


def test_a_killed_holder_frees_its_item_and_its_remains_are_removed(store: Store) -> None:
    extension = str(Path(__file__).parents[3] / "_ext")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store.root)],
        stdout=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": extension},
    ) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            with pytest.raises(CacheBusyError), store.exclusive("item"):
                pass
        finally:
            holder.kill()
    assert len(list((store.root / "tmp").iterdir())) == 1
    with store.exclusive("item") as staging:
        assert list((store.root / "tmp").iterdir()) == [staging]
    assert list((store.root / "tmp").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with (
        pytest.raises(CacheUnusableError, match="PYODIDE_RUNTIMES_CACHE") as caught,
        Store(tmp_path / "file").exclusive("item"),
    ):
        pass
    assert caught.value.path == tmp_path / "file"


def test_trouble_of_the_disk_while_holding_is_reported_as_such(store: Store) -> None:
    with (
        pytest.raises(CacheUnusableError, match=r"Not a directory|No such file"),
        store.exclusive("item") as staging,
    ):
        (staging / "missing" / "file").write_text("x", encoding="utf-8")


def test_the_variable_names_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    assert Store.default().root == tmp_path
    monkeypatch.delenv(CACHE_VARIABLE)
    assert Store.default().root.name == "pyodide-runtimes"
