"""Roles that link to patterns, forces, parts, sequences, examples and exported files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from docutils import nodes
from sphinx.roles import XRefRole

if TYPE_CHECKING:
    from docutils.nodes import Element
    from sphinx.environment import BuildEnvironment
    from sphinx.util.typing import RoleFunction


class LanguageRole(XRefRole):
    """A reference whose target is an id; it shows the name of what it leads to."""

    def process_link(
        self,
        env: BuildEnvironment,
        refnode: Element,
        has_explicit_title: bool,
        title: str,
        target: str,
    ) -> tuple[str, str]:
        """Keep the id as written."""
        del env, refnode, has_explicit_title
        return title, target.strip()


ROLES: Final[dict[str, RoleFunction | XRefRole]] = {
    kind: LanguageRole(innernodeclass=nodes.inline, warn_dangling=True)
    for kind in ("pattern", "force", "part", "sequence", "example", "export")
}
