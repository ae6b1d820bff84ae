"""Collecting: from the pages of a Sphinx project to the plan of its examples.

The extension's side (parser, directives, collector, builder) runs inside Sphinx. The side of
those who need the plan is :func:`generate` and :func:`~doc_examples.collect.manifest.is_current`,
which start Sphinx in a process of its own or not at all.
"""

from __future__ import annotations

from doc_examples.collect.process import CollectError, generate

__all__ = ["CollectError", "generate"]
