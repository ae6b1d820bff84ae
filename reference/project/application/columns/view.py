"""What the page looks like, as a tree that follows the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.binding import For, Show, h
from bridge.offload import HeardEvent, handler

if TYPE_CHECKING:
    from collections.abc import Callable

    from bridge.binding import Content
    from bridge.vdom import VNode
    from columns.analysis import Column
    from columns.work import Job, Work

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}


def page(work: Work) -> VNode:
    """The whole page."""
    return h(
        "div",
        None,
        [
            h("h1", None, "Columns"),
            h("p", None, "Statistics of CSV files, computed beside the page. Nothing is uploaded."),
            form(work),
            Show(work.problem, h("p", {"role": "alert", "class": "problem"}, work.problem)),
            files(work),
            h("p", {"role": "status"}, [work.news, " ", work.event]),
            h("p", {"class": "workers"}, lambda: crew(work)),
            search(work),
        ],
    )


def form(work: Work) -> VNode:
    """Files and parameters."""

    async def chosen(event: HeardEvent) -> None:
        found = [(file.name, await file.arrayBuffer()) for file in event.target.files]
        work.add((name, data.to_bytes()) for name, data in found)

    async def submitted(_event: HeardEvent) -> None:
        await work.analyse()

    async def sampled(_event: HeardEvent) -> None:
        await work.add_samples()

    analyse = handler(submitted, prevent=True, again="ignore")
    sample = handler(sampled, again="ignore")
    workers = {
        "id": "workers",
        "inputmode": "numeric",
        "size": "3",
        "bind:value": work.workers,
        "aria-invalid": lambda: "true" if work.workers.error.value else None,
        "aria-describedby": "workers-problem",
    }
    choose = {"type": "file", "id": "files", "multiple": True, "accept": ".csv,.tsv,.txt"}
    options = [h("option", {"value": each}, name) for each, name in SEPARATORS.items()]
    idle = [
        h(
            "button",
            {"type": "submit", "aria-disabled": lambda: str(analyse.busy.value).lower()},
            "Analyse",
        ),
        h("button", {"type": "button", "on_click": lambda _: work.cancel()}, "Cancel all"),
    ]
    return h(
        "form",
        {"on_submit": analyse},
        [
            labelled("files", "Files", h("input", {**choose, "on_change": handler(chosen)})),
            h(
                "button",
                {"type": "button", "on_click": sample},
                lambda: "Making samples …" if sample.busy.value else "Use sample files",
            ),
            labelled(
                "separator",
                "Separator",
                h("select", {"id": "separator", "bind:value": work.separator}, options),
            ),
            labelled("workers", "Workers", h("input", workers)),
            h("div", {"class": "actions"}, idle),
            h("p", {"id": "workers-problem", "class": "problem"}, work.workers.error),
        ],
    )


def labelled(name: str, text: str, field: VNode) -> VNode:
    """A field with its label."""
    return h("div", {"class": "field"}, [h("label", {"for": name}, text), field])


def files(work: Work) -> VNode:
    """A row for each file; what changes is changed in place."""
    head = header("File", "=Size", "State", "Result")

    def row(job: Job) -> VNode:
        state: list[Content] = [
            lambda: job.state.value,
            Show(lambda: job.pending, lambda: bar(job)),
        ]
        found: list[Content] = [lambda: job.problem, Show(lambda: job.summary, lambda: result(job))]
        stop = button("Cancel", job, lambda: work.cancel(job))
        remove = button("Remove", job, lambda: work.remove(job))
        return h(
            "tr",
            {"data-state": lambda: job.state.value},
            [
                h("th", {"scope": "row"}, job.name),
                h("td", {"class": "number"}, f"{len(job.data) / 1000:,.0f} kB"),
                h("td", None, state),
                h("td", None, found),
                h("td", None, Show(lambda: job.pending, stop, remove)),
            ],
        )

    rows = h("tbody", None, For(work.jobs, row))
    table = h(
        "table",
        None,
        [h("caption", None, "Files"), h("thead", None, h("tr", None, [*head, h("td")])), rows],
    )
    # It scrolls where it is wider than the screen, and the keyboard has to reach that.
    return h(
        "div", {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": "Files"}, table
    )


def header(*names: str) -> list[VNode]:
    """Cells of a table's head; those of numbers begin with an equals sign."""
    classes = {True: "number", False: None}
    return [
        h("th", {"scope": "col", "class": classes[name.startswith("=")]}, name.removeprefix("="))
        for name in names
    ]


def button(text: str, job: Job, act: Callable[[], None]) -> Callable[[], VNode]:
    """Builds a button of a file's row."""
    props = {"type": "button", "on_click": lambda _: act(), "aria-label": f"{text} {job.name}"}
    return lambda: h("button", props, text)


def bar(job: Job) -> VNode:
    """How far a file is."""
    return h(
        "progress",
        {"max": "1", "value": lambda: job.progress, "aria-label": f"Progress of {job.name}"},
    )


def result(job: Job) -> Content:
    """The statistics of a file, folded."""
    if job.summary is None:
        return None
    columns = [column for column in job.summary.columns if column.numbers]
    lines = [h("tr", None, [h("th", {"scope": "row"}, one.name), *cells(one)]) for one in columns]
    head = h(
        "thead", None, h("tr", None, header("Column", "=Mean", "=Deviation", "=Least", "=Most"))
    )
    text = f"{job.summary.rows:,} rows, {len(columns)} columns of numbers"
    return h(
        "details",
        None,
        [h("summary", None, text), h("table", None, [head, h("tbody", None, lines)])],
    )


def cells(column: Column) -> list[VNode]:
    """The numbers of a column."""
    numbers = (column.mean, column.deviation, column.least, column.most)
    return [
        h("td", {"class": "number"}, f"{number:,.2f}") for number in numbers if number is not None
    ]


def crew(work: Work) -> str:
    """What the pool's workers are doing."""
    stats = work.stats.value
    if stats is None:
        return ""
    each = ", ".join(f"{one.number} {one.state.value}" for one in stats.workers)
    return f"Workers: {each or 'none'}. Died: {stats.died}. Tried again: {stats.retried}."


def search(work: Work) -> VNode:
    """A field that searches all files while one types in it; the latest text wins."""

    async def typed(event: HeardEvent) -> None:
        await work.look_up(event.value or "")

    def summary() -> str:
        if work.search.busy.value:
            return "Searching …"
        if error := work.search.error.value:
            return f"The search failed: {error}"
        found = work.search.value.value
        return "" if found is None else f"{found[0]:,} lines contain it."

    field = h(
        "input", {"id": "search", "type": "search", "on_input": handler(typed, again="latest")}
    )
    shown = For(lambda: (work.search.value.value or (0, []))[1], lambda line: h("li", None, line))
    return h(
        "section",
        {"aria-label": "Search", "aria-busy": lambda: str(work.search.busy.value).lower()},
        [
            labelled("search", "Find lines that contain", field),
            h("p", {"role": "status"}, summary),
            h("ol", None, shown),
        ],
    )
