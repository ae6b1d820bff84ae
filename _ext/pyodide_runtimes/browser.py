"""Finding a Chromium, and installing one where that was asked for."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pyodide_runtimes.errors import BrowserNotFoundError
from pyodide_runtimes.progress import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BROWSER_VARIABLE = "CHROMIUM"
"""The environment variable that names the browser to use, before all others."""

NO_APT_VARIABLE = "PYODIDE_RUNTIMES_NO_APT"
"""The environment variable that, set to anything but 0 or nothing, forbids apt-get."""

_SYSTEM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_SYSTEM_PATHS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)
_ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
_QUESTION_LIMIT = 30.0
_INSTALL_LIMIT = 900.0
_ADVICE = (
    "install Chromium or Google Chrome from your system's packages (on Debian: `apt-get install "
    "chromium`), or run `playwright install chromium`, or set CHROMIUM to the path of one"
)


@dataclass(frozen=True)
class Browser:
    """A Chromium that starts.

    Attributes:
        path: Its executable.
        version: Its name and version, as in `Chromium 156.0.8078.79`.
    """

    path: Path
    version: str


def find_browser(*, install: bool = False, progress: Progress | None = None) -> Browser:
    """Return the browser to use: the first of these that starts.

    `$CHROMIUM`, which is never passed over when it is set; Playwright's own; a Chromium or Chrome
    of the system. With `install` also, in this order, what `playwright install chromium` fetches,
    and Debian's package when this is root and `PYODIDE_RUNTIMES_NO_APT` does not forbid it.

    Args:
        install: Install one when there is none.
        progress: Told before anything is installed.

    Raises:
        BrowserNotFoundError: There is none; it names all that was tried.
    """
    progress = progress or silent
    tried: list[str] = []
    if named := os.environ.get(BROWSER_VARIABLE):
        path = shutil.which(named)
        if path and (browser := _start(Path(path), tried)):
            return browser
        tried = tried or [f"${BROWSER_VARIABLE}: {named} is no executable"]
        raise BrowserNotFoundError(tried, f"correct or unset {BROWSER_VARIABLE}; or {_ADVICE}")
    for find in (_playwrights_own, _of_the_system):
        for path_found in find(tried):
            if browser := _start(path_found, tried):
                return browser
    if install:
        for install_one in (_install_by_playwright, _install_by_apt):
            for path_found in install_one(tried, progress):
                if browser := _start(path_found, tried):
                    return browser
    raise BrowserNotFoundError(tried, _ADVICE)


def _start(path: Path, tried: list[str]) -> Browser | None:
    """Ask an executable for its version, which proves that it can be started."""
    # Debian's chromium is a shell script that may complain on standard error: that says nothing.
    code, out, err = _run([str(path), "--version"], _QUESTION_LIMIT)
    if match := re.match(r"\s*(\D+?)\s+(\d+(?:\.\d+)+)", out):
        return Browser(path, f"{match[1]} {match[2]}")
    said = (out + err).strip().splitlines()
    tried.append(f"{path}: it does not start (code {code}{': ' + said[-1] if said else ''})")
    return None


def _playwrights_own(tried: list[str]) -> Iterator[Path]:
    # In a process of its own: Playwright's sync API refuses to run inside an event loop.
    code, out, err = _run([sys.executable, "-c", _ASK_PLAYWRIGHT], _QUESTION_LIMIT)
    if code:
        said = err.strip().splitlines()
        tried.append(f"Playwright's own: {said[-1] if said else f'asking it ended with {code}'}")
    elif Path(out.strip()).is_file():
        yield Path(out.strip())
    else:
        tried.append(f"Playwright's own: {out.strip()} does not exist")


def _of_the_system(tried: list[str]) -> Iterator[Path]:
    found = [Path(path) for name in _SYSTEM_NAMES if (path := shutil.which(name))]
    found += [path for path in _SYSTEM_PATHS if path.is_file()]
    if not found:
        tried.append(f"the system's: none of {', '.join(_SYSTEM_NAMES)} is on PATH")
    yield from found


def _install_by_playwright(tried: list[str], progress: Progress) -> Iterator[Path]:
    progress("no Chromium here: running `playwright install chromium`")
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    code, out, err = _run(command, _INSTALL_LIMIT)
    if code:
        tried.append(f"`playwright install chromium`: {_why(out, err)} (code {code})")
        progress(tried[-1])
        return
    yield from _playwrights_own(tried)


def _install_by_apt(tried: list[str], progress: Progress) -> Iterator[Path]:
    if os.environ.get(NO_APT_VARIABLE, "0") not in ("", "0"):
        tried.append(f"apt-get: {NO_APT_VARIABLE} forbids it")
        return
    if os.name != "posix" or os.geteuid() != 0:
        tried.append("apt-get: needs root")
        return
    if not (apt := shutil.which("apt-get")):
        tried.append("apt-get: this system has none")
        return
    progress(
        "installing the system's package chromium by apt-get, as root "
        f"({NO_APT_VARIABLE}=1 forbids it)"
    )
    settings = {"DEBIAN_FRONTEND": "noninteractive"}
    # A fresh container has no package lists; where they cannot be had, older ones may do.
    _run([apt, "-q", "update"], _INSTALL_LIMIT, settings)
    options = ["-q", "-y", "--no-install-recommends"]
    code, out, err = _run([apt, *options, "install", "chromium"], _INSTALL_LIMIT, settings)
    if code:
        tried.append(f"`apt-get install chromium`: {_why(out, err)} (code {code})")
        progress(tried[-1])
        return
    yield from _of_the_system(tried)


def _why(out: str, err: str) -> str:
    """Return the line of a failed command's output that tells most."""
    said = [line.strip() for line in (out + "\n" + err).splitlines() if line.strip()]
    telling = [line for line in said if line.startswith(("E:", "Error", "ERROR"))]
    return (telling or said or ["it gave no reason"])[0]


def _run(
    command: Sequence[str], limit: float, settings: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Run a command; its exit code, or 124 at the time limit and 127 when it cannot be started."""
    try:
        done = subprocess.run(  # noqa: S603 - a browser or installer found above
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(settings or {})},
        )
    except subprocess.TimeoutExpired:
        return 124, "", f"no answer within {limit:g} s"
    except OSError as error:
        return 127, "", str(error)
    return done.returncode, done.stdout, done.stderr
