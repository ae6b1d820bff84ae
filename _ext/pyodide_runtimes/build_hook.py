"""Puts Comlink into bridge's wheel when the wheel is built; nothing third-party is committed.

Hatch runs this file by its path. The package comes from npm, pinned and checked like a runtime, and
so does the text of its licence, which the metadata names beside this project's own.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ASSETS = "bridge/_assets"
FILES = {"dist/esm/comlink.mjs": "comlink.mjs", "LICENSE": "comlink.LICENSE"}
OWN_LICENSE = "LICENSE"
COMLINKS_LICENSE = "_build/licenses/comlink/LICENSE"
"""Where the text lies in the tree while it is packed: what metadata names has to lie there."""


def _comlink(root: str) -> Path:
    sys.path.insert(0, str(Path(root, "_ext")))
    from pyodide_runtimes import ensure_npm  # noqa: PLC0415 - found by the path above

    return ensure_npm("comlink")


class CustomMetadataHook(MetadataHookInterface):
    """Names the licence texts of all that is packed."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Put Comlink's licence into the tree and name both files."""
        folder = _comlink(self.root)
        from pyodide_runtimes.hashing import write_atomically  # noqa: PLC0415 - found likewise

        write_atomically(Path(self.root, COMLINKS_LICENSE), (folder / "LICENSE").read_text("utf-8"))
        metadata["license-files"] = [OWN_LICENSE, COMLINKS_LICENSE]


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # no configuration
    """Adds the module and its licence to the files of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the package unless it is in the user's cache."""
        del version
        folder = _comlink(self.root)
        for source, name in FILES.items():
            build_data["force_include"][str(folder / source)] = f"{ASSETS}/{name}"
