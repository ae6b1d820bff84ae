"""The table of js-framework-benchmark, written with each library in the way its documents teach."""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN202, ARG001, ARG005, PLC0415 - small programs of six libraries, each in its own manner,
# which imports what only its page has
from __future__ import annotations


class BindingTable:
    """bridge.binding: signals in a row, one template."""

    def __init__(self, container_id: str) -> None:
        from bridge.binding import For, h, mount, selector
        from bridge.reactivity import Scope, Signal, batch

        class Row:
            __slots__ = ("id", "label")

            def __init__(self, number, label) -> None:
                self.id = number
                self.label = Signal(label)

        self._row, self._batch = Row, batch
        self.rows = Signal([])
        self.selected = Signal(None)
        self._scope = Scope()
        with self._scope:
            is_selected = selector(self.selected)
            row = h(
                "tr",
                {"class": lambda row: "danger" if is_selected(row.id) else None},
                [
                    h("td", {"class": "col-md-1"}, lambda row: row.id),
                    h(
                        "td",
                        {"class": "col-md-4"},
                        h(
                            "a",
                            {"on_click": lambda row, event: self.select(row.id)},
                            lambda row: row.label,
                        ),
                    ),
                    h(
                        "td",
                        {"class": "col-md-1"},
                        h(
                            "a",
                            {"on_click": lambda row, event: self.remove(row.id)},
                            h("span", {"class": "glyphicon glyphicon-remove", "aria-hidden": True}),
                        ),
                    ),
                    h("td", {"class": "col-md-6"}),
                ],
            )
            mount(
                f"#{container_id}",
                h("table", {"class": "table"}, h("tbody", None, For(self.rows, row, key=_id))),
            )

    def create(self, data) -> None:
        with self._batch():
            self.rows.set([self._row(*row) for row in data])
            self.selected.set(None)

    def append(self, data) -> None:
        self.rows.set([*self.rows.peek(), *(self._row(*row) for row in data)])

    def update(self) -> None:
        with self._batch():
            for row in self.rows.peek()[::10]:
                row.label.set(row.label.peek() + " !!!")

    def select(self, number) -> None:
        self.selected.set(number)

    def swap(self) -> None:
        rows = list(self.rows.peek())
        rows[1], rows[-2] = rows[-2], rows[1]
        self.rows.set(rows)

    def remove(self, number) -> None:
        self.rows.set([row for row in self.rows.peek() if row.id != number])

    def clear(self) -> None:
        self.rows.set([])

    def close(self) -> None:
        self._scope.dispose()


def _id(row):
    return row.id


class WybthonTable:
    """wybthon: the same, with its signals, selector and For."""

    def __init__(self, container_id: str) -> None:
        from wybthon import For, create_selector, create_signal, flush, h, render

        self._flush, self._create_signal = flush, create_signal
        self.rows, self.set_rows = create_signal([])
        self.selected, self.set_selected = create_signal(None)
        is_selected = create_selector(self.selected)

        def view(item, index):
            number, label, _ = item()
            return h(
                "tr",
                {
                    # Without a key a replaced row is patched in place and its class, a function,
                    # is written as a text.
                    "key": number,
                    "class": lambda: "danger" if is_selected(number) else "",
                },
                h("td", {"class": "col-md-1"}, str(number)),
                h(
                    "td",
                    {"class": "col-md-4"},
                    h("a", {"on_click": lambda event: self.select(number)}, label),
                ),
                h(
                    "td",
                    {"class": "col-md-1"},
                    h(
                        "a",
                        {"on_click": lambda event: self.remove(number)},
                        h("span", {"class": "glyphicon glyphicon-remove", "aria-hidden": "true"}),
                    ),
                ),
                h("td", {"class": "col-md-6"}),
            )

        table = h(
            "table",
            {"class": "table"},
            h("tbody", {}, For(each=self.rows, key=lambda row: row[0], children=view)),
        )
        self._render = render
        self._container = f"#{container_id}"
        render(table, self._container)

    def _new(self, number, label):
        read, write = self._create_signal(label)
        return number, read, write

    def create(self, data) -> None:
        self.set_rows([self._new(*row) for row in data])
        self.set_selected(None)
        self._flush()

    def append(self, data) -> None:
        self.set_rows([*self.rows(), *(self._new(*row) for row in data)])
        self._flush()

    def update(self) -> None:
        for _, read, write in self.rows()[::10]:
            write(read() + " !!!")
        self._flush()

    def select(self, number) -> None:
        self.set_selected(number)
        self._flush()

    def swap(self) -> None:
        rows = list(self.rows())
        rows[1], rows[-2] = rows[-2], rows[1]
        self.set_rows(rows)
        self._flush()

    def remove(self, number) -> None:
        self.set_rows([row for row in self.rows() if row[0] != number])
        self._flush()

    def clear(self) -> None:
        self.set_rows([])
        self._flush()

    def close(self) -> None:
        self.clear()


