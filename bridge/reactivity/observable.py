"""Dataclasses whose fields are signals.

The instances stay what they were: plain values stand in ``__dict__`` or in the slots, so that
``repr``, ``==``, ``asdict``, ``replace``, ``copy``, ``pickle`` and ``vars`` see a plain dataclass.
A signal per field is made when somebody first reads the field inside a computed or an effect, or
subscribes to it, and ends with the instance. A field that a property or another data descriptor
of the class manages keeps that: what it refuses is refused, what it converts is converted.
"""

from __future__ import annotations

import weakref
from dataclasses import MISSING, Field, dataclass, field, fields
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform, overload

from bridge.reactivity.effects import Scope
from bridge.reactivity.equality import compare_by_identity
from bridge.reactivity.errors import NotObservableError, UnknownFieldError
from bridge.reactivity.reactions import begin_batch, end_batch
from bridge.reactivity.signal import Signal
from bridge.reactivity.state import now, untrack

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Observable", "observable", "signal_of"]

C = TypeVar("C")


class _FieldSignal(Signal[Any]):
    """The signal of one field; it keeps the plain value beside it."""

    __slots__ = ("_values",)

    def __init__(self, value: object, name: str, values: dict[str, object] | None) -> None:
        super().__init__(value, name=name)
        self._values = values

    def set(self, value: object) -> None:
        error: BaseException | None = None
        begin_batch()  # so that effects run when both places hold the new value
        try:
            super().set(value)
            self._value = value  # an equal value is no news, but it is what the field holds
            if self._values is not None and self.name is not None:
                self._values[self.name] = value
        except BaseException as failure:
            error = failure
            raise
        finally:
            end_batch(error)


class _ManagedSignal(_FieldSignal):
    """The signal of a field that its class manages: a write goes through that."""

    __slots__ = ("_field", "_instance")

    def __init__(self, field: _ManagedField, instance: object) -> None:
        super().__init__(field.read(instance), field.name, None)
        self._field = field
        self._instance = weakref.ref(instance)

    def set(self, value: object) -> None:
        instance = self._instance()
        if instance is not None:
            self._field.__set__(instance, value)

    def written(self, instance: object) -> None:
        """Take what the field holds now."""
        super().set(self._field.read(instance))


class _Box(weakref.ref[Any]):
    """The signals of one instance, until it ends."""

    __slots__ = ("key", "signals")

    key: int
    signals: dict[str, _FieldSignal]


_boxes: dict[int, _Box] = {}


def _forget(box: _Box) -> None:
    if _boxes.get(box.key) is box:
        del _boxes[box.key]


class _Field:
    """The descriptor of one field, for instances that have a ``__dict__``."""

    __slots__ = ("default", "name")

    def __init__(self, name: str, default: object) -> None:
        self.name = name
        self.default = default

    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        if instance is None:
            # As with a plain dataclass; and where a subclass annotates the field anew without a
            # default, dataclass() finds the inherited one in this way.
            return self._present(self.default, owner)
        if now.observer is not None:
            return self._present(self.signal(instance).value, instance)
        return self._present(instance.__dict__.get(self.name, self.default), instance)

    def __set__(self, instance: object, value: object) -> None:
        box = _boxes.get(id(instance))
        signal = box.signals.get(self.name) if box is not None else None
        if signal is None:
            instance.__dict__[self.name] = value
        else:
            signal.set(value)

    def __delete__(self, instance: object) -> None:
        if self.name not in instance.__dict__:
            raise AttributeError(self.name)
        box = _boxes.get(id(instance))
        signal = box.signals.get(self.name) if box is not None else None
        del instance.__dict__[self.name]
        if signal is not None:
            Signal.set(signal, self.default)

    def signal(self, instance: object) -> _FieldSignal:
        """Return the signal of the field, made now if need be."""
        values = instance.__dict__
        return self._signal(
            instance,
            lambda: _FieldSignal(values.get(self.name, self.default), self.name, values),
        )

    def _signal(self, instance: object, make: Callable[[], _FieldSignal]) -> _FieldSignal:
        key = id(instance)
        box = _boxes.get(key)
        if box is None:
            box = _Box(instance, _forget)
            box.key = key
            box.signals = {}
            _boxes[key] = box
        signal = box.signals.get(self.name)
        if signal is None:
            signal = box.signals[self.name] = make()
        return signal

    def _present(self, value: object, subject: object) -> object:
        if value is MISSING:
            kind = subject if isinstance(subject, type) else type(subject)
            raise AttributeError(f"{kind.__name__!r} object has no attribute {self.name!r}")
        return value


