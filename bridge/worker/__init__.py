"""Python in workers: starting one so that it either serves or fails with one named cause.

Examples:
    .. code-block:: python

        from bridge.worker import WorkerLoadError, connect, spawn

        try:
            worker = await spawn(expose="statistics")
        except WorkerLoadError as error:
            print(error.stage, error.url, error.retry)
            raise
        else:
            with worker:
                assert await connect(worker).remote.median([5, 2, 3]) == 3
"""

from bridge.worker.errors import (
    ClosedEarlyError,
    ContentPolicyError,
    CrossOriginError,
    Ending,
    HttpStatusError,
    IsolationHeaderError,
    LockFileError,
    MimeTypeError,
    OpaqueOriginError,
    PackageCorruptError,
    PackageMissingError,
    RemoteTraceback,
    RuntimeCorruptError,
    RuntimeMissingError,
    RuntimeStartError,
    ScriptAddressError,
    ScriptDamagedError,
    ScriptImportError,
    ScriptMessageError,
    ScriptRaisedError,
    ScriptRedirectError,
    ScriptSyntaxError,
    StageTimeoutError,
    StandardLibraryError,
    UnreachableError,
    WorkerDiedError,
    WorkerImportError,
    WorkerLoadError,
)
from bridge.worker.serving import connect
from bridge.worker.sources import SourceError
from bridge.worker.spawning import forget_shared, spawn
from bridge.worker.stages import Limits, Progress, Stage, Timings
from bridge.worker.worker import Worker, WorkerEnd

__all__ = [
    "ClosedEarlyError",
    "ContentPolicyError",
    "CrossOriginError",
    "Ending",
    "HttpStatusError",
    "IsolationHeaderError",
    "Limits",
    "LockFileError",
    "MimeTypeError",
    "OpaqueOriginError",
    "PackageCorruptError",
    "PackageMissingError",
    "Progress",
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
    "SourceError",
    "Stage",
    "StageTimeoutError",
    "StandardLibraryError",
    "Timings",
    "UnreachableError",
    "Worker",
    "WorkerDiedError",
    "WorkerEnd",
    "WorkerImportError",
    "WorkerLoadError",
    "connect",
    "forget_shared",
    "spawn",
]
