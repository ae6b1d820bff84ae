"""One start, from the browser's worker to the last stage: limits, signs of life, causes."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from typing import TYPE_CHECKING, Final, TypeAlias

from bridge._browser import ffi
from bridge._browser import workers as host
from bridge.proxies import ProxyScope
from bridge.worker.causes import from_answer, from_report
from bridge.worker.errors import (
    ClosedEarlyError,
    ContentPolicyError,
    CrossOriginError,
    RuntimeStartError,
    ScriptImportError,
    ScriptRaisedError,
    ScriptSyntaxError,
    StageTimeoutError,
    WorkerLoadError,
)
from bridge.worker.stages import Limits, Progress, Stage, Timings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge._browser.workers import ErrorEvent, HostWorker

__all__ = ["Start"]

_Sign: TypeAlias = "tuple[dict[str, object], object]"
"""A message of the worker, or what is noted like one, and the page's own object."""
_ORDER: Final = tuple(Stage)
_POLICY_DELAY: Final = 0.05
"""Seconds that the news of a policy's violation may come after the event that it causes."""
_DIAGNOSIS: Final = 5.0
"""Seconds that asking for the reason of a failure may take."""
_MODULE_ONLY: Final = re.compile(r"import statement|import\.meta|'export'|^$")
"""What a classic script says of the syntax of modules, which is no fault."""
_numbers = itertools.count(1)


