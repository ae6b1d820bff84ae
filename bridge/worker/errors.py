"""Why a worker did not start, and why one has ended: one class per cause.

Each error of a start is a `WorkerLoadError` and knows the stage, the file, and whether trying again
makes sense. What was observed and what was only concluded afterwards stand apart: ``inferred`` is
true where the cause was found by asking the server a second time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from bridge.errors import BridgeError
from bridge.worker.endings import Ending, WorkerDiedError

if TYPE_CHECKING:
    from bridge.worker.stages import Stage

__all__ = [
    "ClosedEarlyError",
    "ContentPolicyError",
    "CrossOriginError",
    "Ending",
    "HttpStatusError",
    "IsolationHeaderError",
    "LockFileError",
    "MimeTypeError",
    "OpaqueOriginError",
    "PackageCorruptError",
    "PackageMissingError",
    "RemoteTraceback",
    "RuntimeCorruptError",
    "RuntimeMissingError",
    "RuntimeStartError",
    "ScriptAddressError",
    "ScriptDamagedError",
    "ScriptImportError",
    "ScriptMessageError",
    "ScriptRaisedError",
    "ScriptRedirectError",
    "ScriptSyntaxError",
    "StageTimeoutError",
    "StandardLibraryError",
    "UnreachableError",
    "WorkerDiedError",
    "WorkerImportError",
    "WorkerLoadError",
]


class WorkerLoadError(BridgeError):
    """A worker did not start.

    Attributes:
        stage: The stage that did not end.
        url: The file that it is about; empty if it is about none.
        detail: What the browser or the server said.
        inferred: Whether the cause was concluded from a second request, which a server may have
            answered differently than the first.
        retry: Whether a later attempt may end better with nothing else changed.
    """

    what: ClassVar[str] = "the worker did not start"
    advice: ClassVar[str] = "Look at the browser's console."

    retry: bool = False

    def __init__(
        self, stage: Stage, url: str = "", detail: str = "", *, inferred: bool = False
    ) -> None:
        about = f" ({url})" if url else ""
        said = f": {detail}" if detail else ""
        super().__init__(f"{self.what}{about}{said}. {self._advised()}")
        self.stage = stage
        self.url = url
        self.detail = detail
        self.inferred = inferred

    def _advised(self) -> str:
        return self.advice


class UnreachableError(WorkerLoadError, ConnectionError):
    """The server did not answer the request for the worker's script."""

    what = "the worker's script cannot be reached"
    advice = "Check the address and the connection; trying again later may help."
    retry = True


class _StatusError(WorkerLoadError):
    """An answer with a status of its own.

    Attributes:
        status: The HTTP status; 0 if there was none.
    """

    def __init__(
        self,
        stage: Stage,
        url: str = "",
        detail: str = "",
        *,
        status: int = 0,
        inferred: bool = False,
    ) -> None:
        said = ", ".join(filter(None, [f"HTTP status {status}" if status else "", detail]))
        super().__init__(stage, url, said, inferred=inferred)
        self.detail = detail
        self.status = status
        self.retry = status >= 500 or not status  # noqa: PLR2004 - the server's own faults


class ScriptAddressError(WorkerLoadError, ValueError):
    """``script_url`` or ``index_url`` is no address."""

    what = "the address cannot be resolved"
    advice = "Give a URL, or a path relative to the page's address."


class HttpStatusError(_StatusError, FileNotFoundError):
    """The server answered the request for the worker's script with a status that brings no script.

    Attributes:
        status: The HTTP status.
    """

    what = "the worker's script was not served"
    advice = "Put the files that 'python -m bridge.assets DIR' writes where script_url points."


class ScriptRedirectError(WorkerLoadError):
    """The server redirects the request for the worker's script, and the browser does not follow.

    The redirects lead in a circle, are too many, or lead where this page may not read. The browser
    does not report which.
    """

    what = "the server redirects the request for the worker's script, which then fails"
    advice = (
        "Name the final address as script_url; a redirect to a login page means that the session "
        "has expired."
    )


class ScriptDamagedError(WorkerLoadError):
    """The answer to the request for the worker's script broke off, or cannot be decoded."""

    what = "the worker's script did not arrive whole"
    advice = (
        "Compare the server's Content-Length and Content-Encoding with what it sends; a proxy or a "
        "broken connection may have cut it."
    )
    retry = True