class _Redrawn:
    """Plain rows in a list, and a tree built anew for each change."""

    def __init__(self) -> None:
        self.rows = []
        self.selected = None

    def draw(self) -> None:
        raise NotImplementedError

    def create(self, data) -> None:
        self.rows = [list(row) for row in data]
        self.selected = None
        self.draw()

    def append(self, data) -> None:
        self.rows += [list(row) for row in data]
        self.draw()

    def update(self) -> None:
        for place in range(0, len(self.rows), 10):
            number, label = self.rows[place]
            self.rows[place] = [number, label + " !!!"]
        self.draw()

    def select(self, number) -> None:
        self.selected = number
        self.draw()

    def swap(self) -> None:
        rows = self.rows
        rows[1], rows[-2] = rows[-2], rows[1]
        self.draw()

    def remove(self, number) -> None:
        self.rows = [row for row in self.rows if row[0] != number]
        self.draw()

    def clear(self) -> None:
        self.rows = []
        self.draw()

    def _tree(self, h, row):
        return h(
            "table",
            {"class": "table"},
            h("tbody", {}, [row(number, label) for number, label in self.rows]),
        )

    def _row(self, h, number, label):
        return h(
            "tr",
            {"key": number, "class": "danger" if number == self.selected else ""},
            [
                h("td", {"class": "col-md-1"}, str(number)),
                h(
                    "td",
                    {"class": "col-md-4"},
                    h("a", {"on_click": lambda event: self.select(number)}, label),
                ),
                h(
                    "td",
                    {"class": "col-md-1"},
                    h(
                        "a",
                        {"on_click": lambda event: self.remove(number)},
                        h("span", {"class": "glyphicon glyphicon-remove", "aria-hidden": "true"}),
                    ),
                ),
                h("td", {"class": "col-md-6"}),
            ],
        )


class VdomTable(_Redrawn):
    """bridge.vdom: each change builds the whole tree, the patch finds what differs."""

    def __init__(self, container_id: str) -> None:
        from bridge.vdom import PythonVDOM, h

        super().__init__()
        self._view, self._h = PythonVDOM(container_id), h
        self.draw()

    def draw(self) -> None:
        h = self._h
        self._view.patch(self._tree(h, lambda number, label: self._row(h, number, label)))

    def close(self) -> None:
        self._view.unmount()


class MemoTable(_Redrawn):
    """bridge.vdom with a memoised row: rows whose props are equal are not called again."""

    def __init__(self, container_id: str) -> None:
        from bridge.vdom import PythonVDOM, h, memo

        super().__init__()
        self._view, self._h = PythonVDOM(container_id), h

        def row(*, number, label, chosen):
            return self._row(h, number, label)

        self._memo = memo(row)
        self.draw()

    def draw(self) -> None:
        h, row, selected = self._h, self._memo, self.selected
        self._view.patch(
            self._tree(
                h,
                lambda number, label: h(
                    row,
                    {
                        "key": number,
                        "number": number,
                        "label": label,
                        "chosen": number == selected,
                    },
                ),
            )
        )

    def close(self) -> None:
        self._view.unmount()


class RebuildTable(_Redrawn):
    """A virtual DOM that rebuilds everything, as first attempts do: see `seed_vdom`."""

    def __init__(self, container_id: str) -> None:
        from tests.bench.seed_vdom import RebuildVDOM, h

        super().__init__()
        self._view, self._h = RebuildVDOM(container_id), h
        self.draw()

    def draw(self) -> None:
        h = self._h
        self._view.patch(self._tree(h, lambda number, label: self._row(h, number, label)))

    def close(self) -> None:
        self._view.close()


