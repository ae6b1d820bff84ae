"""The attributes by which the stages leave word for each other on a node of the doctree."""

from __future__ import annotations

ATTRS = "example_attrs"
"""An author's options as text by name, put there by whatever made the node."""

ID = "example_id"
"""``docname#name``, put there by the collector; the live page finds the block by it."""

HINT = "example_hint"
"""The line where the text stands in its file, when the directive knows better than the node."""

LINES = "example_lines"
"""The numbers of the lines that the text has in its file, in the order of the text."""

TRIM = "example_trim"
"""How many lines at the start and end of the text stand in no file."""

DIRECTIVE = "example_directive"
"""The line of the ``literalinclude`` that put the text of another file here."""

MARKED_UP = "example_marked_up"
"""True on a ``parsed-literal``: what its file shows is markup, and what a reader sees is not."""

GENERATED = "example_generated"
"""True when a directive made the text, which then stands in no file: the node's line is its
place, and the scanner is not asked about it."""
