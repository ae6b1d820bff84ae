"""One start, from the browser's worker to the last stage: limits, signs of life, causes."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from bridge._browser import ffi
from bridge._browser import workers as host
from bridge.proxies import ProxyScope
from bridge.worker.causes import from_answer, from_report
from bridge.worker.course import Course
from bridge.worker.errors import (
    ClosedEarlyError,
    ContentPolicyError,
    CrossOriginError,
    OpaqueOriginError,
    RuntimeStartError,
    ScriptImportError,
    ScriptRaisedError,
    ScriptSyntaxError,
    WorkerLoadError,
)
from bridge.worker.stages import Limits, Progress, Stage, Timings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge._browser.workers import Answer, ErrorEvent, HostWorker
    from bridge.worker.course import Message

__all__ = ["Start"]

_POLICY_DELAY: Final = 0.05
"""Seconds that the news of a policy's violation may come after the event that it causes."""
_DIAGNOSIS: Final = 5.0
"""Seconds that asking for the reason of a failure may take."""
_MODULE_ONLY: Final = re.compile(r"import statement|import\.meta|'export'|^$")
"""What a classic script says of the syntax of modules, which is no fault."""
_NAMED: Final = re.compile(r"imported module: ?(\S+)")
_numbers = itertools.count(1)


class _Gone:
    """Noted when the worker no longer exists."""


