"""The live node's HTML: whatever a block holds shows and runs as typed."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from doc_examples.live.node import ExampleNode, depart_example, visit_example

NASTY = st.text() | st.sampled_from(
    ["</script><script>alert(1)</script>", "<!--<script>", "]]>", "&lt;b&gt;", "\\u003c", '"', "'"]
)


def html_of(**attributes: Any) -> str:
    node = ExampleNode(
        "",
        **{
            "kind": "python",
            "data": {"name": "one", "code": ""},
            "badge": None,
            "recorded": "",
            "recorded_on": "",
            "report": "",
            "editable": True,
            **attributes,
        },
    )
    # All that the visitors use of Sphinx's translator.
    translator = cast("Any", SimpleNamespace(body=[]))
    visit_example(translator, node)
    translator.body.append("[code]")
    depart_example(translator, node)
    return "".join(translator.body)


class Outline(HTMLParser):
    """The tags of a document, and the text of each element by class."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: dict[str, str] = {}
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._open.append(dict(attrs).get("class") or tag)

    def handle_endtag(self, _tag: str) -> None:
        self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts[self._open[-1]] = self.texts.get(self._open[-1], "") + data


@given(NASTY)
def test_the_data_of_a_block_survives_whatever_its_code_is(code: str) -> None:
    html = html_of(data={"name": "one", "code": code})
    found = re.search(r'class="example-data">(.*?)</script>', html, re.DOTALL)
    assert found
    assert json.loads(found[1])["code"] == code
    assert Outline(html).tags == Outline(html_of()).tags


@given(NASTY, NASTY, NASTY)
def test_no_text_becomes_markup(output: str, state: str, detail: str) -> None:
    harmless = Outline(html_of(recorded="x", badge=("failed", "y", "z"), recorded_on="w"))
    html = html_of(
        recorded=output or "x",
        badge=("failed", state, detail or "z"),
        recorded_on=state,
        data={"name": detail, "code": ""},
    )
    assert Outline(html).tags == harmless.tags


def test_a_block_that_cannot_be_run_has_no_buttons() -> None:
    assert "<button" not in html_of(data=None)
    assert "<button" not in html_of(kind="prose", data=None)
    assert "<button" not in html_of(kind="file")


def test_a_block_that_may_not_be_edited_has_a_run_button_only() -> None:
    html = html_of(editable=False)
    assert "example-run" in html
    assert "example-edit" not in html


def test_buttons_are_hidden_until_the_script_has_found_them() -> None:
    buttons = re.findall(r"<button[^>]*>", html_of())
    assert len(buttons) == 3
    assert all(button.endswith(" hidden>") for button in buttons)
