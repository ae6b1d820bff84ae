"""From what a worker, an event or an answer says to the exception that names the cause; pure."""

from __future__ import annotations

import base64
import json
import pickle
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bridge.worker.errors import (
    ContentPolicyError,
    CrossOriginError,
    Ending,
    HttpStatusError,
    IsolationHeaderError,
    LockFileError,
    MimeTypeError,
    PackageCorruptError,
    PackageMissingError,
    RemoteTraceback,
    RuntimeCorruptError,
    RuntimeMissingError,
    RuntimeStartError,
    ScriptRaisedError,
    ScriptSyntaxError,
    StandardLibraryError,
    UnreachableError,
    WorkerImportError,
    WorkerLoadError,
)
from bridge.worker.stages import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Answer", "ending_of", "from_answer", "from_report", "import_error"]

_MEMORY: Final = re.compile(r"out of memory|enlarge memory|\bOOM\b|allocation failed", re.IGNORECASE)
_SCRIPT_TYPE: Final = re.compile(
    r"(?:text|application)/(?:x-)?(?:javascript|ecmascript|jscript)", re.IGNORECASE
)
_POLICY_VALUES: Final = ("require-corp", "credentialless")
_COEP: Final = "Cross-Origin-Embedder-Policy"


def ending_of(text: str) -> Ending:
    """Tell how an interpreter died from what it said.

    Examples:
        >>> ending_of("Aborted(OOM)"), ending_of("memory access out of bounds")
        (<Ending.OUT_OF_MEMORY: 'out of memory'>, <Ending.FATAL: 'fatal'>)
    """
    return Ending.OUT_OF_MEMORY if _MEMORY.search(text) else Ending.FATAL


@dataclass(frozen=True, slots=True)
class Answer:
    """What a second request for a worker's script was answered with.

    Attributes:
        reached: Whether there was an answer that could be read.
        opaque: Whether there was one that only a request without CORS may have.
        status: HTTP status; 0 without an answer.
        type: The content type; empty if there was none.
        embedder_policy: The header of that name; empty if there was none.
        text: What the browser said if there was no answer.
    """

    reached: bool
    opaque: bool = False
    status: int = 0
    type: str = ""
    embedder_policy: str = ""
    text: str = ""


def from_answer(stage: Stage, url: str, answer: Answer, *, isolated: bool) -> WorkerLoadError | None:
    """Name the cause of a script that never ran, from a second request for it.

    Args:
        stage: The stage that the script belongs to.
        url: The script.
        answer: What the second request found.
        isolated: Whether the page is cross-origin isolated.

    Returns:
        The error; ``None`` when nothing is wrong with the answer, so that the text of the script
        itself must be.

    Examples:
        >>> answer = Answer(reached=True, status=404)
        >>> from_answer(Stage.SCRIPT, "/w.mjs", answer, isolated=False).status
        404
    """
    if not answer.reached:
        if answer.opaque:
            return CrossOriginError(stage, url, answer.text, inferred=True)
        return UnreachableError(stage, url, answer.text, inferred=True)
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's range of success
        return HttpStatusError(stage, url, status=answer.status, inferred=True)
    if not _SCRIPT_TYPE.match(answer.type):
        return MimeTypeError(stage, url, answer.type, "text/javascript", inferred=True)
    if isolated and answer.embedder_policy not in _POLICY_VALUES:
        return IsolationHeaderError(stage, url, _COEP, answer.embedder_policy, inferred=True)
    return None


def import_error(stage: Stage, serve: str, report: str) -> WorkerImportError:
    """Make an error of what `bridge.worker.inside` reports."""
    found = json.loads(report)
    error = WorkerImportError(stage, serve, found["kind"], found["text"], found["traceback"])
    cause: BaseException = RemoteTraceback(found["traceback"])
    if found["pickle"]:
        try:
            # The worker is this application's own and runs its code.
            carried = pickle.loads(base64.b64decode(found["pickle"]))  # noqa: S301
        except Exception:  # noqa: BLE001 - its class may exist in the worker only: the text remains
            carried = None
        if isinstance(carried, BaseException):
            carried.__cause__ = cause
            cause = carried
    error.__cause__ = cause
    return error


def from_report(stage: Stage, facts: Mapping[str, object]) -> WorkerLoadError:
    """Make the error of what the worker's files report as ``failed``.

    Examples:
        >>> facts = {"cause": "lock", "url": "/pyodide-lock.json", "status": 404}
        >>> type(from_report(Stage.RUNTIME, facts)).__name__
        'LockFileError'
    """
    texts = {
        name: str(facts.get(name) or "")
        for name in ("cause", "url", "reason", "text", "found", "expected", "package")
    }
    url, reason, text = texts["url"], texts["reason"], texts["text"]
    status = facts.get("status")
    status = status if isinstance(status, int) else 0
    if reason == "origin":
        return CrossOriginError(stage, url, text)
    match texts["cause"]:
        case "runtime":
            if reason == "type":
                return MimeTypeError(stage, url, texts["found"], texts["expected"])
            if reason == "damaged":
                return RuntimeCorruptError(stage, url, text)
            return RuntimeMissingError(stage, url, text, status=status)
        case "library":
            return StandardLibraryError(stage, url, text, status=status)
        case "lock":
            return LockFileError(stage, url, text, status=status)
        case "policy":
            return ContentPolicyError(stage, url, "script-src", text)
        case "start":
            return RuntimeStartError(stage, url, text)
        case "package" if reason == "damaged":
            return PackageCorruptError(
                stage,
                texts["package"],
                url,
                text,
                expected=texts["expected"],
                found=texts["found"],
            )
        case "package":
            return PackageMissingError(stage, texts["package"], url, text, status=status)
        case "python":
            return import_error(stage, str(facts.get("serve")), str(facts.get("report")))
        case "script" if facts.get("name") == "SyntaxError":
            return ScriptSyntaxError(stage, url, text, inferred=False)
        case _:
            return ScriptRaisedError(stage, url, text)