class MimeTypeError(WorkerLoadError):
    """A file came with a content type under which the browser refuses it.

    Attributes:
        found: The content type of the answer; empty if it had none.
        expected: What the browser accepts.
        redirected: The address to which the server redirected the request; empty if it did not.
    """

    what = "a file came with the wrong content type"
    advice = (
        "Configure the server to send the expected type; text/html often is an error page "
        "that is sent with status 200."
    )

    def __init__(
        self,
        stage: Stage,
        url: str,
        found: str,
        expected: str,
        *,
        redirected: str = "",
        inferred: bool = False,
    ) -> None:
        after = f", after a redirect to {redirected}" if redirected else ""
        detail = f"expected {expected}, found {found or 'none'}{after}"
        super().__init__(stage, url, detail, inferred=inferred)
        self.found = found
        self.expected = expected
        self.redirected = redirected


class CrossOriginError(WorkerLoadError, PermissionError):
    """The browser refuses a file because it comes from another origin."""

    what = "the browser refuses this file of another origin"
    advice = (
        "Serve the worker's script from the page's own origin; files of the runtime may come from "
        "elsewhere if their server sends Access-Control-Allow-Origin."
    )


class OpaqueOriginError(WorkerLoadError, PermissionError):
    """The page has an opaque origin, for which every file is of another origin.

    That is so in an ``<iframe sandbox>`` without ``allow-same-origin``, below a policy with the
    directive ``sandbox``, and in pages of ``data:`` and ``file:`` URLs. What the browser reported
    is the cause.
    """

    what = "the page has an opaque origin (its origin is 'null'), which forbids this worker"
    advice = (
        "Add allow-same-origin to the iframe's sandbox attribute, or to the sandbox directive of "
        "the page's Content-Security-Policy; serve a page of a file: or data: URL by HTTP instead."
    )


class IsolationHeaderError(WorkerLoadError, PermissionError):
    """The page is cross-origin isolated, and the worker's script lacks a header that this needs.

    Attributes:
        header: Name of the header.
        found: Its value; empty if it was absent.
    """

    what = "the worker's script lacks a header that an isolated page needs"
    advice = "Send 'Cross-Origin-Embedder-Policy: require-corp' with the script as with the page."

    def __init__(
        self, stage: Stage, url: str, header: str, found: str, *, inferred: bool = False
    ) -> None:
        super().__init__(stage, url, f"{header} is {found or 'absent'}", inferred=inferred)
        self.header = header
        self.found = found


class ContentPolicyError(WorkerLoadError, PermissionError):
    """The page's content security policy forbids the worker, or what it loads.

    Attributes:
        directive: The directive of the policy.
    """

    what = "the content security policy forbids it"
    advice = (
        "Allow blob: in worker-src and script-src, or serve the files that 'python -m "
        "bridge.assets DIR' writes, name them by script_url, and allow 'self' there."
    )

    def __init__(self, stage: Stage, url: str, directive: str, detail: str = "") -> None:
        self.directive = directive
        super().__init__(stage, url, ", ".join(filter(None, [directive, detail])))
        self.detail = detail

    def _advised(self) -> str:
        if self.directive == "connect-src":
            return "Allow the origin of this file in connect-src."
        return self.advice


class ScriptSyntaxError(WorkerLoadError):
    """The worker's script, or a module that it imports, does not parse.

    Attributes:
        line: Where, in the file; 0 if unknown.
    """

    what = "the worker's script does not parse"
    advice = "Serve the files of this version of bridge unchanged: 'python -m bridge.assets DIR'."

    def __init__(
        self, stage: Stage, url: str = "", detail: str = "", *, line: int = 0, inferred: bool = True
    ) -> None:
        place = f"{detail}, line {line}" if line else detail
        super().__init__(stage, url, place, inferred=inferred)
        self.detail = detail
        self.line = line


class ScriptImportError(WorkerLoadError):
    """The worker's script parses, and a module that it imports statically fails.

    Which one, and why, the browser tells nobody. bridge's own script imports nothing statically.
    """

    what = "a module that the worker's script imports could not be had"
    advice = "Serve the files of this version of bridge unchanged: 'python -m bridge.assets DIR'."


class ScriptMessageError(WorkerLoadError):
    """The worker's script sent messages that do not belong to a start, or in another order."""

    what = "the worker's script does not follow the protocol of a start"
    advice = "Serve the files of this version of bridge unchanged: 'python -m bridge.assets DIR'."


class ScriptRaisedError(WorkerLoadError):
    """The worker's script raised an exception before it could report anything.

    Attributes:
        line: Where, in the file; 0 if unknown.
    """

    what = "the worker's script raised an exception"
    advice = "Serve the files of this version of bridge unchanged: 'python -m bridge.assets DIR'."

    def __init__(self, stage: Stage, url: str = "", detail: str = "", *, line: int = 0) -> None:
        super().__init__(stage, url, f"{detail}, line {line}" if line else detail)
        self.detail = detail
        self.line = line


