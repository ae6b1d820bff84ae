"""However a site is built, its pages and objects are those of a clean serial build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

VIEWS = """
# Views

```{pattern-graph}
```

```{pattern-index}
```

```{force-matrix}
```

```{pattern-chooser}
```

```{force-index}
```
"""


@pytest.fixture
def viewed(sources: dict[str, str]) -> dict[str, str]:
    """A language with every view on a page of its own."""
    return {**sources, "views.md": VIEWS}


def written(outdir: Path) -> dict[str, bytes]:
    """Return what readers and other projects get."""
    # What a page's source was is copied beside it, whether the page was written again or not.
    return {
        path.relative_to(outdir).as_posix(): path.read_bytes()
        for path in sorted(outdir.rglob("*"))
        if path.is_file()
        and path.suffix in {".html", ".inv", ".json", ".bib", ".ris", ".txt"}
        and "_sources" not in path.parts
    }


def clean(site: Any, files: dict[str, str], folder: Path) -> dict[str, bytes]:
    """Build files in a folder of their own."""
    other = type(site)(folder)
    folder.mkdir()
    built = other.build(files)
    assert (built.warnings, built.error) == ("", "")
    return written(built.outdir)


def edited(files: dict[str, str], name: str, old: str, new: str) -> dict[str, str]:
    assert old in files[name]
    return {**files, name: files[name].replace(old, new)}


@pytest.mark.parametrize(
    "edit",
    [
        ("work/beta.md", "requires alpha", "uses alpha"),
        ("work/beta.md", "resolves speed", "leaves-open speed"),
        ("work/beta.md", "# Beta", "# Bethe"),
        ("work/gamma.md", "It goes better", "It goes far better"),
        ("work/delta.md", ":category: rest", ":category: work"),
        ("forces.md", ":goods: Speed | memory", ":goods: Pace | room"),
        ("index.md", ":title: First steps", ":title: Second thoughts"),
    ],
)
def test_an_edit_reaches_every_page_that_shows_the_language(
    site: Any, viewed: dict[str, str], tmp_path: Path, edit: tuple[str, str, str]
) -> None:
    name, old, new = edit
    site.build(viewed)
    after = edited(viewed, name, old, new)
    site.write({name: after[name]})
    built = site.build(None)
    assert (built.warnings, built.error) == ("", "")
    assert written(built.outdir) == clean(site, after, tmp_path / "clean")


def test_a_page_that_is_gone_takes_its_objects_with_it(
    site: Any, viewed: dict[str, str], tmp_path: Path
) -> None:
    viewed = edited(viewed, "index.md", "beta\n: It", "gamma\n: Then.\nbeta\n: It")
    site.build(viewed)
    (site.folder / "work/delta.md").unlink()
    built = site.build(None)
    assert "delta" not in built.language.patterns
    assert built.warnings == ""
    found = written(built.outdir)
    # Sphinx leaves the page itself where it was written.
    stale = {name for name in found if name.startswith("work/delta")}
    after = {name: text for name, text in viewed.items() if name != "work/delta.md"}
    expected = clean(site, after, tmp_path / "clean")
    assert {name: data for name, data in found.items() if name not in stale} == expected


def test_a_page_that_others_need_is_missed_although_no_other_has_changed(
    site: Any, viewed: dict[str, str]
) -> None:
    site.build(viewed)
    (site.folder / "work/gamma.md").unlink()
    built = site.build(None)
    assert [fault[2] for fault in built.found()] == ["unreached", "unknown-pattern"]


def test_parallel_builds_write_the_same_site(
    site: Any, viewed: dict[str, str], tmp_path: Path
) -> None:
    assert len(viewed) > 5
    built = site.build(viewed, parallel=2)
    assert (built.warnings, built.error) == ("", "")
    assert written(built.outdir) == clean(site, viewed, tmp_path / "clean")


def test_what_another_builder_has_read_is_still_written(
    site: Any, viewed: dict[str, str], tmp_path: Path
) -> None:
    site.build(viewed)
    after = edited(viewed, "work/beta.md", "requires alpha", "uses alpha")
    site.write({"work/beta.md": after["work/beta.md"]})
    site.build(None, builder="text")
    built = site.build(None)
    assert written(built.outdir) == clean(site, after, tmp_path / "clean")


def test_an_unchanged_site_is_not_written_again(site: Any, viewed: dict[str, str]) -> None:
    before = site.build(viewed)
    times = {path: path.stat().st_mtime_ns for path in before.outdir.rglob("*.html")}
    site.build(None)
    again = {path: path.stat().st_mtime_ns for path in before.outdir.rglob("*.html")}
    always = {"genindex.html", "search.html", "pattern.html"}
    changed = {path.name for path in times if times[path] != again[path]}
    assert changed <= always


def test_a_badge_that_has_changed_is_shown_on_the_next_build(
    site: Any, viewed: dict[str, str]
) -> None:
    conf = """
        from pathlib import Path
        from pattern_language.context import Badge

        def badge(app, docname, from_docname):
            return Badge("passed", Path(app.srcdir, "badge.inc").read_text())

        def setup(app):
            app.connect("pattern-badge", badge)
    """
    site.build({**viewed, "badge.inc": "passed on one"}, conf=conf)
    site.write({"badge.inc": "passed on two"})
    built = site.build(None)
    for page in ("views.html", "work/beta.html"):
        assert "passed on two" in built.text(page)
        assert "passed on one" not in built.text(page)