class Start:
    """Starts one worker and takes it through the stages.

    Args:
        files: URLs of the worker's files, by name.
        limits: Seconds per stage.
        on_progress: Told of every sign of life.
        name: The worker's name in the browser's tools.
        began: When what is reported as progress began, by `time.perf_counter`.
        until: The stage or kind of message that ends the start.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        limits: Limits,
        on_progress: Callable[[Progress], object] | None,
        name: str,
        began: float,
        *,
        until: str = "ready",
    ) -> None:
        self.worker: HostWorker | None = None
        self.life = f"bridge.worker {name} {next(_numbers)} {time.time_ns()}"
        self._course = Course(limits, self.life, until, time.perf_counter())
        self._files = dict(files)
        self._limits = limits
        self._on_progress = on_progress
        self._refusal: Exception | None = None
        self._name = name
        self._began = began
        self.scope = ProxyScope("worker start")
        # What the script sent, with the page's own object; or an event, which no script can send.
        self._signs: asyncio.Queue[tuple[object, object]] = asyncio.Queue()
        self._violations = host.Violations(self.scope)
        # Replaced by who owns the worker once it has started.
        self.heard: Callable[[dict[str, object], object], None] = self._note
        self.failed: Callable[[ErrorEvent], None] = self._note
        self.gone: Callable[[], None] = lambda: self._note(_Gone())

    @property
    def stage(self) -> Stage:
        """The stage in progress."""
        return self._course.stage

    @property
    def timings(self) -> Timings:
        """Of the stages that are over."""
        return self._course.timings

    @property
    def facts(self) -> Mapping[str, object]:
        """What the worker reported when a stage was over, by name."""
        return self._course.facts

    async def run(self, config: Mapping[str, object], transfer: tuple[object, ...] = ()) -> object:
        """Start, and wait for the message that ends the start.

        Args:
            config: What ``start.mjs`` gets.
            transfer: Objects of the page that move to the worker.

        Returns:
            That message, as an object of the page.

        Raises:
            WorkerLoadError: It did not come; the worker is terminated before this is raised.
            Exception: What ``on_progress`` raised.
        """
        try:
            return await self._run(config, transfer)
        except WorkerLoadError as error:
            self.end()
            if host.is_opaque() and error.stage in (Stage.SCRIPT, Stage.RUNTIME):
                raise OpaqueOriginError(error.stage, error.url, error.detail) from error
            raise
        except Exception as error:
            self.end()
            if error is self._refusal:
                raise
            detail = f"{type(error).__name__}: {error}"
            raise WorkerLoadError(self.stage, self._files["worker.mjs"], detail) from error
        except BaseException:
            self.end()
            raise

    async def _run(self, config: Mapping[str, object], transfer: tuple[object, ...]) -> object:
        self._open()
        self._post({**config, "files": self._files, "life": self.life}, transfer)
        while True:
            sign, raw = await self._next()
            if isinstance(sign, host.ErrorEvent):
                await self._on_error(sign)
            elif isinstance(sign, _Gone):
                raise ClosedEarlyError(self.stage)
            else:
                stage = self.stage
                await self._on_message(self._course.take(sign, time.perf_counter()), stage)
            if self._course.over:
                return raw

    def since_stage(self) -> float:
        """Seconds since the last stage was over."""
        return self._course.since_stage(time.perf_counter())

    def end(self) -> None:
        """Terminate the worker, and give back what the start holds."""
        if self.worker is not None:
            self.worker.terminate()
        self.scope.dispose()

    def _note(self, sign: object, raw: object = None) -> None:
        self._signs.put_nowait((sign, raw))

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

    async def _next(self) -> tuple[object, object]:
        while not self._course.exhausted(now := time.perf_counter()):
            # What has come counts, however late this page is to read it.
            if not self._signs.empty():
                return self._signs.get_nowait()
            left = self._course.left(now)
            if left <= 0:
                break
            try:
                return await asyncio.wait_for(self._signs.get(), left)
            except TimeoutError:
                # A page that was held up has its timer before the messages.
                await asyncio.sleep(0)
        raise await self._overdue()

    async def _overdue(self) -> WorkerLoadError:
        overdue = self._course.overdue(time.perf_counter())
        violation = self._violations.about(self._files["worker.mjs"])
        if violation is not None:
            return self._forbidden(violation)
        # Some answers make the browser drop the script without any event.
        files = {Stage.SCRIPT: "worker.mjs", Stage.RUNTIME: "start.mjs"}
        url = self._files.get(files.get(self.stage, ""), "blob:")
        if self._course.silent and not url.startswith("blob:"):
            answer = await self._answer(url)
            return (answer and await self._told_by(answer, url)) or overdue
        return overdue

    async def _told_by(self, answer: Answer, url: str) -> WorkerLoadError | None:
        isolated = await host.is_isolated_by_embedder_policy()
        return from_answer(self.stage, url, answer, isolated=isolated)

    async def _answer(self, url: str) -> Answer | None:
        within = min(_DIAGNOSIS, self._limits.of(self.stage)) / 2
        with suppress(TimeoutError):
            return await asyncio.wait_for(host.ask(url), within)
        # It may be the user who is asked: for a password.
        with suppress(TimeoutError):
            answer = await asyncio.wait_for(host.ask(url, credentials="omit"), within)
            return answer if answer.status == HTTPStatus.UNAUTHORIZED else None
        return None

    async def _on_message(self, message: Message, stage: Stage) -> None:
        match message.kind:
            case "alive" if message.facts.get("watched") is True:
                host.when_free(self.life, self._go)
            case "failed":
                raise await self._reported(message.facts)
            case "stage":
                self._tell(stage, "done", done=True)
            case "progress":
                self._tell(stage, message.text)
            case "fatal":
                raise RuntimeStartError(self.stage, "", message.text)
            case "rejection" if message.facts.get("fatal"):
                raise RuntimeStartError(self.stage, "", message.text)
            case "rejection":
                self._course.last = message.text

    def _tell(self, stage: Stage, note: str, *, done: bool = False) -> None:
        if self._on_progress is None:
            return
        try:
            self._on_progress(Progress(stage, note, time.perf_counter() - self._began, done))
        except Exception as refusal:
            self._refusal = refusal
            raise

    async def _on_error(self, event: ErrorEvent) -> None:
        if self.stage is not Stage.SCRIPT:
            # Something raised in the worker, which goes on; what it breaks shows by itself.
            self._course.last = event.message
            return
        url = self._files["worker.mjs"]
        if not event.plain:
            raise ScriptRaisedError(self.stage, event.url or url, event.message, line=event.line)
        raise await self._why(url)

    async def _reported(self, facts: Mapping[str, object]) -> WorkerLoadError:
        error = from_report(self.stage, facts)
        if isinstance(error, ScriptRaisedError) and "dynamically imported" in error.detail:
            named = _NAMED.search(error.detail)
            return await self._why(named[1] if named else error.url)
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
        error = await self._told_by(answer, url)
        if error is not None:
            return error
        parsed: asyncio.Future[ErrorEvent] = asyncio.get_running_loop().create_future()

        def on_error(event: ErrorEvent) -> None:
            if not parsed.done():
                parsed.set_result(event)

        try:
            host.parse_error(url, self.scope, on_error)
        except Exception as refusal:  # noqa: BLE001 - the browser's, which names no other cause
            return ScriptImportError(self.stage, url, str(refusal), inferred=True)
        await asyncio.wait({parsed}, timeout=self._limits.of(Stage.SCRIPT))
        if not parsed.done() or _MODULE_ONLY.search(parsed.result().message):
            return ScriptImportError(self.stage, url, inferred=True)
        found = parsed.result()
        return ScriptSyntaxError(self.stage, url, found.message, line=found.line)

    def _forbidden(self, violation: host.Violation) -> WorkerLoadError:
        return ContentPolicyError(self.stage, self._files["worker.mjs"], violation.directive)
