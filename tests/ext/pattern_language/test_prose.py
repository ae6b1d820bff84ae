"""Plain text of records."""

from __future__ import annotations

import pytest
from docutils import nodes
from sphinx import addnodes

from pattern_language.prose import first_sentence, named, plain


def paragraph(*children: nodes.Node | str) -> nodes.paragraph:
    made = [nodes.Text(child) if isinstance(child, str) else child for child in children]
    return nodes.paragraph("", "", *made)


def reference(*, explicit: bool) -> addnodes.pending_xref:
    return addnodes.pending_xref(
        "",
        nodes.inline("", "shown"),
        refdomain="pattern",
        reftype="force",
        reftarget="a-and-b",
        refexplicit=explicit,
    )


def test_paragraphs_are_joined_and_code_is_left_out() -> None:
    item = nodes.list_item("", paragraph("In a  list."))
    found = [
        paragraph("One\nline."),
        nodes.literal_block("", "code()"),
        nodes.bullet_list("", item),
    ]
    assert plain(found) == "One line.\n\nIn a list."


def test_notes_are_left_out() -> None:
    note = nodes.footnote_reference("", "1")
    assert plain([paragraph("So ", note, "it is.")]) == "So it is."
    assert plain([nodes.footnote("", paragraph("A source."))]) == ""


def test_references_become_names_when_the_language_is_known() -> None:
    found = plain(
        [paragraph("See ", reference(explicit=False), "; ", reference(explicit=True), ".")]
    )
    assert named(found, lambda kind, target: f"<{kind} {target}>") == "See <force a-and-b>; shown."


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("", ""),
        ("One.", "One."),
        ("One. Two.", "One."),
        ("Is it? It is.", "Is it?"),
        ("It is (so). It is.", "It is (so)."),
        ("See e.g. this one. Then go.", "See e.g. this one."),
        ("Version 0.26.1 runs. It does.", "Version 0.26.1 runs."),
        ("No end\n\nNext paragraph. More.", "No end"),
    ],
)
def test_the_first_sentence_ends_where_the_next_begins(text: str, first: str) -> None:
    assert first_sentence(text) == first
