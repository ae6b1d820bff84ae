"""Sphinx extension: every figure on a page says where it comes from.

A role quotes one figure that the benchmarks wrote, a directive shows a table of them; both name
suite, line, row and column, and what was not measured is an error of the build::

    {bench}`dom 0.28 | create 1k | bridge.binding`
    {bench}`dom 0.28 | create 1k | bridge.binding | best`

    ```{bench-table} dom 0.28
    :columns: bridge.vdom, bridge.binding
    :rows: create 1k, update 10th
    ```

Limits and definitions, and figures that others published, name their source::

    {limit}`50 ms <long-tasks>`
    {quoted}`1.1 kB <https://example.org/size>`

A page that quotes a suite quotes its newest line, too (``bench_figures.newest``): a comparison that
leaves it out may be out of date.

Figures that look measured and come by none of these are warnings (``bench_figures.bare``). Pages
on which they may stand are listed in ``bench_figures_exempt`` with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench_figures.measured import BenchRole, BenchTable
from bench_figures.newest import check_newest
from bench_figures.prose import check_exempt_pages, check_exemptions, check_page
from bench_figures.sourced import SourcedRole

if TYPE_CHECKING:
    from sphinx.application import Sphinx
    from sphinx.util.typing import ExtensionMetadata


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register roles, directive and check."""
    app.add_config_value("bench_figures_results", "tests/bench/results", "env", types=(str,))
    app.add_config_value("bench_figures_exempt", {}, "env", types=(dict,))
    app.add_role("bench", BenchRole())
    app.add_role("limit", SourcedRole())
    app.add_role("quoted", SourcedRole())
    app.add_directive("bench-table", BenchTable)
    app.connect("config-inited", check_exemptions)
    app.connect("env-before-read-docs", check_exempt_pages)
    app.connect("doctree-read", check_page)
    app.connect("doctree-read", check_newest)
    return {
        "version": "0.3",
        "env_version": 3,
        "parallel_read_safe": True,
        "parallel_write_safe": True,
    }
