"""From what a worker, an event or an answer says to the exception that names the cause; pure."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bridge._marshal.exceptions import rebuild
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
    ScriptDamagedError,
    ScriptRaisedError,
    ScriptRedirectError,
    ScriptSyntaxError,
    StandardLibraryError,
    UnreachableError,
    WorkerImportError,
    WorkerLoadError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bridge._browser.workers import Answer
    from bridge.worker.stages import Stage

__all__ = ["ending_of", "from_answer", "from_report", "import_error"]

_MEMORY: Final = re.compile(
    r"out of memory|enlarge memory|\bOOM\b|allocation failed", re.IGNORECASE
)
_SCRIPT_TYPE: Final = re.compile(
    r"(?:text|application)/(?:x-)?(?:javascript|ecmascript|jscript)", re.IGNORECASE
)
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w-]+)", re.IGNORECASE)
_POLICY_VALUES: Final = ("require-corp", "credentialless")
_NO_SCRIPT: Final = (204, 205, 206)
"""Successes that bring no body, or a part of one."""
_COEP: Final = "Cross-Origin-Embedder-Policy"


def ending_of(text: str) -> Ending:
    """Tell how an interpreter died from what it said.

    Examples:
        >>> ending_of("Aborted(OOM)"), ending_of("memory access out of bounds")
        (<Ending.OUT_OF_MEMORY: 'out of memory'>, <Ending.FATAL: 'fatal'>)
    """
    return Ending.OUT_OF_MEMORY if _MEMORY.search(text) else Ending.FATAL


def from_answer(
    stage: Stage, url: str, answer: Answer, *, isolated: bool
) -> WorkerLoadError | None:
    """Name the cause of a script that never ran, from a second request for it.

    Args:
        stage: The stage that the script belongs to.
        url: The script.
        answer: What the second request found.
        isolated: Whether the page is cross-origin isolated by an embedder policy.

    Returns:
        The error; ``None`` when nothing is wrong with the answer, so that the text of the script
        itself must be.

    Examples:
        >>> from bridge._browser.workers import Answer
        >>> from bridge.worker.stages import Stage
        >>> answer = Answer(reached=True, status=404)
        >>> from_answer(Stage.SCRIPT, "/w.mjs", answer, isolated=False).status
        404
    """
    refused = _of_refusal(stage, url, answer)
    if refused is not None:
        return refused
    charset = _CHARSET.search(answer.type)
    if not _SCRIPT_TYPE.match(answer.type) or (charset and charset[1].lower() != "utf-8"):
        wanted = "text/javascript; charset=utf-8" if charset else "text/javascript"
        return MimeTypeError(
            stage, url, answer.type, wanted, redirected=answer.final, inferred=True
        )
    if not answer.utf8:
        detail = "it is not UTF-8, as which a browser reads every module"
        return ScriptSyntaxError(stage, url, detail, inferred=True)
    if isolated and answer.embedder_policy not in _POLICY_VALUES:
        return IsolationHeaderError(stage, url, _COEP, answer.embedder_policy, inferred=True)
    return None


def _of_refusal(stage: Stage, url: str, answer: Answer) -> WorkerLoadError | None:
    """Name the cause of an answer that brought no file, or none that the page may have."""
    if answer.redirects:
        return ScriptRedirectError(stage, url, answer.text, inferred=True)
    if not answer.reached:
        refused = CrossOriginError if answer.opaque else UnreachableError
        return refused(stage, url, answer.text, inferred=True)
    if not 200 <= answer.status < 300 or answer.status in _NO_SCRIPT:  # noqa: PLR2004 - HTTP's range of success
        return HttpStatusError(stage, url, status=answer.status, inferred=True)
    if answer.final and _origin(answer.final) != _origin(url):
        return CrossOriginError(stage, url, f"a redirect to {answer.final}", inferred=True)
    if not answer.whole:
        return ScriptDamagedError(stage, url, answer.text, inferred=True)
    return None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def import_error(stage: Stage, serve: str, report: str) -> WorkerImportError:
    """Make an error of what `bridge.worker.inside` reports."""
    try:
        found = json.loads(report)
        kind, text, trace = (str(found[name]) for name in ("kind", "text", "traceback"))
        whole = base64.b64decode(str(found["pickle"])) or None
    except (ValueError, TypeError, KeyError, RecursionError):
        return WorkerImportError(stage, serve, "unknown", f"the report is unreadable: {report}")
    error = WorkerImportError(stage, serve, kind, text, trace)
    # The worker is this application's own and runs its code.
    error.__cause__ = rebuild((kind, text, trace, whole), lambda *told: RemoteTraceback(told[2]))
    return error


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the worker's files report of a failure; texts are empty where they do not apply."""

    stage: Stage
    cause: str = ""
    url: str = ""
    reason: str = ""
    text: str = ""
    found: str = ""
    expected: str = ""
    directive: str = ""
    package: str = ""
    name: str = ""
    serve: str = ""
    report: str = ""
    status: int = 0


def _of_runtime(facts: _Facts) -> WorkerLoadError:
    if facts.reason == "type":
        return MimeTypeError(facts.stage, facts.url, facts.found, facts.expected)
    if facts.reason == "damaged":
        return RuntimeCorruptError(facts.stage, facts.url, facts.text)
    return RuntimeMissingError(facts.stage, facts.url, facts.text, status=facts.status)


def _of_package(facts: _Facts) -> WorkerLoadError:
    stage, package, url, text = facts.stage, facts.package, facts.url, facts.text
    if facts.reason == "damaged":
        digests = {"expected": facts.expected, "found": facts.found}
        return PackageCorruptError(stage, package, url, text, **digests)
    return PackageMissingError(stage, package, url, text, status=facts.status)


def _of_script(facts: _Facts) -> WorkerLoadError:
    if facts.name == "SyntaxError":
        return ScriptSyntaxError(facts.stage, facts.url, facts.text, inferred=False)
    return ScriptRaisedError(facts.stage, facts.url, facts.text)


_CAUSES: Final[dict[str, Callable[[_Facts], WorkerLoadError]]] = {
    "runtime": _of_runtime,
    "package": _of_package,
    "script": _of_script,
    "library": lambda f: StandardLibraryError(f.stage, f.url, f.text, status=f.status),
    "lock": lambda f: LockFileError(f.stage, f.url, f.text, status=f.status),
    "policy": lambda f: ContentPolicyError(f.stage, f.url, f.directive, f.text),
    "start": lambda f: RuntimeStartError(f.stage, f.url, f.text),
    "python": lambda f: import_error(f.stage, f.serve, f.report),
}


def from_report(stage: Stage, message: Mapping[str, object]) -> WorkerLoadError:
    """Make the error of what the worker's files report as ``failed``.

    Examples:
        >>> from bridge.worker.stages import Stage
        >>> facts = {"cause": "lock", "url": "/pyodide-lock.json", "status": 404}
        >>> type(from_report(Stage.RUNTIME, facts)).__name__
        'LockFileError'
    """
    status = message.get("status")
    texts = {
        name: str(message.get(name) or "")
        for name in _Facts.__slots__
        if name not in ("stage", "status")
    }
    facts = _Facts(stage=stage, status=status if isinstance(status, int) else 0, **texts)
    if facts.reason == "origin":
        return CrossOriginError(stage, facts.url, facts.text)
    return _CAUSES.get(facts.cause, _of_script)(facts)
