"""The user's cache: where fetched things lie, one lock and one staging directory per item.

Nothing is ever written in place. An item is put together in a staging directory on the same
file system and moved to its place at the end, so a process that dies leaves at most a staging
directory, which the next holder of the item's lock removes.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from platformdirs import user_cache_path

from pyodide_runtimes.errors import CacheBusyError, CacheUnusableError

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHE_VARIABLE = "PYODIDE_RUNTIMES_CACHE"
"""The environment variable that names another cache directory."""


@dataclass(frozen=True)
class Store:
    """A cache directory.

    Attributes:
        root: The directory; made when it is first needed.
        patience: Seconds to wait for another process that is fetching the same item.
    """

    root: Path
    patience: float = 900.0

    @classmethod
    def default(cls) -> Store:
        """Return this user's cache, or the one that `PYODIDE_RUNTIMES_CACHE` names."""
        named = os.environ.get(CACHE_VARIABLE)
        root = Path(named).expanduser().absolute() if named else user_cache_path("pyodide-runtimes")
        return cls(root)

    @contextmanager
    def exclusive(self, item: str) -> Iterator[Path]:
        """Hold the lock of an item, and lend an empty staging directory for it.

        Args:
            item: The item's name, usable as a file name.

        Yields:
            The staging directory, removed with everything left in it when the block ends.

        Raises:
            CacheBusyError: Another process held the lock longer than `patience`.
            CacheUnusableError: The cache cannot be written.
        """
        staging_root = self.root / "tmp"
        lock = self.root / "locks" / f"{item}.lock"
        try:
            staging_root.mkdir(parents=True, exist_ok=True)
            lock.parent.mkdir(parents=True, exist_ok=True)
            guard = FileLock(lock)
            guard.acquire(timeout=self.patience)
        except Timeout as error:
            raise CacheBusyError(item, lock, self.patience) from error
        except OSError as error:
            raise CacheUnusableError(self.root, str(error)) from error
        try:
            # Only the lock's holder stages for this item: what lies here is of a process that died.
            for left_over in staging_root.glob(f"{item}.*"):
                shutil.rmtree(left_over, ignore_errors=True)
            try:
                staging = Path(tempfile.mkdtemp(dir=staging_root, prefix=f"{item}."))
            except OSError as error:
                raise CacheUnusableError(self.root, str(error)) from error
            try:
                yield staging
            except OSError as error:
                # Sources report their own trouble as SourceError: this is the disk's.
                raise CacheUnusableError(self.root, str(error)) from error
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        finally:
            guard.release()
