"""The application of the catalogue, deployed as its page says, and used in a browser."""

from __future__ import annotations

import contextlib
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import pytest

from doc_examples.runner.server import Routes, Server
from doc_examples.runner.wheels import wheel_for
from pyodide_runtimes import NEWEST, ensure_npm, ensure_runtime
from tests.pace import patience

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from playwright.async_api import BrowserContext, Locator, Page

    Chromium = Any

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "reference" / "project" / "application.md"
FOLDER = "served"
"""What the page calls the folder that it makes."""
BOOT_MS = patience(60) * 1000
STEP_MS = patience(30) * 1000

WATCH = """
globalThis.workers = [];
globalThis.Worker = class extends Worker {
  constructor(url, options) {
    super(url, options);
    workers.push({ worker: this, name: options.name });
  }
};
"""
"""Runs before the page: keeps its workers, so that one of them can be killed."""
AUDIT = """async () => {
  const found = (await axe.run(document)).violations
    .map((one) => `${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return wide > 0 ? [...found, `wider than the screen by ${wide} px`] : found;
}"""


def table(rows: int, *, start: int = 0) -> bytes:
    """A table of numbers whose statistics are known."""
    lines = [f"{number},{number * 2},word" for number in range(start, start + rows)]
    return "\n".join(["single,double,text", *lines]).encode()