class Start:
    """Starts one worker and takes it through the stages.

    Args:
        files: URLs of the worker's files, by name.
        limits: Seconds per stage.
        on_progress: Told of every sign of life.
        name: The worker's name in the browser's tools.
        began: When what is reported as progress began, by `time.perf_counter`.

    Attributes:
        stage: The stage in progress.
        timings: Of the stages that are over.
        facts: What the worker said when a stage was over, by name.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        limits: Limits,
        on_progress: Callable[[Progress], object] | None,
        name: str,
        began: float,
    ) -> None:
        self.stage = Stage.SCRIPT
        self.timings = Timings()
        self.facts: dict[str, object] = {}
        self.worker: HostWorker | None = None
        self.life = f"bridge.worker {name} {next(_numbers)} {time.time_ns()}"
        self._files = dict(files)
        self._limits = limits
        self._on_progress = on_progress
        self._name = name
        self._began = began
        self._turned = time.perf_counter()
        self._last = ""
        self.scope = ProxyScope("worker start")
        self._signs: asyncio.Queue[_Sign] = asyncio.Queue()
        self._violations = host.Violations(self.scope)
        # Replaced by who owns the worker once it has started.
        self.heard: Callable[[dict[str, object], object], None] = self._note
        self.failed: Callable[[ErrorEvent], None] = lambda event: self._note(
            {"kind": "error", "event": event}
        )
        self.gone: Callable[[], None] = lambda: self._note({"kind": "gone"})

    async def run(
        self, config: Mapping[str, object], transfer: tuple[object, ...] = (), until: str = "ready"
    ) -> object:
        """Start, and wait for a message.

        Args:
            config: What ``start.mjs`` gets.
            transfer: Objects of the page that move to the worker.
            until: The stage or kind of message that ends the start.

        Returns:
            That message, as an object of the page.

        Raises:
            WorkerLoadError: It did not come; the worker is terminated before this is raised.
        """
        try:
            self._open()
            self._post({**config, "files": self._files, "life": self.life}, transfer)
            while True:
                message, raw = await self._next()
                await self._on_message(message)
                if until == (message["stage"] if message["kind"] == "stage" else message["kind"]):
                    return raw
        except BaseException:
            self.end()
            raise

    def since_stage(self) -> float:
        """Seconds since the last stage was over."""
        return time.perf_counter() - self._turned

    def end(self) -> None:
        """Terminate the worker, and give back what the start holds."""
        if self.worker is not None:
            self.worker.terminate()
        self.scope.dispose()

    def _note(self, message: dict[str, object], raw: object = None) -> None:
        self._signs.put_nowait((message, raw))

    # The browser holds these, whoever hears of it at the time.

    def _hear(self, message: dict[str, object], raw: object) -> None:
        self.heard(message, raw)

    def _fail(self, event: ErrorEvent) -> None:
        self.failed(event)

    def _go(self) -> None:
        self.gone()

    def _open(self) -> None:
        url = self._files["worker.mjs"]
        try:
            self.worker = host.HostWorker(
                url,
                self._name,
                self._hear,
                self._fail,
            )
        except Exception as refusal:
            if ffi.get(refusal, "name") != "SecurityError":
                raise
            raise CrossOriginError(self.stage, url, str(ffi.get(refusal, "message"))) from refusal

    def _post(self, config: Mapping[str, object], transfer: tuple[object, ...]) -> None:
        if self.worker is not None:
            self.worker.post(config, transfer)

    async def _next(self) -> _Sign:
        limit = self._limits.of(self.stage)
        try:
            return await asyncio.wait_for(self._signs.get(), limit)
        except TimeoutError:
            violation = self._violations.about(self._files["worker.mjs"])
            if violation is not None:
                raise self._forbidden(violation) from None
            raise StageTimeoutError(self.stage, limit, self._last) from None

    async def _on_message(self, message: dict[str, object]) -> None:
        text = str(message.get("text") or message.get("note") or "")
        match message.get("kind"):
            case "alive" if message.get("watched"):
                host.when_free(self.life, self._go)
            case "gone":
                raise ClosedEarlyError(self.stage)
            case "error":
                await self._on_error(message["event"])
            case "failed":
                raise await self._reported(message)
            case "stage":
                self._turn(message)
            case "progress":
                self._tell(text)
            case "fatal":
                raise RuntimeStartError(self.stage, "", text)
            case "rejection" if message.get("fatal"):
                raise RuntimeStartError(self.stage, "", text)
            case "rejection":
                self._last = text

    def _turn(self, message: dict[str, object]) -> None:
        now = time.perf_counter()
        self.timings = self.timings.with_stage(self.stage, now - self._turned)
        self._turned = now
        self.facts.update(message)
        over = Stage(str(message.get("stage")))
        self._tell("done", done=True)
        following = _ORDER.index(over) + 1
        if following < len(_ORDER):
            self.stage = _ORDER[following]

    def _tell(self, note: str, *, done: bool = False) -> None:
        self._last = f"{self.stage.value}: {note}"
        if self._on_progress is not None:
            seconds = time.perf_counter() - self._began
            self._on_progress(Progress(self.stage, note, seconds, done))

    async def _on_error(self, event: object) -> None:
        if not isinstance(event, host.ErrorEvent):
            return
        if self.stage is not Stage.SCRIPT:
            # Something raised in the worker, which goes on; what it breaks shows by itself.
            self._last = event.message
            return
        url = self._files["worker.mjs"]
        if not event.plain:
            raise ScriptRaisedError(self.stage, event.url or url, event.message, line=event.line)
        raise await self._why(url)

    async def _reported(self, facts: Mapping[str, object]) -> WorkerLoadError:
        error = from_report(self.stage, facts)
        if isinstance(error, ScriptRaisedError) and "dynamically imported" in error.detail:
            return await self._why(error.url)
        return error

    async def _why(self, url: str) -> WorkerLoadError:
        try:
            return await asyncio.wait_for(self._diagnosed(url), _DIAGNOSIS)
        except TimeoutError:
            return WorkerLoadError(self.stage, url, "the server does not say why", inferred=True)

    async def _diagnosed(self, url: str) -> WorkerLoadError:
        await asyncio.sleep(_POLICY_DELAY)
        violation = self._violations.about(url)
        if violation is not None:
            return self._forbidden(violation)
        answer = await host.ask(url)
        error = from_answer(self.stage, url, answer, isolated=host.is_isolated())
        if error is not None:
            return error
        parsed: asyncio.Future[ErrorEvent] = asyncio.get_running_loop().create_future()

        def on_error(event: ErrorEvent) -> None:
            if not parsed.done():
                parsed.set_result(event)

        host.parse_error(url, self.scope, on_error)
        await asyncio.wait({parsed}, timeout=self._limits.of(Stage.SCRIPT))
        if not parsed.done() or _MODULE_ONLY.search(parsed.result().message):
            return ScriptImportError(self.stage, url, inferred=True)
        found = parsed.result()
        return ScriptSyntaxError(self.stage, url, found.message, line=found.line)

    def _forbidden(self, violation: host.Violation) -> WorkerLoadError:
        return ContentPolicyError(self.stage, self._files["worker.mjs"], violation.directive)
