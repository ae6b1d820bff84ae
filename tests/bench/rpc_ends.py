"""The far ends of the suite ``rpc``: one worker that answers in each of the ways compared."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge._browser.ports import HostPort

BEFORE: Final = 0xA5
"""First and last byte of each payload on its way there."""
AFTER: Final = 0x5A
"""First byte on its way back."""

HELPERS: Final = f"""
(Comlink) => ({{
  flip: (data) => {{
    if (data[0] !== {BEFORE} || data[data.length - 1] !== {BEFORE}) throw new Error("damaged");
    data[0] = {AFTER};
    return data;
  }},
  moved: (data) => Comlink.transfer(data, [data.buffer]),
}})
"""

# A promise of Python would be converted to JavaScript and back without the arrow function.
_ANSWER: Final = """
(Comlink, helpers, ports, plain, pickled) => {
  const { flip, moved } = helpers;
  ports.raw.onmessage = ({ data: [payload, transfer] }) => {
    const back = payload === null ? null : flip(payload);
    ports.raw.postMessage(back, transfer ? [back.buffer] : []);
  };
  const served = {
    empty: () => undefined,
    flip,
    flip_moved: (data) => moved(flip(data)),
    touch: (data) => void flip(data),
  };
  Comlink.expose(served, ports.js);
  Comlink.expose(plain, ports.python);
  Comlink.expose((data) => pickled(data), ports.pickle);
}
"""


def flipped(data: Any) -> Any:
    """Check a payload's ends and change its first byte."""
    if data[0] != BEFORE or data[-1] != BEFORE:
        raise ValueError("the payload was damaged on its way")
    data[0] = AFTER
    return data


class Served:
    """What `bridge.rpc` and the pickle peer call."""

    def empty(self) -> None:
        """Do nothing."""

    def flip(self, data: Any) -> Any:
        """Answer with the changed payload."""
        return flipped(data)

    def touch(self, shared: Any) -> None:
        """Change a payload in shared memory, in its place."""
        if shared.at(0) != BEFORE or shared.at(-1) != BEFORE:
            raise ValueError("the payload was damaged on its way")
        shared.fill(AFTER, 0, 1)

    def copy(self, shared: Any) -> None:
        """Take the payload out of shared memory, change it, and put it back."""
        data = bytearray(shared.length)
        shared.assign_to(data)
        shared.assign(flipped(data))


class Plain:
    """A class whose proxy is exposed by Comlink: conversions by hand, as Comlink demands them."""

    def __init__(self, to_js: Callable[[Any], Any], moved: Callable[[Any], Any]) -> None:
        self._to_js = to_js
        self._moved = moved

    def empty(self) -> None:
        """Do nothing."""

    def flip(self, data: Any) -> Any:
        """Answer with a clone."""
        return self._to_js(flipped(data.to_py()))

    def flip_moved(self, data: Any) -> Any:
        """Answer with the copy itself."""
        return self._moved(self._to_js(flipped(data.to_py())))

    def touch(self, shared: Any) -> None:
        """Change a payload in shared memory, in its place."""
        Served().touch(shared)


def start(control: HostPort) -> None:
    """Wait for the ports on the worker's own one, and answer on each of them."""
    from pyodide.code import run_js  # noqa: PLC0415 - only a worker has it
    from pyodide.ffi import create_proxy, to_js  # noqa: PLC0415

    from bridge._browser.ports import open_port  # noqa: PLC0415
    from bridge.rpc import Peer  # noqa: PLC0415
    from bridge.rpc.comlink import _module  # noqa: PLC0415

    target: Any = control.target
    served = Served()

    def pickled(data: Any) -> Any:
        name, args = pickle.loads(data.to_bytes())  # noqa: S301 - the benchmark's own page
        return to_js(pickle.dumps(getattr(served, name)(*args), 5))

    async def opened(event: Any) -> None:
        comlink: Any = await _module(str(event.data.comlink))
        ports = event.data.ports
        helpers = run_js(HELPERS)(comlink)
        plain = create_proxy(Plain(to_js, helpers.moved))
        run_js(_ANSWER)(comlink, helpers, ports, plain, create_proxy(pickled))
        kept.append(Peer(open_port(ports.bridge), served, trusted=True, name="far"))
        target.postMessage("ready")

    kept: list[object] = []
    target.addEventListener("message", create_proxy(opened))
    target.start()
