"""What known uses cite, and what the bibliography says of it: the way to sphinxcontrib-bibtex.

Its names are looked up, never imported: a project may have another bibliography, or none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from docutils import nodes
from sphinx import addnodes

if TYPE_CHECKING:
    from docutils.nodes import Node
    from sphinx.environment import BuildEnvironment


def cited(env: BuildEnvironment, node: Node) -> tuple[str, ...]:
    """Return the keys that a node cites, in footnotes or otherwise, while its page is read."""
    names: dict[str, str] = env.temp_data.get("bibtex_footcite_names") or {}
    keys = {name: key for key, name in names.items()}
    found = [
        keys.get(reference.get("refname", ""), "")
        for reference in node.findall(nodes.footnote_reference)
    ]
    for reference in node.findall(addnodes.pending_xref):
        if reference.get("refdomain") == "cite":
            found += [key.strip() for key in reference["reftarget"].split(",")]
    return tuple(dict.fromkeys(filter(None, found)))


def said_of(env: BuildEnvironment) -> dict[str, str]:
    """Return the text of all fields of each entry of the bibliography, by key."""
    data = getattr(env.domains.get("cite"), "bibdata", None)
    if data is None:
        return {}
    return {
        key: "\n".join(map(str, entry.fields.values())) for key, entry in data.data.entries.items()
    }
