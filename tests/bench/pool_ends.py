"""What the workers of the suites ``pool``, ``pool_cpu``, ``pool_start`` and ``pool_memory`` run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bridge._browser.ports import HostPort

# A promise of Python would be converted to JavaScript and back without the arrow functions.
_ANSWER: Final = """
(Comlink, ports, tiny, work) => {
  const one = (data) => data.rounds === undefined ? tiny(data) : work(data.rounds);
  ports.raw.onmessage = ({ data }) =>
    ports.raw.postMessage(Array.isArray(data) ? data.map(one) : one(data));
  Comlink.expose({ tiny: (number) => tiny(number), work: (rounds) => work(rounds) }, ports.comlink);
}
"""


def tiny(number: int) -> int:
    """Do as good as nothing."""
    return number + 1


def work(rounds: int) -> int:
    """Compute for a while."""
    found = 0
    for number in range(rounds):
        found = (found * 31 + number) % 65521
    return found


def memory() -> int:
    """Return the bytes of this interpreter's WebAssembly memory."""
    import pyodide_js  # noqa: PLC0415 - only a worker has it

    return int(pyodide_js._module.HEAPU8.length)


def fill(size: int) -> int:
    """Hold some bytes, for as long as the call lasts; return the memory's size meanwhile."""
    held = bytearray(size)
    found = memory()
    del held
    return found


def start(control: HostPort) -> None:
    """Wait for two ports on the worker's own one, and answer on each in its way."""
    from pyodide.code import run_js  # noqa: PLC0415 - only a worker has it
    from pyodide.ffi import create_proxy  # noqa: PLC0415

    from bridge.rpc.comlink import _module  # noqa: PLC0415

    target: Any = control.target

    async def opened(event: Any) -> None:
        comlink: Any = await _module(str(event.data.comlink))
        run_js(_ANSWER)(comlink, event.data.ports, create_proxy(tiny), create_proxy(work))
        target.postMessage("ready")

    target.addEventListener("message", create_proxy(opened))
    target.start()
