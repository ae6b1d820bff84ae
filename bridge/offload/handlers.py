"""Event handlers that may wait, with ``await`` or without.

The browser calls a listener as a plain function, whose frame cannot be suspended, and goes on as
soon as it returns. So what must happen during the dispatch is said at the registration and done by
the listener; the handler itself runs right after, in a task. The event loop enters tasks by
``callPromising``, so that both ways of waiting work there, and the handler starts at the same
moment on every line.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Final, Literal, NoReturn, TypeAlias, cast, overload

from bridge._browser import ffi
from bridge.offload.errors import TooLateError
from bridge.offload.scopes import CallScope, current_scope
from bridge.reactivity import Computed, Scope, Signal, computed

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

__all__ = ["Again", "Ask", "EventHandler", "HeardEvent", "handler", "listen"]

Again: TypeAlias = Literal["beside", "latest", "ignore"]
"""What an event does while a run has not ended."""

Ask: TypeAlias = "bool | Callable[[Any], object]"
"""Whether, or a function of the browser's event that tells; it is called within the dispatch."""

_SUBMIT: Final = "submit"


class HeardEvent:
    """An event, with what its dispatch alone knows kept for later.

    Everything else is read from the event itself, under the names of the DOM.

    Attributes:
        raw: The browser's event.
        type: Its type.
        target: Where it happened.
        currentTarget: Where it was heard, which the browser forgets.
        value: The text of the target at that moment, None if it has none.
        checked: Whether the target was checked at that moment; None if it is no field.
        form: Of a form that is submitted, the fields at that moment; otherwise empty.
    """

    def __init__(self, raw: ffi.HostObject) -> None:
        self.raw = raw
        self.type = str(ffi.get(raw, "type"))
        self.target = cast("Any", ffi.get(raw, "target"))
        self.currentTarget = cast("Any", ffi.get(raw, "currentTarget"))
        value, checked = (ffi.read(self.target, name) for name in ("value", "checked"))
        self.value: str | None = value if isinstance(value, str) else None
        self.checked: bool | None = checked if isinstance(checked, bool) else None
        self.form: dict[str, Any] = {}
        if self.type == _SUBMIT:
            self.form = _fields(self.target)

    def preventDefault(self) -> NoReturn:  # noqa: N802 - the DOM's name
        """Say that it is too late.

        Raises:
            TooLateError: Always.
        """
        raise TooLateError("preventDefault", self.type, "prevent")

    def stopPropagation(self) -> NoReturn:  # noqa: N802 - the DOM's name
        """Say that it is too late.

        Raises:
            TooLateError: Always.
        """
        raise TooLateError("stopPropagation", self.type, "stop")

    def __getattr__(self, name: str) -> Any:
        if name == "raw":
            raise AttributeError(name)
        return getattr(self.raw, name)

    def __repr__(self) -> str:
        return f"<{self.type} event>"


def _fields(form: object) -> dict[str, Any]:
    data = cast("Any", ffi.get(ffi.js_globals("the fields of a form"), "FormData")).new(form)
    return {str(entry[0]): entry[1] for entry in data.entries()}


class EventHandler:
    """A handler as a listener: call it with an event. Made by `handler`.

    Attributes:
        running: A signal: how many runs have not ended.
        busy: Whether any has not.
        scope: To which the calls of all runs belong.
    """

    def __init__(
        self,
        fn: Callable[..., object],
        *,
        prevent: Ask = False,
        stop: Ask = False,
        again: Again = "beside",
        scope: CallScope | None = None,
    ) -> None:
        self._fn = fn
        self._name = str(getattr(fn, "__qualname__", None) or repr(fn))
        self._prevent = prevent
        self._stop = stop
        self._again = again
        self._last: CallScope | None = None
        self.scope = CallScope(self._name, parent=scope or current_scope())
        self.running: Signal[int] = Signal(0, name=f"{self._name}.running")
        self.busy: Computed[bool] = computed(
            lambda: self.running.value > 0, name=f"{self._name}.busy"
        )

    def __call__(self, *given: Any) -> None:
        """Hear an event: the last argument; those before it, such as a row, are passed on."""
        if self.scope.closed:
            return
        *before, event = given
        if _told(self._prevent, event):
            event.preventDefault()
        if _told(self._stop, event):
            event.stopPropagation()
        if self._again == "ignore" and self.running.peek():
            return
        heard = HeardEvent(event)
        if self._again == "latest" and self._last is not None:
            self._last.close()
        self._last = own = CallScope(self._name, parent=self.scope, owned=False)
        self.running.update(lambda count: count + 1)
        own.start(self._perform(before, heard), self._name).add_done_callback(self._ended)

    def cancel(self) -> None:
        """Cancel every run that has not ended."""
        self.scope.cancel(f"{self._name} was cancelled")

    def close(self) -> None:
        """Cancel every run, and hear nothing any more."""
        self.scope.close()

    async def _perform(self, before: list[Any], heard: HeardEvent) -> None:
        result = self._fn(*before, heard)
        if inspect.isawaitable(result):
            await result

    def _ended(self, run: asyncio.Future[Any]) -> None:
        self.running.update(lambda count: count - 1)
        error = None if run.cancelled() else run.exception()
        if error is not None:
            run.get_loop().call_exception_handler(
                {
                    "message": f"the event handler {self._name} failed",
                    "exception": error,
                    "future": run,
                }
            )


