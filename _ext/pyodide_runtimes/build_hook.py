"""Puts Comlink into bridge's wheel when the wheel is built; nothing third-party is committed.

Hatch runs this file by its path. The package comes from npm, pinned and checked like a runtime.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = "bridge/_assets"
FILES = {"dist/esm/comlink.mjs": "comlink.mjs", "LICENSE": "comlink.LICENSE"}


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]  # no configuration
    """Adds the module and its licence to the files of the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Fetch the package unless it is in the user's cache."""
        del version
        sys.path.insert(0, str(Path(self.root, "_ext")))
        from pyodide_runtimes import ensure_npm  # noqa: PLC0415 - found by the path above

        folder = ensure_npm("comlink")
        for source, name in FILES.items():
            build_data["force_include"][str(folder / source)] = f"{ASSETS}/{name}"