class _SlotField(_Field):
    """The descriptor of one field that is a slot: the slot holds the value or its signal."""

    __slots__ = ("_slot",)

    def __init__(self, name: str, slot: MemberDescriptorType) -> None:
        super().__init__(name, MISSING)
        self._slot = slot

    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        if instance is None:
            return self._slot
        if now.observer is not None:
            return self._present(self.signal(instance).value, instance)
        value = self._slot.__get__(instance)
        if type(value) is _FieldSignal:
            return self._present(value.peek(), instance)
        return value

    def __set__(self, instance: object, value: object) -> None:
        held = self._held(instance)
        if type(held) is _FieldSignal:
            held.set(value)
        else:
            self._slot.__set__(instance, value)

    def __delete__(self, instance: object) -> None:
        held = self._held(instance)
        if type(held) is not _FieldSignal:
            self._slot.__delete__(instance)
        else:
            self._present(held.peek(), instance)
            held.set(MISSING)

    def signal(self, instance: object) -> _FieldSignal:
        held = self._held(instance)
        if type(held) is _FieldSignal:
            return held
        signal = _FieldSignal(held, self.name, None)
        self._slot.__set__(instance, signal)
        return signal

    def _held(self, instance: object) -> object:
        try:
            return self._slot.__get__(instance)
        except AttributeError:
            return MISSING


class _ManagedField(_Field):
    """The descriptor of one field that the class itself manages, by a property for instance.

    The value stays where that puts it; the signal says when it was written.
    """

    __slots__ = ("_manager",)

    def __init__(self, name: str, manager: Any) -> None:
        super().__init__(name, MISSING)
        self._manager = manager

    def __get__(self, instance: object | None, owner: type | None = None) -> Any:
        if instance is not None and now.observer is not None:
            _ = self.signal(instance).value
        return self._manager.__get__(instance, owner)

    def __set__(self, instance: object, value: object) -> None:
        self._manager.__set__(instance, value)
        self._written(instance)

    def __delete__(self, instance: object) -> None:
        self._manager.__delete__(instance)
        self._written(instance)

    def signal(self, instance: object) -> _FieldSignal:
        return self._signal(instance, lambda: _ManagedSignal(self, instance))

    def _written(self, instance: object) -> None:
        box = _boxes.get(id(instance))
        signal = box.signals.get(self.name) if box is not None else None
        if isinstance(signal, _ManagedSignal):
            signal.written(instance)

    def read(self, instance: object) -> object:
        """Return what the field holds; reading is not tracked."""
        try:
            return untrack(self._manager.__get__, instance, type(instance))
        except AttributeError:
            return MISSING


class Observable:
    """What an observable class offers: inherit from it to let type checkers see it too.

    `observable` gives `subscribe` to classes that do not inherit from this one as well.
    """

    __slots__ = ()

    @overload
    def subscribe(self, field: str, callback: Callable[[Any], object], /) -> Callable[[], None]: ...
    @overload
    def subscribe(self, callback: Callable[[str, Any], object], /) -> Callable[[], None]: ...
    def subscribe(
        self,
        field: str | Callable[[str, Any], object],
        callback: Callable[[Any], object] | None = None,
        /,
    ) -> Callable[[], None]:
        """Follow one field, or all of them.

        ``subscribe("title", callback)`` calls ``callback(value)`` at once and with each new
        value. ``subscribe(callback)`` calls ``callback("title", value)``: at once for each field,
        in order, and then for each field that changes; so a subscriber can build the whole
        picture from its calls.

        Callbacks run untracked; one that raises does not stop the others. The subscription ends
        with the effect or scope in which it was made, if there is one.

        Returns:
            A function that ends the subscription; calling it again does nothing.

        Raises:
            UnknownFieldError: There is no such field.
        """
        if isinstance(field, str):
            if callback is None:
                raise TypeError(f"subscribe({field!r}, callback): the callback is missing.")
            return signal_of(self, field).subscribe(callback)
        follower = field
        scope = Scope(f"subscription to {type(self).__name__}")
        try:
            with scope:
                for name in _names(type(self)):
                    _follow(signal_of(self, name), name, follower)
        except BaseException:
            scope.dispose()
            raise
        return scope.dispose


