"""What the built site needs besides its pages: assets, and stubs where pages have moved."""

from __future__ import annotations

import html
import json
import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, cast

from sphinx.util.osutil import relative_uri

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

    from pattern_language.domain import PatternDomain

ASSETS: Final = Path(__file__).parent / "assets"
_FOLDER: Final = "pattern_language"

_STUB = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Moved: {title}</title>
<meta http-equiv="refresh" content="0; url={address}">
<link rel="canonical" href="{canonical}">
<script>location.replace({script} + location.search + location.hash);</script>
</head>
<body><p>This page has moved: <a href="{address}">{title}</a>.</p></body>
</html>
"""


def setup(app: Sphinx) -> None:
    """Connect to the events of builders that write for browsers."""
    app.connect("builder-inited", _copy_assets)
    app.connect("html-page-context", _add_assets)
    app.connect("build-finished", _write_stubs)


def _assets(app: Sphinx) -> list[Path]:
    """Return the files that pages of the builder can use."""
    if app.builder.format != "html":
        return []
    # Books have no use for scripts.
    kinds = {".css"} if app.builder.name == "epub" else {".css", ".mjs"}
    return sorted(asset for asset in ASSETS.glob("*.*") if asset.suffix in kinds)


def _copy_assets(app: Sphinx) -> None:
    # Before pages are written: their links carry a checksum of the file.
    folder = Path(app.outdir) / "_static" / _FOLDER
    for asset in _assets(app):
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(asset, folder / asset.name)


def _add_assets(
    app: Sphinx,
    pagename: str,
    _template: str,
    _context: dict[str, object],
    doctree: nodes.document | None,
) -> None:
    showing = cast("PatternDomain", app.env.domains["pattern"]).showing
    whole = app.builder.name == "singlehtml" and bool(showing)
    if doctree is None or not (pagename in showing or whole):
        return
    for asset in _assets(app):
        if asset.suffix == ".css":
            app.add_css_file(f"{_FOLDER}/{asset.name}")
        else:
            app.add_js_file(f"{_FOLDER}/{asset.name}", type="module")


def _write_stubs(app: Sphinx, error: Exception | None) -> None:
    if error or app.builder.name not in {"html", "dirhtml"}:
        return
    published = cast("PatternDomain", app.env.domains["pattern"]).published
    if published is None:
        return
    for old in published.redirects.get("pages", {}):
        new = published.current("pages", old)
        if old in app.env.found_docs or new not in app.env.found_docs:
            continue  # the rules say so
        path = Path(app.outdir, _file(app, old))
        path.parent.mkdir(parents=True, exist_ok=True)
        target = app.builder.get_target_uri(new)
        address = relative_uri(app.builder.get_target_uri(old), target)
        path.write_text(
            _STUB.format(
                title=html.escape(app.env.titles[new].astext()),
                address=html.escape(address, quote=True),
                canonical=html.escape((app.config.html_baseurl or "") + target, quote=True)
                if app.config.html_baseurl
                else html.escape(address, quote=True),
                # Inside a script element only '<' could end it.
                script=json.dumps(address).replace("<", "\\u003c"),
            ),
            "utf-8",
        )


def _file(app: Sphinx, docname: str) -> PurePosixPath:
    uri = app.builder.get_target_uri(docname)
    return PurePosixPath(uri, "index.html") if uri.endswith("/") else PurePosixPath(uri)
