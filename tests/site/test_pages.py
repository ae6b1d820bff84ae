"""What stands around the pages: a page for addresses that do not exist, links to the sources."""

from __future__ import annotations

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Build = Callable[..., str]
    Chromium = Any
    Visits = Any

CONF = """
import os

from site_pages.edit_links import edit_links

project = "Small"
extensions = ["myst_parser", "site_pages"]
html_theme = "furo"
html_favicon = "icon.svg"
html_baseurl = os.environ.get("SITE_BASE_URL", "")
html_theme_options = edit_links(os.environ)
site_pages_links = {"index": "The way in", "deep/down/page": ""}
"""
PAGES = {
    "icon.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
    "index.md": "# The Index\n\n```{toctree}\ndeep/down/page\n```\n",
    "deep/down/page.md": "# A Page Below\n\nWords to find.\n",
}


def make_project(folder: Path, conf: str = CONF) -> Path:
    for name, text in {"conf.py": conf, **PAGES}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def build_small(build: Build, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Builds the small project with some variables in the environment; each kind once."""
    built: dict[tuple[tuple[str, str], ...], Path] = {}

    def make(**environ: str) -> Path:
        key = tuple(sorted(environ.items()))
        if key not in built:
            folder = tmp_path_factory.mktemp("small")
            with pytest.MonkeyPatch.context() as patch:
                for name in ("SITE_BASE_URL", "SITE_REPOSITORY", "SITE_BRANCH"):
                    patch.delenv(name, raising=False)
                for name, value in environ.items():
                    patch.setenv(name, value)
                build(make_project(folder / "source"), folder / "html", "html", "-W", "-n", "-q")
            built[key] = folder / "html"
        return built[key]

    return make


class _Host(SimpleHTTPRequestHandler):
    """A static host: a site below a path, and its 404.html for whatever is not there."""

    def __init__(self, *args: Any, prefix: str, site: Path, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(*args, directory=str(site), **options)

    def translate_path(self, path: str) -> str:
        if not path.startswith(self.prefix):
            return str(Path(self.directory, "outside", "the", "site"))
        return super().translate_path("/" + path.removeprefix(self.prefix))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory, "404.html")
        if code != 404 or not self.path.startswith(self.prefix):
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        pass


@pytest.fixture
def host() -> Iterator[Callable[[Path, str], str]]:
    """Serves a site below a path of a host; the address of the site."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def serve(site: Path, prefix: str) -> str:
        handler = partial(_Host, prefix=prefix, site=site)
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}{prefix}"

    yield serve
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


async def lost(chromium: Chromium, url: str, **options: Any) -> dict[str, Any]:
    """Open an address that does not exist, and say what a reader has there."""
    context = await chromium.context(**options)
    try:
        page = await context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda message: (
                errors.append(f"{message.text} {message.location['url']}")
                if message.type == "error"
                else None
            ),
        )
        answer = await page.goto(url)
        seen: dict[str, Any] = {
            "status": answer.status,
            "title": await page.text_content("h1"),
            "links": await page.eval_on_selector_all(
                "#page-not-found li a", "all => all.map(one => [one.href, one.textContent])"
            ),
            "styled": await page.evaluate(
                "getComputedStyle(document.querySelector('.sidebar-drawer')).display"
            ),
            "skip": await page.get_attribute("a.skip-to-content", "href"),
            "errors": errors,
        }
        await page.click("#page-not-found li a")
        seen["index"] = await page.text_content("h1")
        await page.goto(url)
        await page.fill("#page-not-found input[name=q]", "words")
        await page.press("#page-not-found input[name=q]", "Enter")
        if options.get("java_script_enabled", True):
            await page.wait_for_selector("ul.search li")
        seen["search"] = page.url
        return seen
    finally:
        await context.close()


BELOW = "https://example.org/blueprints/"


@pytest.mark.parametrize(
    ("base", "missing"),
    [
        ("", "missing.html"),
        ("", "deep/missing?x=1#there"),
        (BELOW, "deep/down/missing.html"),
        (BELOW, "a/b/c/d/"),
    ],
)
def test_an_address_of_any_depth_that_does_not_exist_shows_the_site_s_own_page(
    chromium: Chromium, build_small: Any, host: Any, base: str, missing: str
) -> None:
    prefix = urlsplit(base).path or "/"
    site = host(build_small(SITE_BASE_URL=base), prefix)
    seen = chromium.run(lost(chromium, site + missing))
    assert (seen["status"], seen["title"]) == (404, "Page not found")
    assert seen["links"] == [
        [f"{site}index.html", "The way in"],
        [f"{site}deep/down/page.html", "A Page Below"],
    ]
    assert seen["styled"] != "block"
    assert seen["skip"] == f"{prefix}{missing.partition('#')[0]}#furo-main-content"
    assert seen["index"].startswith("The Index")
    assert seen["search"] == f"{site}search.html?q=words"
    # The browser reports the document's own status; nothing else was missing.
    assert {error.rpartition(" ")[2] for error in seen["errors"]} == {site + missing}


