"""The wheels that every session starts with: given as files, or built from their project."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock
from platformdirs import user_cache_dir

from doc_examples.runner.errors import RunnerError

BUILD_LIMIT = 120
"""Seconds that building one wheel may take."""
_SOURCE_DATE = "1704067200"
"""A fixed date inside the archive: equal sources give equal wheels."""

_BUILD = """
import sys
from build import ProjectBuilder
print(ProjectBuilder(sys.argv[1]).build("wheel", sys.argv[2]))
"""


class WheelError(RunnerError):
    """A wheel that the project names could not be had."""

    def __init__(self, source: Path, reason: str) -> None:
        """``source`` is the project or file that was named."""
        self.source = source
        self.reason = reason
        super().__init__(f"no wheel from {source}: {reason}")

    def __reduce__(self) -> tuple[type[WheelError], tuple[Path, str]]:
        return type(self), (self.source, self.reason)


def cache_directory() -> Path:
    """Where wheels and snapshots are kept, per user."""
    return Path(os.environ.get("DOC_EXAMPLES_CACHE") or user_cache_dir("doc-examples"))


def wheel_for(source: Path) -> Path:
    """The wheel file itself, or the wheel built from a project directory.

    The result lies in a folder named after its content. Raises WheelError.
    """
    if source.suffix == ".whl":
        if not source.is_file():
            raise WheelError(source, "there is no such file")
        return _kept(source.name, source.read_bytes())
    if not (source / "pyproject.toml").is_file():
        raise WheelError(source, "it is neither a .whl file nor a folder with a pyproject.toml")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-c", _BUILD, str(source), folder]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": _SOURCE_DATE}
        try:
            done = subprocess.run(  # noqa: S603 - our own interpreter and script
                command,
                env=environment,
                capture_output=True,
                text=True,
                timeout=BUILD_LIMIT,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise WheelError(source, f"the build took over {BUILD_LIMIT} s") from None
        if done.returncode:
            raise WheelError(source, f"the build failed:\n{done.stdout}{done.stderr}".rstrip())
        built = Path(done.stdout.splitlines()[-1])
        return _kept(built.name, built.read_bytes())


def _kept(name: str, content: bytes) -> Path:
    digest = hashlib.sha256(content).hexdigest()
    target = cache_directory() / "wheels" / digest / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.with_suffix(".lock"), timeout=BUILD_LIMIT):
            partial = target.with_suffix(".partial")
            partial.write_bytes(content)
            partial.replace(target)
    return target
