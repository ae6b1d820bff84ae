"""Write the files of a worker to a folder, to be served: ``python -m bridge.assets DIR``.

For pages whose content security policy forbids ``blob:`` workers: name the served ``worker.mjs`` by
``script_url``. The files belong to one version of bridge and stand side by side.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from bridge import _assets

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "write"]


def write(folder: Path) -> list[Path]:
    """Write the files; the folder is made if it is not there.

    Returns:
        The files, in alphabetical order.

    Raises:
        OSError: They cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / name for name in _assets.NAMES]
    for path in written:
        path.write_text(_assets.read(path.name), "utf-8")
    return written


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m bridge.assets", description=__doc__)
    parser.add_argument("folder", type=Path, help="where to write them")
    try:
        written = write(parser.parse_args(arguments).folder)
    except OSError as error:
        parser.exit(1, f"{parser.prog}: {error}\n")
    for path in written:
        print(path)  # noqa: T201 - this command's purpose
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
