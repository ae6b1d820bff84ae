"""Regions: contents that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bridge._browser.document_model import DocumentModel
from bridge.binding import Dynamic, Show, h, mount
from bridge.reactivity import Signal, effect

if TYPE_CHECKING:
    from bridge.binding import Content


def test_a_condition_builds_only_when_its_truth_changes() -> None:
    page, count, built = DocumentModel("app"), Signal(1), []

    def then() -> str:
        built.append(count.peek())
        return "some"

    mount("app", Show(count, then, "none"), page.open)
    count.value = 2
    assert built == [1]
    count.value = 0
    assert page.show("app") == "none"
    count.value = 3
    assert (page.show("app"), built) == ("some", [1, 3])


def test_contents_keep_their_place_among_their_siblings() -> None:
    page = DocumentModel("app")
    flags = [Signal(False) for _ in range(3)]
    shows = [Show(flag, h("b", None, str(n))) for n, flag in enumerate(flags)]
    mount("app", ["[", *shows, "]"], page.open)
    for flag in reversed(flags):
        flag.value = True
    assert page.show("app") == "[<b>0</b><b>1</b><b>2</b>]"


def test_a_content_that_fails_leaves_the_last_one() -> None:
    page, divisor = DocumentModel("app"), Signal(2)
    mount("app", Dynamic(lambda: str(6 // divisor.value)), page.open)
    try:
        divisor.value = 0
    except ZeroDivisionError:
        failed = True
    assert failed
    assert page.show("app") == "3"
    divisor.value = 1
    assert page.show("app") == "6"


def test_inner_contents_end_with_the_outer_one() -> None:
    page = DocumentModel("app")
    outer, inner, name = Signal(True), Signal(True), Signal("a")
    mount("app", Show(outer, lambda: h("p", None, Show(inner, lambda: ["x", name]))), page.open)
    assert page.show("app") == "<p>xa</p>"
    outer.value = False
    assert not inner._observers
    assert not name._observers


def test_a_content_that_failed_is_built_when_what_it_read_has_changed() -> None:
    page, shown, text = DocumentModel("app"), Signal(False), Signal("0")
    seen: list[int] = []

    def then() -> Content:
        effect(lambda: seen.append(len(text.value)))
        return h("p", None, lambda: str(6 // int(text.value)))

    mount("app", Show(shown, then, "no"), page.open)
    with pytest.raises(ZeroDivisionError):
        shown.value = True
    assert page.show("app") == "no"
    text.value = "2"
    assert page.show("app") == "<p>3</p>"
    seen.clear()
    text.value = "3"
    assert seen == [1]  # the effect of the failed build has ended


def test_what_the_function_of_a_failed_content_read_is_followed() -> None:
    page, shown, text = DocumentModel("app"), Signal(False), Signal(0)
    mount("app", Show(shown, lambda: h("p", None, str(6 // text.value)), "no"), page.open)
    with pytest.raises(ZeroDivisionError):
        shown.value = True
    text.value = 2
    assert page.show("app") == "<p>3</p>"
    text.value = 3
    assert page.show("app") == "<p>3</p>"  # a content that stands is not built again


@pytest.mark.parametrize("way", ["effect", "subscription", "effect of a component"])
def test_what_an_effect_read_that_failed_in_a_failed_content_is_followed(way: str) -> None:
    page, shown, text = DocumentModel("app"), Signal(False), Signal(0)

    def component() -> Content:
        effect(lambda: 6 // text.value)
        return "made"

    def then() -> Content:
        if way == "effect":
            effect(lambda: 6 // text.value)
        elif way == "subscription":
            text.subscribe(lambda value: 6 // value)
        return h("p", None, h(component) if way == "effect of a component" else "made")

    mount("app", Show(shown, then, "no"), page.open)
    with pytest.raises(ZeroDivisionError):
        shown.value = True
    assert page.show("app") == "no"
    text.value = 2
    assert page.show("app") == "<p>made</p>"


@pytest.mark.parametrize("kind", ["show", "dynamic"])
def test_a_content_that_wrote_what_it_had_read_and_failed_is_built_once_more(kind: str) -> None:
    page, shown, text = DocumentModel("app"), Signal(False), Signal("bad")

    def then() -> Content:
        own = Signal(1)
        effect(lambda: own.value)
        if text.value == "bad":
            text.value = "good"
            raise ValueError("bad")
        return text.value

    changing = Show(shown, then) if kind == "show" else Dynamic(lambda: shown.value and then())
    mount("app", h("p", None, changing), page.open)
    with pytest.raises(ValueError, match="bad"):
        shown.value = True
    assert page.show("app") == "<p>good</p>"


def test_a_content_that_fails_whenever_it_writes_raises_once() -> None:
    page, shown, count = DocumentModel("app"), Signal(False), Signal(0)

    def then() -> Content:
        effect(count.peek)
        count.value += 1
        raise ValueError("always")

    mount("app", Show(shown, then, "no"), page.open)
    with pytest.raises(ValueError, match="always"):
        shown.value = True
    assert (page.show("app"), count.value < 5) == ("no", True)
