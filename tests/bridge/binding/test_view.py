"""Views: the law of binding on CPython, what a write costs, and that nothing is left behind."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge._browser.document_model import DocumentModel
from bridge.binding import Dynamic, For, Show, h, mount
from bridge.errors import DisposedError
from bridge.reactivity import (
    Scope,
    Signal,
    batch,
    computed,
    effect,
    observable,
    on_cleanup,
    signal_of,
)
from bridge.vdom import Ref
from tests.bridge.binding.failing_law import FailingPlay
from tests.bridge.binding.law import Play

if TYPE_CHECKING:
    from random import Random

    from bridge.binding import Content


@settings(max_examples=150, deadline=None)
@given(luck=st.randoms(use_true_random=False), steps=st.integers(1, 6))
def test_a_bound_document_equals_a_fresh_one_after_any_writes(luck: Random, steps: int) -> None:
    play = Play(luck)
    page = DocumentModel("bound", "fresh")
    view = mount("bound", play.build(), page.open)
    for _ in range(steps):
        play.step()
        fresh = mount("fresh", play.build(), page.open)
        bound, expected = page.containers["bound"], page.containers["fresh"]
        assert bound.snapshot() == expected.snapshot()
        fresh.dispose()
    view.dispose()
    assert page.show("bound") == ""
    assert not any(signal._observers for signal in play.signals)
    assert not view.listening
    assert not view.root.handlers


def test_all_that_follows_from_a_batch_is_sent_at_once() -> None:
    page = DocumentModel("app")
    signals = [Signal(n) for n in range(20)]
    mount("app", [h("p", None, [signal]) for signal in signals], page.open)
    assert page.sent == 1
    with batch():
        for signal in signals:
            signal.value += 1
    assert page.sent == 2
    assert page.show("app").startswith("<p>1</p><p>2</p>")


def test_the_page_has_followed_when_a_write_returns() -> None:
    page = DocumentModel("app")
    name = Signal("Ada")
    mount("app", h("p", None, name), page.open)
    name.value = "Grace"
    assert page.show("app") == "<p>Grace</p>"


def test_nothing_is_sent_for_a_value_that_stays_the_same() -> None:
    page = DocumentModel("app")
    count = Signal(1)
    mount("app", h("p", {"class": lambda: "odd" if count.value % 2 else None}), page.open)
    count.value = 3
    assert page.sent == 1


def test_text_is_never_markup() -> None:
    page = DocumentModel("app")
    text = Signal("<b>")
    mount("app", h("p", None, text), page.open)
    text.value = "<script>"
    assert page.show("app") == "<p>&lt;script&gt;</p>"


def test_a_handler_runs_in_a_batch() -> None:
    page = DocumentModel("app")
    first, last = Signal("a"), Signal("b")

    def click(_: object) -> None:
        first.value, last.value = "c", "d"

    mount("app", h("button", {"on_click": click}, [first, last]), page.open)
    page.fire(page.containers["app"].children[0], "click")
    assert page.sent == 2
    assert page.show("app") == "<button>cd</button>"


def test_a_view_ends_with_the_scope_around_it() -> None:
    page = DocumentModel("app")
    name = Signal("Ada")
    with Scope() as scope:
        view = mount("app", h("p", None, name), page.open)
    scope.dispose()
    assert view.disposed
    assert page.show("app") == ""
    assert not name._observers


def test_a_view_is_a_context_manager_that_ends_it() -> None:
    page = DocumentModel("app")
    with mount("app", "text", page.open) as view:
        assert page.show("app") == "text"
    assert view.disposed
    with pytest.raises(DisposedError):
        view.root.node(1)


def test_what_cannot_be_built_leaves_the_container_free() -> None:
    page = DocumentModel("app")
    name = Signal("Ada")
    with pytest.raises(ZeroDivisionError):
        mount("app", [h("p", None, name), h("p", None, lambda: 1 // 0)], page.open)
    assert not name._observers
    mount("app", "free", page.open)
    assert page.show("app") == "free"


def test_an_error_in_one_place_reaches_the_writer_and_the_others_follow() -> None:
    page = DocumentModel("app")
    count = Signal(1)
    mount("app", [h("p", None, lambda: 6 // count.value), h("p", None, count)], page.open)
    with pytest.raises(ZeroDivisionError):
        count.value = 0
    assert page.show("app") == "<p>6</p><p>0</p>"
    count.value = 2
    assert page.show("app") == "<p>3</p><p>2</p>"


def test_a_ref_reaches_its_node_while_it_is_shown() -> None:
    page = DocumentModel("app")
    shown, ref = Signal(True), Ref()
    mount("app", Show(shown, lambda: h("p", {"ref": ref})), page.open)
    assert ref.current is page.containers["app"].children[0]
    shown.value = False
    assert ref.current is None


def test_effects_of_a_dynamic_content_end_with_it() -> None:
    page = DocumentModel("app")
    turn, beat, seen = Signal(0), Signal(0), []

    def content() -> Content:
        here = turn.value
        effect(lambda: seen.append((here, beat.value)))
        return h("p", None, str(here))

    view = mount("app", Dynamic(content), page.open)
    turn.value = 1
    beat.value = 1
    assert seen == [(0, 0), (1, 0), (1, 1)]
    view.dispose()
    beat.value = 2
    assert seen == [(0, 0), (1, 0), (1, 1)]


def test_a_part_that_a_change_takes_away_does_not_run_before() -> None:
    page = DocumentModel("app")
    person: Signal[dict[str, str] | None] = Signal({"name": "Ada"})
    there = computed(lambda: person.value is not None)
    mount(
        "app",
        Show(there, lambda: h("p", None, lambda: person.value["name"])),  # type: ignore[index]
        page.open,
    )
    person.value = None
    assert page.show("app") == ""


def test_a_list_inside_a_condition_goes_with_it() -> None:
    page = DocumentModel("app")
    shown, names = Signal(True), Signal(["a", "b"])
    mount("app", Show(shown, For(names, h("li", None, lambda n: n), key=str), "none"), page.open)
    shown.value = False
    assert page.show("app") == "none"
    names.value = ["c"]
    shown.value = True
    assert page.show("app") == "<li>c</li>"


@observable
@dataclass
class Todo:
    title: str
    done: bool = False


def test_fields_of_observables_are_bound_by_reading_them() -> None:
    page = DocumentModel("app")
    todo = Todo("write")
    mount("app", h("p", {"class": lambda: {"done": todo.done}}, lambda: todo.title), page.open)
    todo.title, todo.done = "read", True
    assert page.show("app") == '<p class="done">read</p>'


def test_fields_of_observable_items_are_bound_both_ways_in_a_row() -> None:
    page = DocumentModel("app")
    todos = [Todo("write"), Todo("read", done=True)]
    row = h(
        "li",
        None,
        [
            h("input", {"type": "checkbox", "bind:checked": lambda todo: signal_of(todo, "done")}),
            lambda todo: todo.title,
        ],
    )
    mount("app", For(Signal(todos), row), page.open)
    box = page.containers["app"].children[0].children[0]
    page.fire(box, "change", SimpleNamespace(target=SimpleNamespace(checked=True)))
    assert todos[0].done
    todos[1].title = "rest"
    assert page.show("app").endswith("rest</li>")
    assert page.sent == 3


@settings(max_examples=150, deadline=None)
@given(luck=st.randoms(use_true_random=False), steps=st.integers(1, 4))
def test_after_errors_and_good_writes_the_document_equals_a_fresh_one(
    luck: Random, steps: int
) -> None:
    play = FailingPlay(luck)
    page = DocumentModel("bound", "fresh")
    page.setters["level"] = play.level  # type: ignore[assignment]
    view = mount("bound", play.build(), page.open)
    for _ in range(steps):
        play.step()
        play.mend()
        fresh = mount("fresh", play.build(), page.open)
        bound, expected = page.containers["bound"], page.containers["fresh"]
        assert bound.snapshot() == expected.snapshot()
        fresh.dispose()
    view.dispose()
    assert not any(signal._observers for signal in play.signals)
    assert not view.listening
    assert not view.root.handlers
    assert play.made == play.ended
    assert play.unnamed() == []


def test_an_error_names_its_place() -> None:
    page, count = DocumentModel("app"), Signal(1)
    content: Any = [
        h("p", {"title": lambda: 6 // count.value}),
        Show(Signal(True), lambda: h("b", None, lambda: 6 // count.value)),
    ]
    mount("app", content, page.open)
    with pytest.raises(ExceptionGroup) as caught:
        count.value = 0
    notes = [note for error in caught.value.exceptions for note in error.__notes__]
    assert notes == ["in title of <p>", "in text of <b>"]


def test_a_failed_content_leaves_the_refs_of_the_last_one_alone() -> None:
    page, good, ref = DocumentModel("app"), Signal(True), Ref()

    def content() -> Content:
        return [h("p", {"ref": ref}), "x" if good.value else h("b", None, lambda: 1 // 0)]

    mount("app", Dynamic(content), page.open)
    element = page.containers["app"].children[0]
    with pytest.raises(ZeroDivisionError):
        good.value = False
    assert ref.current is element


def test_clean_ups_that_raise_do_not_keep_the_content_from_changing() -> None:
    page, shown, ended = DocumentModel("app"), Signal(True), []

    def then() -> Content:
        on_cleanup(lambda: ended.append(1 // 0))
        on_cleanup(lambda: ended.append(1))
        return h("p")

    mount("app", Show(shown, then, "none"), page.open)
    with pytest.raises(ZeroDivisionError):
        shown.value = False
    assert (page.show("app"), ended) == ("none", [1])
    shown.value = True
    assert page.show("app") == "<p></p>"