def deploy(folder: Path, line: str) -> Path:
    """Do what the page says, in the shell; only the wheel is one that was built before."""
    block = re.search(r"```console\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert block, f"{GUIDE} names no commands"
    *commands, serve = block[1].strip().splitlines()
    assert serve == f"python -m http.server --directory {FOLDER}"
    wheel = f"cp {wheel_for(ROOT)} {FOLDER}"
    script = "\n".join(wheel if " pip wheel " in each else each for each in commands)
    tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    done = subprocess.run(
        ["/bin/sh", "-ec", script.replace(FOLDER, str(folder)).replace(NEWEST, line)],
        cwd=ROOT,
        env={**os.environ, "PATH": tools},
        capture_output=True,
        text=True,
        timeout=patience(60),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder by Python's own server, which sends no header that isolates a page."""
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1"]
    with subprocess.Popen(
        [*command, "--directory", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            found = re.search(r"\((http\S+)\)", said)
            assert found, said
            yield found[1]
        finally:
            server.terminate()


class User:
    """Somebody with the application before them."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                self.errors.append(f"{message.text} {message.location}")
                if message.type in {"error", "warning"}
                else None
            ),
        )

    async def open(self, url: str) -> Self:
        await self.page.goto(url)
        await self.page.wait_for_selector("form", timeout=BOOT_MS)
        return self

    def row(self, name: str) -> Locator:
        return self.page.locator(
            "tbody tr", has=self.page.get_by_role("rowheader", name=name, exact=True)
        )

    async def choose(self, **files: bytes) -> None:
        given: Any = [
            {"name": f"{name}.csv", "mimeType": "text/csv", "buffer": data}
            for name, data in files.items()
        ]
        await self.page.get_by_label("Files", exact=True).first.set_input_files(given)
        for name in files:
            await self.row(f"{name}.csv").wait_for(timeout=STEP_MS)

    async def clear(self) -> None:
        remove = self.page.get_by_role("button", name="Remove")
        while await remove.count():
            await remove.first.click()

    async def analyse(self) -> None:
        await self.page.get_by_role("button", name="Analyse").click()

    async def reaches(self, name: str, *states: str) -> str:
        """Wait for a file to be in one of some states; its row's text."""
        row = self.row(f"{name}.csv")
        any_of = ", ".join(f'[data-state="{state}"]' for state in states)
        await row.and_(self.page.locator(any_of)).wait_for(timeout=STEP_MS)
        return await row.inner_text()

    async def runs(self, name: str) -> None:
        """Wait until a file is being analysed, and some of it has been."""
        bar = self.page.get_by_label(f"Progress of {name}.csv")
        handle = await bar.element_handle(timeout=STEP_MS)
        await self.page.wait_for_function("bar => bar.value > 0", arg=handle, timeout=STEP_MS)

    async def finds(self, text: str, said: str) -> None:
        await self.page.get_by_label("Find lines that contain").fill(text)
        await self.says(said)

    async def says(self, text: str) -> None:
        status = self.page.get_by_role("status").filter(has_text=text)
        await status.wait_for(timeout=STEP_MS)


async def context_of(chromium: Chromium, **options: Any) -> BrowserContext:
    context: BrowserContext = await chromium.context(**options)
    await context.add_init_script(WATCH)
    return context


@pytest.fixture(scope="module")
def folder(interpreter_line: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    ensure_runtime(interpreter_line)
    return deploy(tmp_path_factory.mktemp("deployed") / "application", interpreter_line)


@pytest.fixture(scope="module")
def use(chromium: Chromium, folder: Path) -> Iterator[Callable[..., Any]]:
    """Lets functions act on one visit to the application; each begins without files."""

    async def enter() -> tuple[BrowserContext, User]:
        context = await context_of(chromium)
        return context, await User(await context.new_page()).open(url)

    def act(script: Callable[[User], Coroutine[Any, Any, T]]) -> T:
        user.errors.clear()
        chromium.run(user.clear())
        result: T = chromium.run(script(user))
        assert user.errors == []
        return result

    with served(folder) as url:
        context, user = chromium.run(enter())
        try:
            yield act
        finally:
            chromium.run(context.close())


def test_files_are_analysed_and_a_bad_one_says_what_is_wrong_with_it(
    use: Callable[..., Any],
) -> None:
    numbers = range(2000)

    async def script(user: User) -> tuple[str, str, bool]:
        await user.choose(good=table(len(numbers)), bad=b"one,two\n1,2\n3\n", void=b"")
        await user.analyse()
        await user.reaches("good", "done")
        await user.row("good.csv").get_by_text("2,000 rows").click()
        good = await user.reaches("good", "done")
        bad = await user.reaches("bad", "failed") + await user.reaches("void", "failed")
        return good, bad, await user.page.evaluate("crossOriginIsolated")

    good, bad, isolated = use(script)
    mean, deviation = statistics.fmean(numbers), statistics.pstdev(numbers)
    assert f"single\t{mean:,.2f}\t{deviation:,.2f}\t0.00\t1,999.00" in good
    assert f"double\t{2 * mean:,.2f}\t{2 * deviation:,.2f}\t0.00\t3,998.00" in good
    assert "text" not in good
    assert "line 3: 2 cells expected, 1 found" in bad
    assert "line 1: the file is empty" in bad
    assert not isolated


def test_a_file_in_progress_is_cancelled_and_its_neighbour_is_not(use: Callable[..., Any]) -> None:
    async def script(user: User) -> tuple[str, str]:
        await user.choose(unwanted=table(200_000), wanted=table(3000))
        await user.analyse()
        await user.runs("unwanted")
        await user.page.get_by_role("button", name="Cancel unwanted.csv").click()
        await user.reaches("unwanted", "cancelled")
        await user.reaches("wanted", "done")
        await user.page.get_by_text("Workers: none").wait_for(timeout=STEP_MS)
        return await user.row("wanted.csv").inner_text(), await user.page.inner_text(".workers")

    wanted, workers = use(script)
    assert "3,000 rows" in wanted
    # The worker left its task at the next turn of its event loop, and did not have to be ended.
    assert "Died: 0" in workers


def test_what_a_killed_worker_had_is_done_by_another_one(use: Callable[..., Any]) -> None:
    async def script(user: User) -> tuple[str, str]:
        await user.choose(survivor=table(150_000))
        before = await user.page.evaluate("workers.length")
        await user.analyse()
        await user.runs("survivor")
        killed = f"workers.slice({before}).forEach(({{worker}}) => worker.terminate())"
        await user.page.evaluate(killed)
        await user.says("died; its files go to another one")
        done = await user.reaches("survivor", "done")
        await user.page.get_by_text("Workers: none").wait_for(timeout=STEP_MS)
        return done, await user.page.inner_text(".workers")

    done, workers = use(script)
    assert "150,000 rows" in done
    assert "Tried again: 1" in workers


def test_of_searches_that_overtake_each_other_the_last_is_shown(use: Callable[..., Any]) -> None:
    async def script(user: User) -> list[str]:
        await user.choose(words=b"text\n" + b"needle and thread\n" * 3 + b"hay\n" * 60_000)
        field = user.page.get_by_label("Find lines that contain")
        # Slower than the application's pause, so that each of them is begun.
        await field.press_sequentially("needle and", delay=170)
        await user.says("3 lines contain it.")
        shown = await user.page.locator("ol li").all_inner_texts()
        await field.fill("")
        await user.page.locator("ol li").first.wait_for(state="detached", timeout=STEP_MS)
        return shown

    assert use(script) == [f"words.csv, line {line}: needle and thread" for line in (2, 3, 4)]


def test_a_wrong_parameter_is_said_beside_its_field_and_starts_nothing(
    use: Callable[..., Any],
) -> None:
    async def script(user: User) -> list[Any]:
        await user.choose(later=table(10))
        field = user.page.get_by_label("Workers")
        found: list[Any] = []
        for text in ("none", "9", "2"):
            await field.fill(text)
            if text != "2":
                # By the keyboard alone: Enter in a field submits the form.
                await field.press("Enter")
                found += [await user.reaches("later", "not analysed") != ""]
            problem = await user.page.inner_text("#workers-problem")
            found += [(await field.get_attribute("aria-invalid"), problem)]
        await field.press("Enter")
        await user.reaches("later", "done")
        return found

    message = "Enter a whole number from 1 to 8."
    assert use(script) == [True, ("true", message), True, ("true", message), (None, "")]


@pytest.fixture(scope="module")
def newest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ensure_runtime(NEWEST)
    return deploy(tmp_path_factory.mktemp("deployed") / "newest", NEWEST)


def visit(
    chromium: Chromium, url: str, script: Callable[[User], Coroutine[Any, Any, T]], **options: Any
) -> tuple[T, list[str]]:
    """Open the application, let a function act on it; what that returned, and the page's errors."""

    async def act() -> tuple[T, list[str]]:
        context = await context_of(chromium, **options)
        try:
            user = await User(await context.new_page()).open(url)
            return await script(user), user.errors
        finally:
            await context.close()

    result: tuple[T, list[str]] = chromium.run(act())
    return result


def test_a_worker_that_cannot_start_is_explained_and_what_waited_can_be_done_later(
    chromium: Chromium, newest: Path
) -> None:
    deployed, forgotten = newest / "workers", newest / "not-deployed"

    async def script(user: User) -> tuple[list[str], str]:
        alert = user.page.get_by_role("alert")
        await user.page.get_by_role("button", name="Use sample files").click()
        samples = await alert.inner_text(timeout=STEP_MS)
        await user.choose(patient=table(20))
        await user.analyse()
        row = await user.reaches("patient", "failed")
        analysis = await alert.inner_text(timeout=STEP_MS)
        forgotten.rename(deployed)
        await user.analyse()
        later = await user.reaches("patient", "done")
        assert await alert.count() == 0
        return [samples, row, analysis], later

    deployed.rename(forgotten)
    try:
        with served(newest) as url:
            (told, later), errors = visit(chromium, url, script)
    finally:
        if forgotten.exists():
            forgotten.rename(deployed)
    for text in (told[0], told[2]):
        assert text.startswith("HttpStatusError: ")
    for text in told:
        assert "workers/worker.mjs" in text
        assert "HTTP status 404" in text
        assert "python -m bridge.assets" in text
    assert "20 rows" in later
    # The browser itself tells of every answer 404, and nothing else is wrong.
    assert {text.split(" {")[0] for text in errors} == {
        "Failed to load resource: the server responded with a status of 404 (File not found)"
    }


def test_a_page_that_could_not_start_says_why(chromium: Chromium, newest: Path) -> None:
    async def script() -> tuple[str, list[str]]:
        context = await context_of(chromium)
        try:
            user = User(await context.new_page())
            await user.page.route("**/analysis.py", lambda route: route.fulfill(status=403))
            await user.page.goto(url)
            return await user.page.get_by_role("alert").inner_text(timeout=BOOT_MS), user.errors
        finally:
            await context.close()

    with served(newest) as url:
        told, errors = chromium.run(script())
    assert told == "The application could not start. columns/analysis.py: HTTP status 403"
    assert "columns/analysis.py: HTTP status 403" in errors


def test_it_is_accessible_in_every_look_and_works_where_the_page_is_isolated(
    chromium: Chromium, newest: Path
) -> None:
    axe = (ensure_npm("axe-core") / "axe.min.js").read_text("utf-8")

    async def script(user: User) -> tuple[bool, dict[str, list[str]]]:
        await user.page.evaluate(axe)
        found = {"empty": await user.page.evaluate(AUDIT)}
        await user.page.get_by_role("button", name="Use sample files").click()
        await user.row("damaged.csv").wait_for(timeout=STEP_MS)
        await user.page.get_by_label("Workers").fill("many")
        found["with a wrong field"] = await user.page.evaluate(AUDIT)
        await user.page.get_by_label("Workers").fill("2")
        await user.analyse()
        await user.runs("lighthouse")
        found["working"] = await user.page.evaluate(AUDIT)
        await user.reaches("damaged", "failed")
        await user.finds("fog", "lines contain it.")
        await user.row("station.csv").get_by_text("50,000 rows").click()
        for scheme in ("light", "dark"):
            for width in (1200, 360):
                await user.page.emulate_media(color_scheme=scheme)
                await user.page.set_viewport_size({"width": width, "height": 800})
                found[f"{scheme}, {width} px"] = await user.page.evaluate(AUDIT)
        return await user.page.evaluate("crossOriginIsolated"), found

    with Server(Routes(folders={"/": newest}, isolated=True)) as server:
        (isolated, found), errors = visit(chromium, f"{server.url}/index.html", script)
    assert {look: faults for look, faults in found.items() if faults} == {}
    assert len(found) == 7
    assert isolated
    assert errors == []
