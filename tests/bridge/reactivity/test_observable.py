from __future__ import annotations

import copy
import dataclasses
import gc
import pickle
import weakref
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from bridge.reactivity import (
    NotObservableError,
    Observable,
    Scope,
    Signal,
    UnknownFieldError,
    batch,
    computed,
    effect,
    observable,
    signal_of,
)
from bridge.reactivity.observable import _boxes

if TYPE_CHECKING:
    from collections.abc import Callable


@observable
@dataclass
class Todo(Observable):
    title: str
    done: bool = False
    tags: list[str] = field(default_factory=list)


@observable(slots=True, order=True)
class Point(Observable):
    x: int
    y: int = 0


@observable
class Task(Todo):
    priority: int = 1
    kind: ClassVar[str] = "task"


@dataclass
class PlainTodo:
    title: str
    done: bool = False
    tags: list[str] = field(default_factory=list)


MAKERS: dict[str, Callable[[], Any]] = {
    "dict": lambda: Todo("a"),
    "slots": lambda: Point(1, 2),
    "subclass": lambda: Task("a"),
}


@pytest.fixture(params=MAKERS)
def watched(request: pytest.FixtureRequest) -> Any:
    """Make an instance all fields of which have been read by an effect."""
    made = MAKERS[request.param]()
    scope = Scope()
    for each in dataclasses.fields(made):
        scope.run(effect, partial(getattr, made, each.name))
    yield made
    scope.dispose()


def test_a_field_subscriber_is_called_at_once_and_on_each_change() -> None:
    for made, name, values in ((Todo("a"), "title", ["b", "c"]), (Point(0), "x", [1, 2])):
        seen: list[object] = []
        end = made.subscribe(name, seen.append)
        for value in values:
            setattr(made, name, value)
        end()
        setattr(made, name, None)
        assert seen[1:] == values


def test_a_whole_object_subscriber_gets_each_field_at_once_and_each_change() -> None:
    todo = Todo("a")
    seen: list[Any] = []
    end = todo.subscribe(lambda name, value: seen.append((name, value)))
    assert seen == [("title", "a"), ("done", False), ("tags", [])]
    with batch():
        todo.done = True
        todo.title = "b"
    assert seen[3:] == [("title", "b"), ("done", True)]
    end()
    todo.done = False
    assert len(seen) == 5


def test_an_equal_assignment_is_no_change_but_is_stored() -> None:
    for made, name in ((Todo("a", tags=["x"]), "tags"), (Point(["x"]), "x")):  # type: ignore[arg-type]
        runs: list[object] = []
        made.subscribe(name, runs.append)
        new = ["x"]
        setattr(made, name, new)
        assert len(runs) == 1
        assert getattr(made, name) is new is signal_of(made, name).peek()


def test_computeds_and_effects_track_fields() -> None:
    todo, point = Todo("a"), Point(1, 2)
    label = computed(lambda: f"{todo.title} {'x' if todo.done else '-'} {point.x}")
    seen: list[str] = []
    end = label.subscribe(seen.append)
    todo.done = True
    point.x = 5
    point.y = 9
    assert seen == ["a - 1", "a x 1", "a x 5"]
    end()


def test_the_signal_of_a_field_reads_and_writes_it() -> None:
    for made, name in ((Todo("a"), "title"), (Point(1), "x")):
        signal = signal_of(made, name)
        assert signal is signal_of(made, name)
        signal.value = 7
        assert getattr(made, name) == 7
        signal.update(lambda n: n + 1)
        assert getattr(made, name) == 8


def test_effects_see_both_places_of_a_value_up_to_date() -> None:
    todo = Todo("a")
    seen: list[Any] = []
    todo.subscribe("title", lambda value: seen.append((value, todo.title, vars(todo)["title"])))
    signal_of(todo, "title").value = "b"
    assert seen[-1] == ("b", "b", "b")


def test_one_subscriber_that_raises_does_not_stop_the_others() -> None:
    todo = Todo("a")
    seen: list[Any] = []
    todo.subscribe("title", lambda value: value == "b" and 1 / 0)
    todo.subscribe("title", seen.append)
    with pytest.raises(ZeroDivisionError):
        todo.title = "b"
    assert seen == ["a", "b"]
    assert todo.title == "b"


