"""Furo's links from a page to its source, as theme options. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sphinx.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTS = ("github.com", "gitlab.com", "bitbucket.org")
"""Hosts whose addresses of sources Furo knows."""


def edit_links(environ: Mapping[str, str]) -> dict[str, object]:
    """Return the options of Furo for a page's links 'View this page' and 'Edit this page'.

    Args:
        environ: ``SITE_REPOSITORY`` is the https address of the public repository; unset or
            empty, no page has a link. ``SITE_BRANCH`` is the branch that they lead to, ``main``
            if unset.

    Raises:
        ConfigError: The address is none of a repository at a known host.

    >>> edit_links({"SITE_REPOSITORY": "https://github.com/someone/blueprints/"})["source_branch"]
    'main'
    >>> edit_links({})
    {'top_of_page_buttons': []}
    """
    repository = environ.get("SITE_REPOSITORY", "").strip().removesuffix("/").removesuffix(".git")
    if not repository:
        return {"top_of_page_buttons": []}
    address = urlsplit(repository)
    owner_and_name = [part for part in address.path.split("/") if part]
    if address.scheme != "https" or address.netloc not in HOSTS or len(owner_and_name) < 2:  # noqa: PLR2004 - an owner and a name
        raise ConfigError(
            f"SITE_REPOSITORY is {repository!r}; expected https://HOST/OWNER/NAME with HOST one "
            f"of {', '.join(HOSTS)}, or nothing, for pages without links to their sources"
        )
    return {
        "source_repository": f"{repository}/",
        "source_branch": environ.get("SITE_BRANCH", "").strip() or "main",
        "source_directory": "",
        "top_of_page_buttons": ["view", "edit"],
    }
