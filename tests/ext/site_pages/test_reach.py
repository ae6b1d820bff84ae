"""Readers without a mouse or a screen miss nothing; the built site is tested beside this."""

from __future__ import annotations

import doctest

from site_pages import reach


def test_the_examples_of_the_module_hold() -> None:
    assert doctest.testmod(reach).failed == 0


def test_what_is_no_bibliography_stays_as_it_is() -> None:
    body = '<div role="list"><div role="listitem">one</div></div>'
    assert reach.listed(body) == body