def test_an_unknown_field_is_named_with_the_known_ones() -> None:
    with pytest.raises(UnknownFieldError) as caught:
        Todo("a").subscribe("titel", print)
    error = caught.value
    assert (error.subject, error.field, error.known) == ("Todo", "titel", ("title", "done", "tags"))
    with pytest.raises(TypeError, match="callback"):
        Todo("a").subscribe("title")  # type: ignore[call-overload]
    with pytest.raises(NotObservableError, match="PlainTodo"):
        signal_of(PlainTodo("a"), "title")


def test_a_watched_instance_behaves_as_a_plain_dataclass(watched: Any) -> None:
    other = type(watched)(**dataclasses.asdict(watched))
    name = dataclasses.fields(watched)[0].name
    assert repr(watched).startswith(type(watched).__name__)
    assert "Signal" not in repr(watched)
    assert watched == other
    assert dataclasses.astuple(watched) == dataclasses.astuple(other)
    for made in (
        copy.copy(watched),
        copy.deepcopy(watched),
        dataclasses.replace(watched),
        pickle.loads(pickle.dumps(watched)),  # noqa: S301 - its own data
    ):
        assert made == watched
        assert type(made) is type(watched)
        setattr(made, name, "changed")
        assert getattr(watched, name) != "changed"
        assert getattr(made, name) == "changed"


def test_vars_shows_plain_values() -> None:
    todo, plain = Todo("a"), PlainTodo("a")
    todo.subscribe(lambda _name, _value: None)
    assert vars(todo) == vars(plain)


def test_copies_share_no_subscribers() -> None:
    todo = Todo("a")
    seen: list[Any] = []
    todo.subscribe("title", seen.append)
    copy.copy(todo).title = "b"
    assert seen == ["a"]


def test_ordering_and_matching_work() -> None:
    assert Point(1, 2) < Point(2, 0)
    match Point(3, 4):
        case Point(x, y):
            assert (x, y) == (3, 4)


def test_defaults_factories_and_class_attributes_are_those_of_a_dataclass() -> None:
    assert Todo.done is False
    with pytest.raises(AttributeError):
        _ = Todo.title  # type: ignore[misc]
    assert Task.kind == "task"
    assert Todo("a").tags is not Todo("b").tags
    with pytest.raises(TypeError):
        Todo()  # type: ignore[call-arg]


def test_initialisation_works_in_all_its_forms() -> None:
    @observable(kw_only=True)
    class Account(Observable):
        owner: str
        scale: dataclasses.InitVar[int] = 2
        limit: int = field(default=10, init=False)
        total: int = field(init=False)

        def __post_init__(self, scale: int) -> None:
            self.total = self.limit * scale

    account = Account(owner="a", scale=3)
    seen: list[int] = []
    account.subscribe("total", seen.append)
    account.subscribe("limit", seen.append)
    account.total = 1
    account.limit = 2
    assert seen == [30, 10, 1, 2]
    with pytest.raises(UnknownFieldError):
        account.subscribe("scale", print)


def test_a_field_that_was_never_set_behaves_as_in_a_dataclass() -> None:
    @observable
    class Late(Observable):
        value: int = field(init=False)

    @observable(slots=True)
    class LateSlot(Observable):
        value: int = field(init=False)

    for made in (Late(), LateSlot()):
        with pytest.raises(AttributeError):
            _ = made.value
        seen: list[object] = []

        def attempt(made: Late | LateSlot = made, seen: list[object] = seen) -> None:
            seen.append(getattr(made, "value", "unset"))

        watch = effect(attempt)
        made.value = 1
        del made.value
        with pytest.raises(AttributeError):
            _ = made.value
        with pytest.raises(AttributeError):
            del made.value
        made.value = 2
        assert seen == ["unset", 1, "unset", 2]
        watch.dispose()


def test_subclasses_inherit_and_may_redefine_fields() -> None:
    @observable
    class Urgent(Task):
        done: bool = True

    @dataclass
    class Plain(Todo):
        title: str
        extra: int = 0

    @observable(slots=True)
    class Slotted(Point):
        z: int = 0

    urgent = Urgent("a")
    seen: list[Any] = []
    assert urgent.done is True
    urgent.subscribe("done", seen.append)
    urgent.subscribe("priority", seen.append)
    urgent.done = False
    assert seen == [True, 1, False]
    plain = Plain("a", extra=2)
    plain.subscribe("done", seen.append)
    with pytest.raises(UnknownFieldError):
        plain.subscribe("extra", print)
    slotted = Slotted(1, 2, 3)
    slotted.subscribe(lambda name, value: seen.append((name, value)))
    slotted.x = slotted.z = 9
    assert seen[4:] == [("x", 1), ("y", 2), ("z", 3), ("x", 9), ("z", 9)]
    assert not hasattr(slotted, "__dict__")