class HandTable:
    """Python that writes to the DOM by hand: a template cloned per row, no library."""

    def __init__(self, container_id: str) -> None:
        from js import document

        self._container = document.getElementById(container_id)
        self._container.innerHTML = "<table class='table'><tbody></tbody></table>"
        self._body = self._container.querySelector("tbody")
        holder = document.createElement("template")
        holder.innerHTML = (
            "<tr><td class='col-md-1'></td><td class='col-md-4'><a></a></td><td class='col-md-1'>"
            "<a><span class='glyphicon glyphicon-remove' aria-hidden='true'></span></a></td>"
            "<td class='col-md-6'></td></tr>"
        )
        self._template = holder.content.firstChild
        self._fragment = document.createDocumentFragment
        self.rows = []
        self._selected = None

    def append(self, data) -> None:
        fragment = self._fragment()
        clone = self._template.cloneNode
        for number, label in data:
            element = clone(True)
            cell = element.firstChild
            cell.textContent = str(number)
            link = cell.nextSibling.firstChild
            link.textContent = label
            fragment.appendChild(element)
            self.rows.append([number, label, element, link])
        self._body.appendChild(fragment)

    def create(self, data) -> None:
        self.clear()
        self.append(data)

    def update(self) -> None:
        for row in self.rows[::10]:
            row[1] += " !!!"
            row[3].textContent = row[1]

    def select(self, number) -> None:
        if self._selected is not None:
            self._selected.className = ""
        self._selected = next(row for row in self.rows if row[0] == number)[2]
        self._selected.className = "danger"

    def swap(self) -> None:
        rows = self.rows
        first, last = rows[1][2], rows[-2][2]
        after = rows[2][2]
        self._body.insertBefore(first, last)
        self._body.insertBefore(last, after)
        rows[1], rows[-2] = rows[-2], rows[1]

    def remove(self, number) -> None:
        place = next(place for place, row in enumerate(self.rows) if row[0] == number)
        self.rows.pop(place)[2].remove()

    def clear(self) -> None:
        self._body.textContent = ""
        self.rows = []
        self._selected = None

    def close(self) -> None:
        self._container.textContent = ""


_PLAIN_JS = """
(id) => {
  const container = document.getElementById(id);
  container.innerHTML = "<table class='table'><tbody></tbody></table>";
  const body = container.querySelector("tbody");
  const holder = document.createElement("template");
  holder.innerHTML = "<tr><td class='col-md-1'></td><td class='col-md-4'><a></a></td>" +
    "<td class='col-md-1'><a><span class='glyphicon glyphicon-remove' aria-hidden='true'></span>" +
    "</a></td><td class='col-md-6'></td></tr>";
  const template = holder.content.firstChild;
  let rows = [], selected = null;
  function append(text) {
    const fragment = document.createDocumentFragment();
    for (const [number, label] of JSON.parse(text)) {
      const element = template.cloneNode(true);
      const cell = element.firstChild;
      cell.textContent = number;
      const link = cell.nextSibling.firstChild;
      link.textContent = label;
      fragment.appendChild(element);
      rows.push({number, label, element, link});
    }
    body.appendChild(fragment);
  }
  function clear() { body.textContent = ""; rows = []; selected = null; }
  return {
    append, clear,
    create(text) { clear(); append(text); },
    update() {
      for (let i = 0; i < rows.length; i += 10) {
        rows[i].label += " !!!";
        rows[i].link.textContent = rows[i].label;
      }
    },
    select(number) {
      if (selected) selected.className = "";
      selected = rows.find((row) => row.number === number).element;
      selected.className = "danger";
    },
    swap() {
      const last = rows.length - 2, after = rows[2].element;
      body.insertBefore(rows[1].element, rows[last].element);
      body.insertBefore(rows[last].element, after);
      [rows[1], rows[last]] = [rows[last], rows[1]];
    },
    remove(number) {
      const place = rows.findIndex((row) => row.number === number);
      rows.splice(place, 1)[0].element.remove();
    },
    close() { container.textContent = ""; },
  };
}
"""


class PlainJs:
    """JavaScript by hand, called once per operation; the data comes as JSON."""

    def __init__(self, container_id: str) -> None:
        from pyodide.code import run_js

        self._table = run_js(_PLAIN_JS)(container_id)
        for name in ("update", "select", "swap", "remove", "clear", "close"):
            setattr(self, name, getattr(self._table, name))

    def create(self, data) -> None:
        import json

        self._table.create(json.dumps(data))

    def append(self, data) -> None:
        import json

        self._table.append(json.dumps(data))


ADAPTERS = {
    "binding": BindingTable,
    "vdom": VdomTable,
    "vdom memo": MemoTable,
    "wybthon": WybthonTable,
    "rebuild VDOM": RebuildTable,
    "hand-written Python": HandTable,
    "plain JS": PlainJs,
}
