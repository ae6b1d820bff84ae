"""The browser is found in the promised order, installed only on request, and always started."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pyodide_runtimes import Browser, BrowserNotFoundError, find_browser
from pyodide_runtimes.browser import BROWSER_VARIABLE, NO_APT_VARIABLE
from tests.pace import patience

ASK = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


@pytest.fixture(scope="session")
def real() -> Browser:
    """Return this machine's browser, found before a test hides it."""
    return find_browser()


@pytest.fixture
def hidden(real: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Hide every browser; return the one directory that is left on PATH."""
    del real
    commands = tmp_path / "bin"
    commands.mkdir()
    monkeypatch.delenv(BROWSER_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(commands))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "playwright"))
    # Nothing may really be downloaded: its server refuses every connection.
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr("pyodide_runtimes.browser._SYSTEM_PATHS", ())
    return commands


def command(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_the_found_browser_starts_and_tells_its_version(real: Browser) -> None:
    name, _, number = real.version.rpartition(" ")
    assert name in ("Chromium", "Google Chrome", "Google Chrome for Testing")
    assert all(part.isdigit() for part in number.split("."))
    assert real.path.is_file()


def test_the_variable_comes_before_all_others(
    real: Browser, hidden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(hidden / "chromium", "echo Chromium 1.2.3.4")
    monkeypatch.setenv(BROWSER_VARIABLE, str(real.path))
    assert find_browser() == real


def test_a_variable_that_names_no_browser_is_an_error_not_passed_over(
    hidden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command(hidden / "chromium", "echo Chromium 1.2.3.4")
    monkeypatch.setenv(BROWSER_VARIABLE, "/nowhere/chromium")
    with pytest.raises(BrowserNotFoundError, match="/nowhere/chromium is no executable"):
        find_browser(install=True)
    broken = command(hidden / "broken", "echo cannot open display >&2; exit 3")
    monkeypatch.setenv(BROWSER_VARIABLE, str(broken))
    with pytest.raises(BrowserNotFoundError, match="code 3: cannot open display"):
        find_browser()


def test_playwrights_own_comes_before_the_systems(real: Browser, hidden: Path) -> None:
    command(hidden / "chromium", "echo Chromium 1.2.3.4")
    asked = subprocess.run(
        [sys.executable, "-c", ASK],
        capture_output=True,
        text=True,
        check=True,
        timeout=patience(60),
    )
    own = command(Path(asked.stdout.strip()), f'exec "{real.path}" "$@"')
    assert find_browser() == Browser(own, real.version)


def test_noise_on_standard_error_is_not_read(hidden: Path) -> None:
    noisy = command(hidden / "chromium", "echo '[: 9: bad' >&2; echo Chromium 1.2.3.4 on Debian")
    assert find_browser() == Browser(noisy, "Chromium 1.2.3.4")


def test_one_that_does_not_start_is_passed_over(hidden: Path) -> None:
    command(hidden / "chromium", "exit 1")
    chrome = command(hidden / "google-chrome", "echo Google Chrome 9.8.7.6")
    assert find_browser() == Browser(chrome, "Google Chrome 9.8.7.6")


@pytest.mark.usefixtures("hidden")
def test_without_install_nothing_is_installed_and_the_error_says_what_to_do() -> None:
    told: list[str] = []
    with pytest.raises(BrowserNotFoundError, match="playwright install chromium") as caught:
        find_browser(progress=told.append)
    assert told == []
    playwright, system = caught.value.attempts
    assert "does not exist" in playwright
    assert "chromium, chromium-browser, google-chrome" in system


@pytest.mark.usefixtures("hidden")
def test_apt_is_not_used_when_the_variable_forbids_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NO_APT_VARIABLE, "1")
    told: list[str] = []
    with pytest.raises(BrowserNotFoundError) as caught:
        find_browser(install=True, progress=told.append)
    assert "no Chromium here: running `playwright install chromium`" in told
    assert any("`playwright install chromium`: " in attempt for attempt in caught.value.attempts)
    assert caught.value.attempts[-1] == f"apt-get: {NO_APT_VARIABLE} forbids it"


def test_apt_is_the_last_resort_of_root_and_announced(
    real: Browser, hidden: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NO_APT_VARIABLE, raising=False)
    log = hidden.parent / "log"
    # Stands for Debian's apt-get: what it installs is the real browser of this machine.
    command(
        hidden / "apt-get",
        f'echo "$DEBIAN_FRONTEND: $*" >> "{log}"\n'
        f'case "$*" in *install*) /bin/ln -s "{real.path}" "{hidden}/chromium";; esac',
    )
    told: list[str] = []
    if os.geteuid() == 0:
        assert find_browser(install=True, progress=told.append).version == real.version
        assert log.read_text(encoding="utf-8").splitlines() == [
            "noninteractive: -q update",
            "noninteractive: -q -y --no-install-recommends install chromium",
        ]
        assert NO_APT_VARIABLE in told[-1]
    else:
        with pytest.raises(BrowserNotFoundError, match="apt-get: needs root"):
            find_browser(install=True, progress=told.append)
        assert not log.exists()
