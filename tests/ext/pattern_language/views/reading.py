"""What a view wrote, to be looked into."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, Any

from docutils import nodes

if TYPE_CHECKING:
    from collections.abc import Iterable


def parse(markup: str) -> ET.Element:
    """Read markup, which a view writes so that it is XML as well."""
    return ET.fromstring(markup)  # noqa: S314 - our own markup


def markup(found: Iterable[nodes.Node]) -> ET.Element:
    """The markup of a view as one element; plain nodes are left out."""
    written = "".join(node.astext() for node in found if isinstance(node, nodes.raw))
    return parse(f"<div>{written}</div>")


def children(node: nodes.Node) -> list[Any]:
    """The children of a node; docutils types them as nodes without any."""
    return list(node.children)
