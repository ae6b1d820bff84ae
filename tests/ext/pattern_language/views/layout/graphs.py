"""Any graph to be drawn: cycles, several edges between two nodes, nodes without edges, lanes."""

from __future__ import annotations

import random

from hypothesis import strategies as st

from pattern_language.views.layout.shapes import Item, Link


@st.composite
def graphs(
    draw: st.DrawFn, most_items: int = 25, most_links: int = 60
) -> tuple[list[Item], list[Link]]:
    """Draw the nodes and edges of a graph."""
    count = draw(st.integers(1, most_items))
    items = [
        Item(f"n{number}", draw(st.floats(20, 160)), draw(st.integers(0, 3)))
        for number in range(count)
    ]
    ends = st.integers(0, count - 1)
    pairs = draw(st.lists(st.tuples(ends, ends, st.booleans()), max_size=most_links))
    links = [Link(f"n{a}", f"n{b}", directed) for a, b, directed in pairs if a != b]
    return items, links


def large(seed: int, items: int = 25, links: int = 60) -> tuple[list[Item], list[Link]]:
    """Return a graph of the size that a map has to stay readable at."""
    dice = random.Random(seed)  # noqa: S311 - a graph, no secret
    nodes = [Item(f"n{number}", dice.uniform(84, 150), number % 3) for number in range(items)]
    edges: list[Link] = []
    while len(edges) < links:
        a, b = dice.randrange(items), dice.randrange(items)
        if a != b:
            edges.append(Link(f"n{a}", f"n{b}", dice.random() < 0.8))
    return nodes, edges
