"""Blocks of code as a reader of the source text sees them, without docutils or MyST.

The scanner shares nothing with the collector but the idea of a block. It is deliberately
simple: when both disagree about a file, either a block was lost on its way through the parsers
or the file does something that a reader would stumble over too.
"""

from __future__ import annotations

from doc_examples.collect.scan_markdown import scan_markdown
from doc_examples.collect.scan_rest import scan_rest
from doc_examples.collect.scanned import Role, Scanned

__all__ = ["Role", "Scanned", "scan"]


def scan(
    text: str, markup: str, *, colon_fence: bool = True, fields: bool = False
) -> list[Scanned]:
    """Return the blocks of a source file in the order of their lines.

    Args:
        text: The file's text.
        markup: ``markdown`` or ``restructuredtext``.
        colon_fence: Whether ``:::`` opens a fence in Markdown.
        fields: Whether ``:name:`` begins a field in Markdown.

    Raises:
        ValueError: The markup is neither.
    """
    lines = list(enumerate(text.split("\n"), 1))
    if markup == "markdown":
        return scan_markdown(lines, colon_fence=colon_fence, fields=fields)
    if markup == "restructuredtext":
        return scan_rest(lines)
    raise ValueError(f"the scanner reads markdown and restructuredtext, not {markup!r}")
