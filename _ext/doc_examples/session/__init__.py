"""What runs inside the page: boot an interpreter, run a block, report.

The JavaScript and Python beside this file are served as they stand, to the runner's pages
and to the frames of the site; :data:`FILES` names them.
"""

from __future__ import annotations

from pathlib import Path

DIRECTORY = Path(__file__).parent
"""Where the files are."""

FILES = ("session.html", "session.mjs", "watchdog.mjs", "probes.mjs", "harness.py")
"""Everything that a session document loads from beside itself."""

CAPABILITIES = ("isolation", "jspi", "opfs", "serviceworker", "webgpu")
"""The names that ``needs`` may list; each has a probe in ``probes.mjs``."""
