"""The builder ``examples``: writes the plan, its manifest and the generated tests."""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.builders import Builder
from sphinx.locale import __
from sphinx.util import logging
from sphinx.util.logging import is_suppressed_warning

from doc_examples.collect import manifest
from doc_examples.collect.check import SUBTYPE, Sources, differences
from doc_examples.collect.collector import Fault, PageRecord, report, store
from doc_examples.collect.warned import Warned
from doc_examples.plan import make_plan
from doc_examples.render import render_modules, write_modules

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from docutils import nodes
    from sphinx.environment import BuildEnvironment

    from doc_examples.records import Plan

logger = logging.getLogger(__name__)


def pages(env: BuildEnvironment) -> list[PageRecord]:
    """Return the records of all pages, sorted by name."""
    records = store(env)
    return [records[name] for name in sorted(records)]


def disagreements(env: BuildEnvironment) -> list[Fault]:
    """Return where collector and scanner disagree about the project's sources."""
    config = env.config
    markups = {
        suffix: markup if markup in {"markdown", "restructuredtext"} else ""
        for suffix, markup in config.source_suffix.items()
    }
    extensions = getattr(config, "myst_enable_extensions", ())
    sources = Sources(
        srcdir=Path(env.srcdir),
        markups={suffix: markup for suffix, markup in markups.items() if markup},
        colon_fence="colon_fence" in extensions,
        fields="fieldlist" in extensions,
        encodings=(config.source_encoding,),
        exclude=config.doc_examples_exclude,
    )
    return differences(pages(env), sources)


class ExamplesBuilder(Builder):
    """Collects the examples of all pages; writes no page."""

    name = "examples"
    format = ""
    epilog = __("The plan of the examples is in %(outdir)s.")
    allow_parallel = True

    def init(self) -> None:
        """Remember which pages this run has read: their faults are reported already."""
        self._read: set[str] = set()
        self._since = time.time_ns()
        self.events.connect("env-before-read-docs", self._note_read, 500)
        self._warned = Warned(self._app)
        self._warned.start()
        self.events.connect("build-finished", lambda *_: self._warned.stop(), 500)

    def _note_read(self, _app: object, _env: object, docnames: list[str]) -> None:
        self._read.update(docnames)

    def get_outdated_docs(self) -> str:
        """Say that the plan is always made anew; reading pages is what takes the time."""
        return "the plan of the examples"

    def get_target_uri(self, docname: str, typ: str | None = None) -> str:
        """Return nothing: no page is written."""
        del docname, typ
        return ""

    def write_documents(self, docnames: AbstractSet[str]) -> None:
        """Write no page."""

    def write_doc(self, docname: str, doctree: nodes.document) -> None:
        """Write no page."""

    def finish(self) -> None:
        """Check what was collected, then write plan, tests and manifest.

        A fault that the project has not suppressed makes the build end with status 1, with or
        without ``-W``. Nothing is written then, so that the former plan is not current.
        """
        records = pages(self.env)
        if count := self._report_faults(records):
            self._refuse(
                f"{count} faults in the examples, each reported above at its line; "
                "a kind of fault can be allowed by its name in suppress_warnings"
            )
            return
        plan = make_plan(
            (record.examples for record in records),
            wheels=self.config.doc_examples_wheels,
            timeout=float(self.config.doc_examples_timeout),
            tests=self.config.doc_examples_tests,
        )
        srcdir, outdir = Path(self.srcdir), Path(self.outdir)
        try:
            changed = write_modules(render_modules(plan), srcdir / plan.tests)
        except (ValueError, FileExistsError) as error:
            self._refuse(str(error))
            return
        _write(outdir / manifest.PLAN, plan.to_json())
        _write(outdir / manifest.MANIFEST, self._manifest(srcdir, records).to_json())
        self._warned.save(outdir, self._was_not_read)
        self._tell(plan, len(changed))

    def _was_not_read(self, path: str) -> bool:
        """Whether a file, or every page that shows it, has been read by a former build only."""
        env, file = self.env, Path(path)
        own = {name for name in env.found_docs if Path(env.doc2path(name)) == file}
        srcdir = Path(self.srcdir)
        shown = own or {
            name
            for name, files in env.dependencies.items()
            if any((srcdir / each).resolve() == file.resolve() for each in files)
        }
        return bool(shown) and not shown & self._read

    def _refuse(self, reason: str) -> None:
        # An exception would be shown as a crash of Sphinx, with a request to report it.
        self._app.statuscode = 1
        logger.error("%s", reason)

    def _report_faults(self, records: list[PageRecord]) -> int:
        """Report what reading has not reported in this run; return the number of all faults."""
        srcdir = Path(self.srcdir)
        found = [(record, fault) for record in records for fault in record.faults]
        open_faults = [(record, fault) for record, fault in found if not self._suppressed(fault)]
        for record, fault in open_faults:
            if record.docname not in self._read:
                report(fault, srcdir)
        lost = [] if self._suppressed_kind(SUBTYPE) else disagreements(self.env)
        for fault in lost:
            report(fault, srcdir)
        return len(open_faults) + len(lost)

    def _suppressed(self, fault: Fault) -> bool:
        return self._suppressed_kind(fault.subtype)

    def _suppressed_kind(self, subtype: str) -> bool:
        return is_suppressed_warning("doc_examples", subtype, self.config.suppress_warnings)

    def _manifest(self, srcdir: Path, records: list[PageRecord]) -> manifest.Manifest:
        files = {srcdir / record.page for record in records}
        files |= {srcdir / example.file for record in records for example in record.examples}
        files |= {
            srcdir / dependency for names in self.env.dependencies.values() for dependency in names
        }
        files.add(Path(self.confdir) / "conf.py")
        files |= _extension_files(srcdir)
        return manifest.take(
            srcdir,
            files,
            suffixes=sorted(self.config.source_suffix),
            include=self.config.include_patterns,
            exclude=[*self.config.exclude_patterns, *self.config.templates_path],
            since=self._since,
            counts={
                record.docname: dict(Counter(str(example.kind) for example in record.examples))
                for record in records
            },
        )

    def _tell(self, plan: Plan, changed: int) -> None:
        logger.info(
            "doc_examples: %d blocks, %d tests in %s, %d files changed",
            len(plan.examples),
            len(plan.items()),
            plan.tests,
            changed,
        )


def _extension_files(srcdir: Path) -> set[Path]:
    """Return the code that this build ran and that belongs to the project."""
    own = Path(__file__).parents[1]
    files = set(own.glob("*.py")) | set((own / "collect").rglob("*.py"))
    for module in list(sys.modules.values()):
        path = getattr(module, "__file__", None)
        if path and path.endswith(".py"):
            file = Path(path)
            if file.is_relative_to(srcdir) and "site-packages" not in file.parts:
                files.add(file)
    return files


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