def test_what_cannot_be_observed_is_refused_with_the_reason() -> None:
    with pytest.raises(NotObservableError, match="frozen"):
        observable(frozen=True)(type("A", (), {}))
    with pytest.raises(NotObservableError, match="frozen"):
        observable(dataclass(frozen=True)(type("A", (), {})))
    with pytest.raises(NotObservableError, match="already"):
        observable(order=True)(dataclass(type("A", (), {})))
    with pytest.raises(NotObservableError, match="subscribe"):
        observable(type("A", (), {"__annotations__": {"subscribe": int}, "subscribe": 1}))


def test_without_the_base_class_instances_can_subscribe_as_well() -> None:
    @observable
    class Bare:
        x: int = 1

    seen: list[int] = []
    Bare().subscribe("x", seen.append)  # type: ignore[attr-defined]
    assert seen == [1]


def test_signals_end_with_their_instance() -> None:
    todo = Todo("a")
    todo.subscribe("title", lambda _: None)
    key, gone = id(todo), weakref.ref(todo)
    assert key in _boxes
    del todo
    gc.collect()
    assert gone() is None
    assert key not in _boxes


def test_fields_that_nobody_watches_cost_no_signal() -> None:
    before = len(_boxes)
    todo = Todo("a")
    todo.done = True
    assert todo.title == "a"
    assert len(_boxes) == before
    assert isinstance(signal_of(todo, "done"), Signal)
    assert len(_boxes) == before + 1


def test_equal_observables_are_different_values_at_any_depth() -> None:
    """Whoever shows one of two equal rows must not miss that the other one was chosen."""
    rows = [Todo("a"), Todo("a")]
    assert rows[0] == rows[1]
    for wrap in (
        lambda row: row,
        lambda row: [row],
        lambda row: {"chosen": (1, row)},
        lambda row: Holder([row]),
    ):
        selected: Signal[Any] = Signal(wrap(rows[0]))
        derived = computed(lambda: wrap(selected.value))  # noqa: B023 - read at once
        seen: list[Any] = []
        end = derived.subscribe(seen.append)
        selected.value = wrap(rows[1])
        selected.value = wrap(rows[1])
        end()
        assert len(seen) == 2, wrap(rows[0])


@dataclass
class Holder:
    rows: list[Todo]


@pytest.mark.parametrize("make", [lambda: Todo("a"), lambda: Point(1), lambda: Task("a")])
def test_equality_of_observables_is_unchanged_for_everybody_else(make: Callable[[], Any]) -> None:
    assert make() == make()
    assert [make()] == [make()]
    assert make() != "a"
    with pytest.raises(TypeError):
        hash(make())


class Level:
    """A data descriptor that converts, refuses, and keeps its value elsewhere."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"_{name}"

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return 1  # the field's default
        return getattr(instance, self.name)

    def __set__(self, instance: Any, value: object) -> None:
        number = int(value)  # type: ignore[call-overload]
        if number < 0:
            raise ValueError("below 0")
        setattr(instance, self.name, number)


@observable
@dataclass
class Tank(Observable):
    level: Level = Level()
    unit: str = "l"

    @property  # type: ignore[no-redef]
    def unit(self) -> str:  # noqa: F811 - a dataclass takes it for the field's default
        return self._unit

    @unit.setter
    def unit(self, value: str) -> None:
        self._unit = value.strip()


def test_a_field_that_its_class_manages_keeps_that_and_is_observed() -> None:
    tank: Any = Tank(unit="l")
    assert (tank.level, tank.unit) == (1, "l")
    seen: list[Any] = []
    effect(lambda: seen.append((tank.level, tank.unit)))
    tank.level = "5"
    tank.unit = " m "
    with pytest.raises(ValueError, match="below 0"):
        tank.level = -1
    tank.level = 5.5  # the same as before, once it is converted
    assert seen == [(1, "l"), (5, "l"), (5, "m")]
    assert dataclasses.asdict(tank) == {"level": 5, "unit": "m"}
    signal_of(tank, "level").set("7")
    with pytest.raises(ValueError, match="below 0"):
        signal_of(tank, "level").set(-7)
    assert tank.level == 7
    assert seen[-1] == (7, "m")
    named: list[Any] = []
    tank.subscribe(lambda name, value: named.append((name, value)))
    tank.unit = "cl"
    assert named == [("level", 7), ("unit", "m"), ("unit", "cl")]