def _told(ask: Ask, event: object) -> bool:
    return bool(ask(event)) if callable(ask) else ask


@overload
def handler(
    fn: Callable[..., object],
    *,
    prevent: Ask = False,
    stop: Ask = False,
    again: Again = "beside",
    scope: CallScope | None = None,
) -> EventHandler: ...
@overload
def handler(
    fn: None = None,
    *,
    prevent: Ask = False,
    stop: Ask = False,
    again: Again = "beside",
    scope: CallScope | None = None,
) -> Callable[[Callable[..., object]], EventHandler]: ...
def handler(
    fn: Callable[..., object] | None = None,
    *,
    prevent: Ask = False,
    stop: Ask = False,
    again: Again = "beside",
    scope: CallScope | None = None,
) -> EventHandler | Callable[[Callable[..., object]], EventHandler]:
    """Make a function, ``def`` or ``async def``, an event handler that may wait.

    The result goes wherever a listener goes: ``listen``, ``on_click`` of a tree.

    Args:
        fn: Gets a `HeardEvent` (and before it what the listener gets before the event).
        prevent: Whether the browser's own reaction is to be prevented, or a function of the event
            that tells; the handler runs too late for that.
        stop: The same for the event's way to the elements around.
        again: What an event does while a run has not ended: start another one beside it, overtake
            it (it is cancelled: ``"latest"``), or nothing (``"ignore"``).
        scope: On whose behalf the calls are made; runs end with it. The scope of the present code
            if left out.

    Examples:
        .. code-block:: python

            import textwrap

            from bridge.binding import h
            from bridge.offload import handler, offload
            from bridge.reactivity import Signal

            shown = Signal("")

            @handler(prevent=True, again="ignore")
            async def shorten(event):
                shown.value = await offload(textwrap.shorten, event.form["text"], 40)

            field = h("textarea", {"name": "text", "aria-label": "Text"})
            form = h("form", {"on_submit": shorten}, [field, h("button", None, "Shorten"), shown])
    """
    options: dict[str, Any] = {"prevent": prevent, "stop": stop, "again": again, "scope": scope}
    if fn is None:
        return lambda function: EventHandler(function, **options)
    return EventHandler(fn, **options)


def listen(
    target: object,
    kind: str,
    fn: Callable[..., object],
    *,
    prevent: Ask = False,
    stop: Ask = False,
    again: Again = "beside",
    scope: CallScope | None = None,
) -> Scope:
    """Call a function that may wait for each event of a type.

    Args:
        target: A CSS selector or an element.
        kind: The type of the event, such as ``"click"``.
        fn: A function, or what `handler` made of one; then the options stand there.
        prevent: As for `handler`.
        stop: As for `handler`.
        again: As for `handler`.
        scope: As for `handler`.

    Returns:
        The scope of the listener; ``dispose()`` ends it, and the runs that have not ended.

    Raises:
        ContainerError: Nothing matches.
        HostUnavailableError: Not on a page.
    """
    from bridge.binding import listen as listen_plainly  # noqa: PLC0415 - brings the DOM along

    given = fn if isinstance(fn, EventHandler) else None
    heard = given or EventHandler(fn, prevent=prevent, stop=stop, again=again, scope=scope)
    listening = listen_plainly(target, kind, heard)
    listening.on_cleanup(heard.cancel if given else heard.close)
    return listening
