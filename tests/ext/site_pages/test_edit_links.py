"""The links to a page's source follow the environment, and bad addresses are refused."""

from __future__ import annotations

import pytest
from sphinx.errors import ConfigError

from site_pages.edit_links import HOSTS, edit_links


@pytest.mark.parametrize("host", HOSTS)
def test_a_repository_at_a_known_host_gives_both_links(host: str) -> None:
    options = edit_links({"SITE_REPOSITORY": f"https://{host}/someone/small.git/"})
    assert options["source_repository"] == f"https://{host}/someone/small/"
    assert options["source_branch"] == "main"
    assert options["top_of_page_buttons"] == ["view", "edit"]


@pytest.mark.parametrize("branch", ["next", " next "])
def test_the_branch_can_be_named(branch: str) -> None:
    environ = {"SITE_REPOSITORY": "https://github.com/a/b", "SITE_BRANCH": branch}
    assert edit_links(environ)["source_branch"] == "next"


@pytest.mark.parametrize("environ", [{}, {"SITE_REPOSITORY": ""}, {"SITE_REPOSITORY": " "}])
def test_without_a_repository_there_are_no_links(environ: dict[str, str]) -> None:
    assert edit_links(environ) == {"top_of_page_buttons": []}


@pytest.mark.parametrize(
    "address",
    [
        "http://github.com/a/b",
        "git@github.com:a/b",
        "https://example.org/a/b",
        "https://github.com/a",
    ],
)
def test_an_address_that_no_link_can_be_made_of_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="expected https://HOST/OWNER/NAME"):
        edit_links({"SITE_REPOSITORY": address})
