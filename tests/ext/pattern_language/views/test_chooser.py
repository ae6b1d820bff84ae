import json
from typing import Any

from docutils import nodes

from pattern_language.model import Language
from pattern_language.views.chooser import pattern_chooser
from tests.ext.pattern_language.views.languages import catalogue, context


def data(found: list[Any]) -> Any:
    text = next(node.astext() for node in reversed(found) if isinstance(node, nodes.raw))
    start = text.index(">", text.index("chooser-data")) + 1
    return json.loads(text[start : text.index("</script>")])


def test_without_a_script_every_force_opens_to_what_answers_it() -> None:
    language = catalogue()
    found = pattern_chooser(context(language))
    markup = "".join(node.astext() for node in found if isinstance(node, nodes.raw))
    for force in language.forces.values():
        assert f"<details><summary>{force.name}</summary>" in markup
    assert markup.count("<details>") == markup.count("</details>") == len(language.forces)


def test_answers_stand_in_building_order_with_price_and_prerequisites() -> None:
    found = pattern_chooser(context(catalogue(), is_html=False))
    lists = [node for node in found if isinstance(node, nodes.bullet_list)]
    lines = [item.astext() for item in lists[1]]
    assert lines == [
        (
            "Worker Pool (engineering in progress) resolves it; worsens Warm capacity and small "
            "memory, Isolation and sharing; requires Worker Load Failure, Worker RPC."
        ),
        (
            "Synchronous-Looking Async UI (engineering in progress) resolves it; "
            "requires Worker Load Failure, Worker RPC."
        ),
    ]


def test_a_force_without_an_answer_says_so() -> None:
    found = pattern_chooser(context(catalogue(), is_html=False))
    assert "No pattern resolves or balances it." in [node.astext() for node in found]


def test_the_data_of_the_script_names_everything_that_the_rule_can_suggest() -> None:
    language = catalogue()
    found = data(pattern_chooser(context(language)))
    assert set(found["patterns"]) == set(language.patterns)
    assert set(found["forces"]) == set(language.forces)
    for pattern in found["facts"]["patterns"]:
        known = found["patterns"][pattern["id"]]["answers"]
        assert {f"{effect} {force}" for effect, force in pattern["answers"]} <= set(known)
    for pair in found["facts"]["alternatives"] + found["facts"]["conflicts"]:
        assert " ".join(pair) in found["reasons"]


def test_no_text_can_end_the_script() -> None:
    text = pattern_chooser(context(catalogue()))[-1].astext()
    inside = text[text.index("chooser-data") :]
    assert "<one>" not in inside
    assert inside.count("<") == len(["</script>", "</div>"])
    found = data(pattern_chooser(context(catalogue())))
    assert "in <one> sentence & no more" in found["patterns"]["worker-pool"]["intent"]


def test_other_builders_get_no_markup_and_a_language_without_forces_nothing() -> None:
    found = pattern_chooser(context(catalogue(), is_html=False))
    assert not [node for node in found if isinstance(node, nodes.raw)]
    assert pattern_chooser(context(Language.of([]))) == []
