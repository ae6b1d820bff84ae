"""Runs in the page's Pyodide: work in a real worker, handlers of real events.

The page's folder holds ``offload_served.py`` (what `served.py` says). Each function returns plain
data for the test to judge.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
import types
from pathlib import Path
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import create_proxy

from bridge.binding import For, bind_property, bind_text, h, mount
from bridge.binding import listen as listen_plainly
from bridge.environment import can_block
from bridge.offload import (
    CallScope,
    CannotWaitError,
    NotOffloadableError,
    PoolExecutor,
    Slot,
    WaitInSectionError,
    WorkerExecutor,
    current_scope,
    handler,
    listen,
    offload,
    offload_sync,
    uninterrupted,
    use,
    wait,
)
from bridge.offload.errors import TooLateError
from bridge.pool import WorkerPool
from bridge.proxies import live_counts
from bridge.reactivity import Signal
from bridge.rpc.sync import wait as remotely_wait

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

served: Any = importlib.import_module("offload_served")
worker = WorkerExecutor()
state: dict[str, Any] = {}


def page(markup: str) -> None:
    old = js.document.getElementById("offload")
    if old:
        old.remove()
    box = js.document.createElement("div")
    box.id = "offload"
    box.innerHTML = markup
    js.document.body.appendChild(box)


def element(selector: str) -> Any:
    return js.document.querySelector(f"#offload {selector}")


def fire(selector: str, kind: str) -> bool:
    event = js.Event.new(kind, bubbles=True, cancelable=True)
    return bool(element(selector).dispatchEvent(event))


async def until(condition: Any, within: float = 20.0) -> bool:
    end = time.perf_counter() + within
    while not condition() and time.perf_counter() < end:  # noqa: ASYNC110 - the DOM has no Event
        await asyncio.sleep(0.01)
    return bool(condition())


async def awaited() -> dict[str, Any]:
    """Every way of asking with ``await``."""
    use(worker)
    await offload(pow, 2, 3)
    before = worker.started
    found: dict[str, Any] = {}
    found["plain"] = await offload(served.compute, 0, result={"a": [1, 2]})
    found["decorated"] = [await served.square(7), await served.slowly(4)]
    found["together"] = await asyncio.gather(*[served.square(n) for n in range(20)])
    try:
        await offload(served.fail, "here")
    except KeyError as error:
        found["error"] = [str(error), "in fail" in str(error.__cause__)]
    try:
        await offload(list[int]().append, 1)
    except NotOffloadableError as error:
        found["bound"] = error.function
    here = 2
    found["by value"] = await offload(lambda number: [number * here, served.compute.__name__], 21)
    call = offload(served.steps, 40, 0.005)
    shown: list[Any] = []
    call.progress.subscribe(shown.append)
    found["steps"] = await call
    found["progress"] = [
        shown[0],
        list(shown[-1]),
        4 < len(shown) < 30,
        shown[1:] == sorted(shown[1:]),
    ]
    found["elsewhere"] = await offload(served.where) != served.id_
    found["workers"] = worker.started - before
    return found


async def cancelled() -> dict[str, Any]:
    """Moving on ends an endless loop; the worker, or its successor, takes the next call."""
    use(worker)
    found: dict[str, Any] = {}
    await served.square(1)
    before = worker.started
    with CallScope("view") as view:
        call = offload(served.spin)
        behind = CallScope("another").offload(served.compute, 0, "behind")
        await asyncio.sleep(0.2)
        found["busy"] = view.busy.value
    found["call"] = [call.cancelled(), view.busy.value]
    found["behind"] = await asyncio.wait_for(behind, 30)
    try:
        await asyncio.wait_for(offload(served.spin), 0.2)
    except TimeoutError:
        found["deadline"] = await served.square(3)
    found["interrupted"] = worker.started - before
    # One long call into C, which no interrupt reaches.
    stuck = offload(sum, range(10**11))
    behind = offload(served.square, 4)
    await asyncio.sleep(0.1)
    stuck.cancel()
    found["terminated"] = [await asyncio.wait_for(behind, 30), worker.started - before]
    slot: Slot[int] = Slot("search")
    shown: list[Any] = []
    slot.value.subscribe(shown.append)
    calls = [slot.offload(served.square, number, 0.05) for number in range(6)]
    for _ in range(3):
        await asyncio.sleep(0.02)
        calls.append(slot.offload(served.square, len(calls), 0.05))
    found["latest"] = await calls[-1]
    found["shown"] = shown
    found["overtaken"] = all(call.cancelled() for call in calls[:-1])
    return found


async def pooled() -> dict[str, Any]:
    """The same with a pool: several at a time, and what is cancelled makes room."""
    found: dict[str, Any] = {}
    async with WorkerPool(2) as pool:
        with CallScope("view", executor=PoolExecutor(pool)) as view:
            found["together"] = await asyncio.gather(*[served.square(n, 0.01) for n in range(8)])
            found["plain"] = await offload(served.compute, 0, "plain")
            found["coroutine"] = await served.slowly(3)
            found["busy"] = view.busy.value
            call = offload(served.steps, 3, 0.0)
            found["steps"] = [await call, list(call.progress.value)]
            try:
                await offload(served.fail, "there")
            except KeyError as error:
                found["error"] = str(error)
            slot: Slot[int] = Slot("search")
            calls = [slot.offload(served.square, number, 0.05) for number in range(8)]
            found["latest"] = [await calls[-1], slot.value.value]
            endless = [offload(served.spin) for _ in range(2)]
            await asyncio.sleep(0.1)
            view.cancel()
            found["cancelled"] = [call.cancelled() for call in endless]
            found["after"] = await asyncio.wait_for(served.square(5), 30)
    found["pending"] = view.pending.value
    return found


async def deaths() -> dict[str, Any]:
    """A worker that dies takes with it only what may not be repeated."""
    found: dict[str, Any] = {}
    with WorkerExecutor() as own, CallScope("view", executor=own) as view:
        try:
            await view.offload(served.dies.__wrapped__)
        except ConnectionError as error:
            found["raised"] = [type(error).__name__, type(error.__cause__).__name__]
        found["next"] = await view.offload(served.square, 5)
        found["started"] = own.started
        try:
            await view.offload(served.dies)
        except ConnectionError as error:
            found["repeated"] = [type(error).__name__, own.started]
        found["pending"] = view.pending.value
    return found


async def without_await() -> dict[str, Any]:
    """The same without ``await``, or an error by name and nothing started."""
    use(worker)
    await served.square(1)
    found: dict[str, Any] = {"can": can_block(), "started": worker.started}
    with CallScope("view") as view:
        try:
            found["call"] = served.square.sync(5)
        except CannotWaitError as error:
            found["refused"] = [error.reason, error.entry, len(error.remedies), view.pending.value]
            return found
        found["deep"] = sorted([3, 1, 2], key=lambda n: view.offload_sync(served.square, -n))
        try:
            offload_sync(served.fail, "sync")
        except KeyError as error:
            found["error"] = str(error)
        try:
            with uninterrupted("transfer"):
                offload_sync(served.square, 2)
        except WaitInSectionError as error:
            found["section"] = error.section
        slot: Slot[int] = Slot("search")

        async def first() -> str:
            try:
                return str(slot.offload_sync(served.square, 2, 5.0))
            except asyncio.CancelledError as error:
                return str(error)

        started = asyncio.ensure_future(first())
        await asyncio.sleep(0.05)
        found["second"] = slot.offload_sync(served.square, 3)
        found["first"] = await started
    return found


async def cancelled_without_await() -> dict[str, Any]:
    """Closing the scope, or a deadline, raises at the line that waits without ``await``."""
    use(worker)
    found: dict[str, Any] = {}
    await served.square(1)
    view = CallScope("view")
    log: list[str] = []

    async def run(name: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):  # noqa: ASYNC100 - it waits without `await`
                # A synchronous function in between, which knows nothing of all this.
                sorted([1, 2], key=lambda _: served.square.sync(2, 30.0))
            log.append(f"{name} went on")
        except TimeoutError:
            log.append(f"{name} timed out")
        except asyncio.CancelledError:
            log.append(f"{name} cancelled")
            raise

    runs = [view.start(run("one", 30)), view.start(run("two", 0.3))]
    await until(lambda: log)
    found["pending"] = view.pending.value
    view.close()
    await asyncio.wait(runs)
    found["log"] = log
    found["after"] = [view.pending.value, await served.square(6)]
    own = CallScope("other")

    async def waits() -> None:
        try:
            wait(asyncio.sleep(30))
        except asyncio.CancelledError:
            log.append("sleep cancelled")
            raise

    waiting = own.start(waits())
    await asyncio.sleep(0.05)
    own.cancel()
    await asyncio.wait([waiting])
    found["sleep"] = [waiting.cancelled(), log[-1]]
    return found


async def entries() -> dict[str, Any]:
    """A plain listener is refused by name; one that is registered here may wait."""
    use(worker)
    await served.square(1)
    found: dict[str, Any] = {}
    page("<button></button><p></p>")
    log: list[Any] = []
    before = worker.started

    def on_click(_: object) -> None:
        try:
            log.append(served.square.sync(4))
        except CannotWaitError as error:
            log.append([error.reason, error.entry, *error.remedies])

    scope = listen_plainly("#offload button", "click", on_click)
    # By the page and not by Python, whose frames would be those around the listener.
    js.eval("setTimeout(() => document.querySelector('#offload button').click(), 0)")
    await until(lambda: log)
    scope.dispose()
    found["plain"] = log.pop()
    found["nothing started"] = worker.started == before
    scope = listen("#offload button", "click", on_click)
    element("button").click()
    await until(lambda: log)
    found["registered"] = log.pop()
    scope.dispose()

    async def with_await(_: object) -> None:
        log.append(await served.square(5))

    scope = listen("#offload button", "click", with_await)
    element("button").click()
    await until(lambda: log)
    found["async"] = log.pop()
    scope.dispose()
    element("button").click()
    found["ended"] = [log, current_pending()]
    return found


def current_pending() -> int:
    return current_scope().pending.peek()


async def mounted() -> dict[str, Any]:
    """Handlers in a tree: of an element, and of the rows of a list; busy bound to the page."""
    use(worker)
    await served.square(1)
    page("")
    log: list[Any] = []

    @handler(again="ignore")
    async def save(event: Any) -> None:
        log.append([event.type, event.currentTarget.tagName, await served.square(2, 0.05)])

    async def pick(row: str, event: Any) -> None:
        log.append([row, event.type])

    rows = Signal(["a", "b"])
    row = h("li", {"on_click": handler(pick)}, lambda item: item)
    view = mount(
        "#offload",
        [
            h("button", {"on_click": save, "disabled": save.busy}, "save"),
            h("ul", None, For(rows, row, key=str)),
        ],
    )
    element("button").click()
    element("button").click()
    disabled = element("button").disabled
    await until(lambda: not save.busy.value)
    found = {"save": [list(log), disabled, element("button").disabled]}
    log.clear()
    js.document.querySelectorAll("#offload li")[1].click()
    await until(lambda: log)
    found["row"] = log
    view.dispose()
    return found


async def events() -> dict[str, Any]:
    """What must happen within the dispatch happens there; what the handler needs is kept."""
    found: dict[str, Any] = {}
    page("<form><input name=city value=Rome><input type=checkbox name=ok checked></form>")
    before = live_counts()
    log: list[Any] = []
    outer: list[Any] = []
    around = listen("#offload", "input", lambda event: outer.append(event.type))

    def heard(event: Any) -> None:
        late = []
        for method in (event.preventDefault, event.stopPropagation):
            try:
                method()
            except TooLateError as error:
                late.append(error.method)
        log.append([event.type, event.currentTarget.tagName, event.form, event.bubbles, late])

    listening = listen("#offload form", "submit", heard, prevent=True)
    found["prevented"] = not fire("form", "submit")
    # Changed before the handler runs: it gets what was there.
    element("input").value = "Oslo"
    await until(lambda: log)
    found["submit"] = log.pop()
    listening.dispose()

    def typed(event: Any) -> None:
        log.append([event.value, event.checked])

    listening = listen(
        "#offload input", "input", typed, stop=lambda event: event.target.value == "Oslo"
    )
    fire("input", "input")
    element("input").value = "Bern"
    fire("input", "input")
    await until(lambda: len(log) == 2)
    found["typed"] = list(log)
    await asyncio.sleep(0.02)
    found["outer"] = outer
    listening.dispose()
    around.dispose()
    log.clear()

    boxes = listen("#offload [type=checkbox]", "click", typed)
    element("[type=checkbox]").click()
    await until(lambda: log)
    found["box"] = log
    boxes.dispose()
    found["left"] = live_counts() == before
    return found


async def again() -> dict[str, Any]:
    """What an event does while the handler's former run waits."""
    use(worker)
    await served.square(1)
    found: dict[str, Any] = {}
    for manner in ("beside", "latest", "ignore"):
        page("<button></button>")
        log: list[Any] = []
        number = Signal(0)

        @handler(again=manner)
        async def click(_: object, log: list[Any] = log, number: Signal[int] = number) -> None:
            number.value += 1
            mine = number.value
            try:
                log.append(await served.square(mine, 0.05))
            except asyncio.CancelledError:
                log.append(f"{mine} cancelled")
                raise

        scope = listen("#offload button", "click", click)
        bind_property("#offload button", "title", lambda click=click: str(click.busy.value))
        for _ in range(3):
            element("button").click()
            await asyncio.sleep(0.01)
        busy = element("button").title
        await until(lambda click=click: not click.busy.value)
        found[manner] = [log, busy, element("button").title, click.scope.pending.value]
        scope.dispose()
    return found


