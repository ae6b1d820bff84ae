"""The Python sources that a worker gets from here: bridge itself, and the application's modules."""

from __future__ import annotations

from bridge._marshal.archives import SourceError, archive, archive_in_turns, module_of

__all__ = ["SourceError", "archive", "archive_in_turns", "module_of"]