class RuntimeMissingError(_StatusError, FileNotFoundError):
    """A file of Pyodide's runtime could not be had.

    Attributes:
        status: The HTTP status; 0 if there was no answer.
    """

    what = "a file of the Pyodide runtime is missing"
    advice = "Serve the whole runtime at one address, and give that as index_url."


class RuntimeCorruptError(WorkerLoadError):
    """A file of Pyodide's runtime is damaged: it does not compile or parse."""

    what = "a file of the Pyodide runtime is damaged"
    advice = "Compare it with the distribution's; a proxy or an interrupted upload may have cut it."


class StandardLibraryError(_StatusError):
    """The archive of Python's standard library is missing or damaged.

    Attributes:
        status: The HTTP status, if that was the reason; else 0.
    """

    what = "the archive of the standard library cannot be used"
    advice = "Serve python_stdlib.zip of the same distribution beside the other files."


class LockFileError(_StatusError):
    """The lock file, which names the packages of the distribution, is missing or damaged.

    Attributes:
        status: The HTTP status, if that was the reason; else 0.
    """

    what = "the lock file cannot be used"
    advice = "Serve pyodide-lock.json of the same distribution beside the other files."


class RuntimeStartError(WorkerLoadError):
    """Pyodide's files were all there and whole, and Python did not start."""

    what = "Pyodide did not start"
    advice = "The text is the loader's own."


class ClosedEarlyError(WorkerLoadError):
    """The worker closed itself, or was ended by the browser, before it was ready."""

    what = "the worker was gone before it was ready"
    advice = "Look for close() in what it runs, or for a browser short of memory."
    retry = True


class PackageMissingError(_StatusError, ModuleNotFoundError):
    """A package could not be had: unknown to the distribution, or its wheel was not served.

    Attributes:
        package: Its name.
        status: The HTTP status; 0 if there was no answer or no request.
    """

    what = "a package is missing"
    advice = "Serve its wheel beside the runtime, under the name that the lock file gives."

    def __init__(
        self, stage: Stage, package: str, url: str = "", detail: str = "", *, status: int = 0
    ) -> None:
        super().__init__(stage, url, f"{package}: {detail}" if detail else package, status=status)
        self.detail = detail
        # A name that the distribution does not know was asked of nobody.
        self.retry = self.retry and bool(url)
        self.package = package


class PackageCorruptError(WorkerLoadError):
    """The wheel of a package came, and is not the one that the lock file names.

    Attributes:
        package: Its name.
        expected: The digest in the lock file; empty if it has none.
        found: The digest of what was served.
    """

    what = "the wheel of a package is damaged"
    advice = "Serve the wheel of the same distribution as the lock file."

    def __init__(
        self,
        stage: Stage,
        package: str,
        url: str = "",
        detail: str = "",
        *,
        expected: str = "",
        found: str = "",
    ) -> None:
        compared = f"expected {expected}, found {found}" if expected else detail
        super().__init__(stage, url, f"{package}: {compared}", inferred=True)
        self.package = package
        self.detail = detail
        self.expected = expected
        self.found = found


class RemoteTraceback(Exception):  # noqa: N818 - not an error of its own: the cause of one
    """The traceback of an exception in another interpreter, as text.

    The way of showing it is that of ``multiprocessing.pool``.
    """

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


class WorkerImportError(WorkerLoadError, ImportError):
    """Python in the worker could not import or call what it was to serve.

    The exception itself is the ``__cause__`` when it could be carried over, else a
    `RemoteTraceback`.

    Attributes:
        serve: What was to be served.
        kind: Name of the exception's class.
        traceback: As the worker's Python formats it.
    """

    what = "Python in the worker could not start what it should serve"
    advice = "Ship the modules that it needs by 'modules', the packages by 'packages'."

    def __init__(
        self, stage: Stage, serve: str, kind: str = "", detail: str = "", traceback: str = ""
    ) -> None:
        super().__init__(stage, "", f"{serve}: {kind}: {detail}")
        self.serve = serve
        self.kind = kind
        self.detail = detail
        self.traceback = traceback


class StageTimeoutError(WorkerLoadError, TimeoutError):
    """A stage gave no sign of progress within its limit; the worker was terminated.

    A stage that goes on reporting progress is given up after ten times its limit.

    Attributes:
        limit: The limit, in seconds.
        last: The last sign before it.
        moving: Whether the stage still reported progress.
    """

    what = "a worker's start was given up"
    advice = "Known causes were excluded; a slow machine or network may need larger Limits."
    retry = True

    def __init__(self, stage: Stage, limit: float, last: str = "", *, moving: bool = False) -> None:
        after = f", after {last!r}" if last else ""
        how = "was not over after" if moving else "was silent for"
        super().__init__(stage, "", f"stage {stage.value!r} {how} {limit:g} s{after}")
        self.limit = limit
        self.last = last
        self.moving = moving