def prepare_input() -> None:
    """A page with a field that Python hears and one that only JavaScript hears."""
    use(worker)
    page("<p></p><input id=heard><input id=mute>")
    count, state["latencies"] = Signal(0), []
    bind_text("#offload p", count)
    state["count"] = count

    def typed(event: Any) -> None:
        count.value += 1
        state["latencies"].append(js.performance.now() - event.timeStamp)

    state["listening"] = listen("#offload #heard", "keydown", typed)
    js.eval("""
globalThis.mute = 0;
document.querySelector('#mute').addEventListener('keydown', () => { globalThis.mute += 1; });
globalThis.longest = 0;
new PerformanceObserver((list) => { for (const each of list.getEntries())
  globalThis.longest = Math.max(globalThis.longest, each.duration);
}).observe({type: 'longtask'});
""")


async def computing(field: str, seconds: float) -> dict[str, Any]:
    """Let the worker compute while somebody else presses keys; tell what Python was called for."""
    await served.square(1)
    element(f"#{field}").focus()
    state["count"].value = 0
    state["latencies"].clear()
    js.mute = js.longest = 0
    called: list[tuple[float, str]] = []
    call = offload(served.compute, seconds, "computed")
    # The request leaves with the end of the turn, and the worker says nothing until it is done.
    await asyncio.sleep(0.1)

    def entered(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            called.append((time.perf_counter(), frame.f_code.co_qualname))

    js.globalThis.computing = True
    began = time.perf_counter()
    sys.setprofile(entered)
    try:
        result = await call
    finally:
        sys.setprofile(None)
    js.globalThis.computing = False
    ended = time.perf_counter()
    # A call at the beginning is the way out of here, one at the end the way in of the answer.
    between = [name for moment, name in called if began + 0.1 < moment < ended - 0.1]
    return {
        "result": result,
        "seconds": ended - began,
        "calls": between,
        "counted": state["count"].value,
        "shown": element("p").textContent,
        "mute": js.mute,
        "latency": max(state["latencies"], default=0.0),
        "longest": js.longest,
    }


def told(error: BaseException) -> list[Any]:
    """What an exception is, and whether the worker's traceback is among its causes."""
    cause = error.__cause__
    causes = []
    while cause is not None:
        causes.append(type(cause).__name__)
        cause = cause.__cause__
    notes = getattr(error, "__notes__", [])
    message = getattr(error, "message", None) or str(error)
    return [type(error).__name__, str(message), causes, [*vars(error)], notes]


async def ending(call: Any) -> list[Any]:
    try:
        return [type(await call).__name__]
    except BaseException as error:  # noqa: BLE001 - what the test asks for
        return told(error)


async def carried() -> dict[str, Any]:
    """Values and exceptions, by one worker and by a pool: the same."""
    found: dict[str, Any] = {}
    only_here: Any = types.ModuleType("only_here")
    sys.modules["only_here"] = only_here
    only_here.Thing = type("Thing", (), {"__module__": "only_here"})
    buffers = [bytes(10**6), bytearray(10**5)]
    ring: list[Any] = [*buffers, *buffers]
    ring.append(ring)
    async with WorkerPool(1) as pool:
        for name, executor in (("worker", worker), ("pool", PoolExecutor(pool))):
            with CallScope(name, executor=executor):
                back = await offload(served.compute, 0, ring)
                found[name] = {
                    "ring": [back[4] is back, back[0] is back[2], back[1] is back[3]],
                    "thenable": await ending(offload(served.Thenable)),
                    "formatted": await ending(offload(served.formats, "a.txt")),
                    "JavaScript": await ending(offload(served.fails_in_js)),
                    "cancelled": await ending(offload(served.cancels)),
                    "missing": await ending(offload(served.compute, 0, only_here.Thing())),
                }
    return found


async def waited() -> dict[str, Any]:
    """What is waited for without ``await`` is what `await` gives, and raises what it raises."""
    found: dict[str, Any] = {}
    loop = asyncio.get_running_loop()
    done = loop.create_future()
    done.set_result(None)
    proxy = create_proxy({})
    values = {
        "large": 2**70,
        "thenable": served.Thenable(),
        "none": None,
        "null": js.JSON.parse("null"),
        "object": js.Object.new(),
        "awaitable": done,
        "handle": proxy,
        "list": [1],
        "exception": ValueError(1),
    }
    errors = {
        "value": ValueError("raised"),
        "JavaScript": js.Error.new("raised"),
        "formatting": served.FormattingError("a.txt"),
        "cancelled": asyncio.CancelledError("raised"),
        "exit": SystemExit(3),
        "interrupt": KeyboardInterrupt(),
    }

    async def give(value: Any) -> Any:
        await asyncio.sleep(0)
        return value

    async def throw(error: Any) -> None:
        await asyncio.sleep(0)
        raise error

    for name, waiting in (("offload", wait), ("rpc", remotely_wait)):
        same = {key: waiting(give(value)) is value for key, value in values.items()}
        raised = {}
        for key, error in errors.items():
            try:
                waiting(throw(error))
            except BaseException as caught:  # noqa: BLE001 - what the test asks for
                raised[key] = caught is error or type(caught) is type(error) is not ValueError
        found[name] = [
            [key for key, each in same.items() if not each],
            [key for key in errors if not raised.get(key)],
        ]
    proxy.destroy()
    return found


async def reloaded() -> dict[str, Any]:
    """What is imported anew here is imported anew there, and so is what stands on it."""
    found: dict[str, Any] = {}
    folder = Path(served.__file__).parent
    texts = {
        "reloaded_base": "def version(): return {}\n",
        "reloaded_top": "import reloaded_base\ndef above(): return reloaded_base.version()\n",
    }

    def write(version: str) -> None:
        for name, text in texts.items():
            Path(folder, f"{name}.py").write_text(text.format(version))
        importlib.invalidate_caches()

    write("1")
    base = importlib.import_module("reloaded_base")
    top = importlib.import_module("reloaded_top")
    program: dict[str, Any] = {"__name__": "__main__"}
    with WorkerExecutor(modules=["reloaded_base"]) as own:
        async with WorkerPool(1, modules=["reloaded_base"]) as pool:
            for name, executor in (("worker", own), ("pool", PoolExecutor(pool))):
                write("1")
                importlib.reload(base)
                exec("def helper(): return 1\ndef by_value(): return helper()", program)  # noqa: S102 - a program
                with CallScope(name, executor=executor):

                    def calls() -> list[Callable[[], Any]]:
                        return [base.version, top.above, program["by_value"]]

                    seen = [[await offload(call) for call in calls()]]
                    write("22")
                    importlib.reload(base)
                    # A later cell of a program, under the same name.
                    exec("def helper(): return 22", program)  # noqa: S102 - the same
                    seen.append([await offload(call) for call in calls()])
                    found[name] = seen
            found["workers"] = own.started
    return found