def _follow(signal: Signal[Any], name: str, callback: Callable[[str, Any], object]) -> None:
    signal.subscribe(lambda value: callback(name, value))


def signal_of(instance: object, field: str) -> Signal[Any]:
    """Return the signal of a field of an observable instance.

    Raises:
        UnknownFieldError: There is no such field.
        NotObservableError: The instance is not of an observable class.
    """
    kind = type(instance)
    descriptor = _descriptor(kind, field)
    if isinstance(descriptor, _Field):
        return descriptor.signal(instance)
    known = _names(kind)
    if not known:
        raise NotObservableError(kind.__name__, "decorate its class with @observable.")
    raise UnknownFieldError(kind.__name__, field, known)


@overload
@dataclass_transform(field_specifiers=(field,))
def observable(cls: type[C], /) -> type[C]: ...
@overload
@dataclass_transform(field_specifiers=(field,))
def observable(cls: None = None, /, **options: bool) -> Callable[[type[C]], type[C]]: ...
def observable(
    cls: type[C] | None = None, /, **options: bool
) -> type[C] | Callable[[type[C]], type[C]]:
    """Turn the fields of a dataclass into signals.

    Reading ``todo.done`` inside a computed or an effect makes that depend on the field; assigning
    to it lets everything that depends on it follow. Instances get ``subscribe``, see `Observable`.

    Args:
        cls: A dataclass, or a class from which ``dataclass(**options)`` makes one. Decorate
            subclasses too: the fields that a subclass adds are plain otherwise.
        options: For ``dataclass``: ``kw_only``, ``slots``, ``order`` and so on.

    Raises:
        NotObservableError: The class is frozen, has something of its own that is called
            ``subscribe``, or is a dataclass already while options are given.

    Examples:
        >>> @observable
        ... class Todo:
        ...     title: str
        ...     done: bool = False
        >>> todo = Todo("write")
        >>> unsubscribe = todo.subscribe("done", print)
        False
        >>> todo.done = True
        True
        >>> todo
        Todo(title='write', done=True)
    """
    if cls is None:
        return lambda decorated: _observe(decorated, options)
    return _observe(cls, options)


def _observe(cls: type[C], options: dict[str, bool]) -> type[C]:
    name = cls.__name__
    if "__dataclass_fields__" not in cls.__dict__:
        if options.get("frozen"):
            raise NotObservableError(name, "frozen instances never change; leave out frozen=True.")
        cls = dataclass(**options)(cls)
    elif options:
        given = ", ".join(options)
        raise NotObservableError(name, f"it is a dataclass already; give it {given} there.")
    elif cls.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        raise NotObservableError(name, "frozen instances never change; leave out frozen=True.")
    own = getattr(cls, "subscribe", None)
    if own is not None and own is not Observable.subscribe:
        raise NotObservableError(name, "it has a 'subscribe' of its own; give that another name.")
    if own is None:
        cls.subscribe = Observable.subscribe  # type: ignore[attr-defined]
    for each in fields(cls):  # type: ignore[arg-type]
        setattr(cls, each.name, _descriptor_of(each, _descriptor(cls, each.name)))
    if cls.__eq__ is not object.__eq__:
        compare_by_identity(cls)
    return cls


def _descriptor_of(field: Field[Any], present: object) -> _Field:
    """Make the descriptor of a field, given what the class has under its name."""
    if isinstance(present, _Field):
        return present
    if isinstance(present, MemberDescriptorType):
        return _SlotField(field.name, present)
    if hasattr(type(present), "__set__"):
        return _ManagedField(field.name, present)
    return _Field(field.name, field.default)


def _descriptor(cls: type, name: str) -> object:
    """Look an attribute up in the classes themselves, without calling it."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


def _names(cls: type) -> tuple[str, ...]:
    """Name the observable fields of a class, in order."""
    known = getattr(cls, "__dataclass_fields__", {})
    return tuple(name for name in known if isinstance(_descriptor(cls, name), _Field))