@pytest.mark.parametrize("base", ["", "https://example.org/elsewhere/"])
def test_a_site_that_is_served_from_another_path_finds_its_root(
    chromium: Chromium, build_small: Any, host: Any, base: str
) -> None:
    site = host(build_small(SITE_BASE_URL=base), "/some/where/")
    seen = chromium.run(lost(chromium, f"{site}deep/down/missing.html"))
    assert seen["links"][0][0] == f"{site}index.html"
    assert seen["styled"] != "block"
    assert seen["search"] == f"{site}search.html?q=words"


def test_without_scripts_the_page_relies_on_the_published_address(
    chromium: Chromium, build_small: Any, host: Any
) -> None:
    site = host(build_small(SITE_BASE_URL=BELOW), "/blueprints/")
    seen = chromium.run(lost(chromium, f"{site}a/b/missing", java_script_enabled=False))
    assert seen["links"][0][0] == f"{site}index.html"
    assert seen["index"].startswith("The Index")


def test_the_page_asks_search_engines_to_forget_it_and_claims_no_address(build_small: Any) -> None:
    text = (build_small(SITE_BASE_URL="https://example.org/") / "404.html").read_text()
    assert '<meta name="robots" content="noindex">' in text
    assert "canonical" not in text


def test_a_link_of_the_page_to_nowhere_is_a_warning(build: Build, tmp_path: Path) -> None:
    conf = CONF.replace('"deep/down/page":', '"nowhere":')
    said = build(make_project(tmp_path / "source", conf), tmp_path / "html")
    assert "site_pages_links names 'nowhere'; there is no such page" in said


BUTTONS = r'<div class="(view|edit)-this-page">\s*<a [^>]*href="([^"]*)"'


def source_links(page: Path) -> dict[str, str]:
    return dict(re.findall(BUTTONS, page.read_text("utf-8")))


def test_without_a_repository_no_page_links_to_its_source(build_small: Any) -> None:
    site = build_small(SITE_BASE_URL="")
    assert source_links(site / "deep/down/page.html") == {}


def test_with_a_repository_each_page_links_to_its_own_source(build_small: Any) -> None:
    site = build_small(SITE_REPOSITORY="https://github.com/someone/small.git/", SITE_BRANCH="next")
    there = "https://github.com/someone/small"
    assert source_links(site / "deep/down/page.html") == {
        "view": f"{there}/blob/next/deep/down/page.md?plain=true",
        "edit": f"{there}/edit/next/deep/down/page.md",
    }
    assert source_links(site / "404.html") == {}


def test_the_site_as_one_page_stands_where_its_addresses_hold(build: Build, tmp_path: Path) -> None:
    conf = CONF + 'root_doc = "part/index"\n'
    source = make_project(tmp_path / "source", conf.replace('"index":', '"part/index":'))
    (source / "part").mkdir()
    (source / "index.md").rename(source / "part" / "index.md")
    page = source / "part" / "index.md"
    page.write_text(page.read_text("utf-8").replace("deep/", "/deep/"), encoding="utf-8")
    build(source, tmp_path / "out", "singlehtml", "-W", "-q")
    text = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert "Words to find." in text
    sheets = re.findall(r'<link rel="stylesheet"[^>]* href="([^"?]*)', text)
    assert sheets
    assert [sheet for sheet in sheets if not (tmp_path / "out" / sheet).is_file()] == []


def test_a_printed_page_has_neither_sidebars_nor_buttons(visit_real: Visits) -> None:
    async def script(reader: Any) -> None:
        page = reader.page
        await page.emulate_media(media="print")
        for gone in (".sidebar-drawer", ".toc-drawer", ".related-pages", ".headerlink"):
            assert await page.locator(f"{gone}:visible").count() == 0, gone
        article = "getComputedStyle(document.querySelector('.highlight pre'))"
        assert await page.evaluate(f"{article}.whiteSpace") == "pre-wrap"
        after = await page.evaluate(
            """() => [...document.querySelectorAll("article p:not(.footnote p) > a.external")]
                .filter(link => !link.closest(".footnote, .citation"))
                .map(link => getComputedStyle(link, "::after").content)"""
        )
        assert after
        assert all("http" in text for text in after)

    visit_real(script, "reference/project/benchmarks.html")
