"""Python in workers: starting one so that it either serves or fails with one named cause.

Examples:
    >>> import math
    >>> from bridge.worker import WorkerLoadError, connect, spawn
    >>> with await spawn() as worker:
    ...     await connect(worker).remote.call(math.factorial, 20)
    2432902008176640000
    >>> try:
    ...     await spawn(expose="no_such_module:Prices")
    ... except WorkerLoadError as error:
    ...     print(error.stage.value, error.retry, repr(error.__cause__))
    ready False ModuleNotFoundError("No module named 'no_such_module'")
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
    PackageCorruptError,
    PackageMissingError,
    RemoteTraceback,
    RuntimeCorruptError,
    RuntimeMissingError,
    RuntimeStartError,
    ScriptImportError,
    ScriptRaisedError,
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
    "PackageCorruptError",
    "PackageMissingError",
    "Progress",
    "RemoteTraceback",
    "RuntimeCorruptError",
    "RuntimeMissingError",
    "RuntimeStartError",
    "ScriptImportError",
    "ScriptRaisedError",
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
