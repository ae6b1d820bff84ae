"""The browser as one process, started when it is needed and again after it was lost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from typing import TYPE_CHECKING

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import async_playwright

from doc_examples.runner.pace import REFERENCE_LAUNCH, THIS_MACHINE

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, Playwright

LAUNCH_LIMIT = 180.0
"""Seconds for the browser to start; nothing has told the pace of the machine before."""
CLOSE_LIMIT = 5.0
"""Seconds for closing a page's context, and again for closing the browser; grows with boots."""

UNUSED_FEATURES = (
    # A window of Chromium loads these pages for its address bar: a renderer for each session.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # What Playwright switches off: of two such switches, the browser hears the last.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "TcpPortRandomizationWin",
    "ThirdPartyStoragePartitioning",
    "msEdgeUpdateLaunchServicesPreferredVersion",
    "msForceBrowserSignIn",
)
"""Features of the browser that no session has a use for."""

CHROMIUM_FLAGS = (
    "--enable-unsafe-webgpu",
    "--use-webgpu-adapter=swiftshader",
    "--enable-features=Vulkan",
    f"--disable-features={','.join(UNUSED_FEATURES)}",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # Every session compiles the runtime anew and ends before all of it is optimised: with as many
    # compilers as the machine has processors, they take from the sessions beside it.
    "--js-flags=--wasm-num-compilation-tasks=1",
)


class BrowserProcess:
    """One browser, started on first use and again after it was given up."""

    def __init__(self, executable: Path) -> None:
        """``executable`` is a Chromium or Chrome."""
        self._executable = executable
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._starting = asyncio.Lock()

    @property
    def connected(self) -> bool:
        """Whether the browser runs; one that was killed does not."""
        return self._browser is not None and self._browser.is_connected()

    async def context(self) -> BrowserContext:
        """Open a fresh context; storage, caches and service workers are its own.

        Raises:
            playwright.async_api.Error: The browser does not start.
            TimeoutError: It takes longer than its limit.
        """
        async with self._starting:
            if not self.connected:
                await self.close()
                began = time.perf_counter()
                self._playwright = await asyncio.wait_for(async_playwright().start(), LAUNCH_LIMIT)
                self._browser = await self._playwright.chromium.launch(
                    executable_path=self._executable,
                    args=[*CHROMIUM_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])],
                    timeout=LAUNCH_LIMIT * 1000,
                    # The interrupt of a terminal reaches all processes; who asked for the
                    # browser decides when it ends.
                    handle_sigint=False,
                )
                THIS_MACHINE.note(time.perf_counter() - began, REFERENCE_LAUNCH)
            opening = self._browser.new_context() if self._browser else None
        if opening is None:
            raise PlaywrightError("the browser was closed while it was starting")
        return await asyncio.wait_for(opening, LAUNCH_LIMIT)

    async def close(self) -> None:
        """End the browser; bounded even when it no longer answers."""
        browser, self._browser = self._browser, None
        playwright, self._playwright = self._playwright, None
        if browser is not None:
            with contextlib.suppress(PlaywrightError, TimeoutError):
                await asyncio.wait_for(browser.close(), THIS_MACHINE.patience(CLOSE_LIMIT))
        if playwright is not None:
            with contextlib.suppress(PlaywrightError, TimeoutError):
                # Ends the driver; a browser that is still there ends with its pipe.
                await asyncio.wait_for(playwright.stop(), THIS_MACHINE.patience(CLOSE_LIMIT))
