"""The graphs of js-reactivity-benchmark, in a notation of no library.

After https://github.com/milomg/js-reactivity-benchmark (kairo's shapes, molBench, sbench, cellx and
the dynamic graphs). ``read(x)``, ``write(x, value)`` and ``settle()`` stand for what a library
writes there; `tests.bench.libraries` puts that in before the file is compiled, so that each library
runs in its own notation and none pays for a layer in between.

A shape returns ``iterate`` and what the second and each later call of it must return.
"""

# mypy: ignore-errors
# ruff: noqa: ANN001, ANN201, ANN202, ARG001, B905, C901, F821, PERF401, PLR0917, S311 - read, write, settle and the rest are put in by the compiler
from __future__ import annotations

import random


def _plus(source, amount):
    return computed(lambda: read(source) + amount)


def _watch(source, runs):
    def watch() -> None:
        read(source)
        runs[0] += 1

    return effect(watch)


def deep():
    runs = [0]
    head = last = signal(0)
    for _ in range(50):
        last = _plus(last, 1)
    keep = _watch(last, runs)

    def iterate(keep=keep):
        runs[0] = 0
        for i in range(50):
            write(head, i)
            settle()
            assert read(last) == 50 + i
        return runs[0]

    return iterate, 50


def broad():
    runs = [0]
    head = signal(0)
    keep = []
    for i in range(50):
        last = _plus(_plus(head, i), 1)
        keep.append(_watch(last, runs))

    def iterate(keep=keep):
        runs[0] = 0
        for i in range(50):
            write(head, i)
            settle()
            assert read(last) == i + 50
        return runs[0]

    return iterate, 2500


def diamond():
    runs = [0]
    head = signal(0)
    middle = [_plus(head, 1) for _ in range(5)]
    total = computed(lambda: sum([read(x) for x in middle]))
    keep = _watch(total, runs)

    def iterate(keep=keep):
        runs[0] = 0
        for i in range(100):
            write(head, i)
            settle()
            assert read(total) == (i + 1) * 5
        return runs[0]

    return iterate, 100


def triangle():
    runs = [0]
    head = current = signal(0)
    members = []
    for _ in range(10):
        members.append(current)
        current = _plus(current, 1)
    total = computed(lambda: sum([read(x) for x in members]))
    keep = _watch(total, runs)

    def iterate(keep=keep):
        runs[0] = 0
        for i in range(100):
            write(head, i)
            settle()
            assert read(total) == 45 + 10 * i
        return runs[0]

    return iterate, 100


def mux():
    runs = [0]
    heads = [signal(0) for _ in range(100)]
    joined = computed(lambda: [read(x) for x in heads])

    def part(place):
        return _plus(computed(lambda: read(joined)[place]), 1)

    parts = [part(place) for place in range(100)]
    keep = [_watch(x, runs) for x in parts]

    def iterate(keep=keep):
        runs[0] = 0
        for i in range(10):
            write(heads[i], i)
            settle()
            assert read(parts[i]) == i + 1
        for i in range(10):
            write(heads[i], i * 2)
            settle()
            assert read(parts[i]) == i * 2 + 1
        return runs[0]

    # The first head is 0 all the time.
    return iterate, 18


def repeated():
    runs = [0]
    head = signal(0)

    def thirty():
        result = 0
        for _ in range(30):
            result += read(head)
        return result

    current = computed(thirty)
    keep = _watch(current, runs)

    def iterate(keep=keep):
        runs[0] = 0
        for i in range(100):
            write(head, i)
            settle()
            assert read(current) == i * 30
        return runs[0]

    return iterate, 100


def unstable():
    runs = [0]
    head = signal(0)
    double = computed(lambda: read(head) * 2)
    inverse = computed(lambda: -read(head))

    def twenty():
        result = 0
        for _ in range(20):
            result += read(double) if read(head) % 2 else read(inverse)
        return result

    current = computed(twenty)
    keep = _watch(current, runs)

    def iterate(keep=keep):
        runs[0] = 0
        for i in range(100):
            write(head, i)
            settle()
            assert read(current) == (i * 40 if i % 2 else -i * 20)
        return runs[0]

    return iterate, 100


def avoidable():
    runs = [0]
    head = signal(0)
    first = computed(lambda: read(head))

    def constant():
        read(first)
        return 0

    last = _plus(_plus(_plus(computed(constant), 1), 2), 3)
    keep = _watch(last, runs)

    def iterate(keep=keep):
        runs[0] = 0
        for i in range(100):
            write(head, i)
            settle()
            assert read(last) == 6
        return runs[0]

    return iterate, 0


def mol():
    seen = []
    numbers = range(5)
    a, b = signal(0), signal(0)
    c = computed(lambda: read(a) % 2 + read(b) % 2)
    d = computed(lambda: [i + read(a) % 2 - read(b) % 2 for i in numbers])
    e = computed(lambda: read(c) + read(a) + read(d)[0])
    f = computed(lambda: read(d)[2] or read(b))
    g = computed(lambda: read(c) + (read(c) or read(e) % 2) + read(d)[4] + read(f))

    def show_g():
        seen.append(read(g))

    def show_f():
        seen.append(read(f))

    keep = [effect(show_g), effect(show_g), effect(show_f)]

    def iterate(keep=keep):
        seen.clear()
        for i in range(50):
            with batched():
                write(b, 1)
                write(a, 1 + i * 2)
            settle()
            with batched():
                write(a, 2 + i * 2)
                write(b, 2)
            settle()
        return sum(seen), len(seen)

    # Both odd: c is 2, d the numbers; both even: c is 0, d the same. So only g follows.
    return iterate, (50 * 2 * (10 + 6), 200)


def cellx(layers):
    start = [signal(value) for value in (1, 2, 3, 4)]

    def layer(p, q, r, s):
        made = [
            computed(lambda: read(q)),
            computed(lambda: read(p) - read(r)),
            computed(lambda: read(q) + read(s)),
            computed(lambda: read(r)),
        ]
        for x in made:
            keep.append(_watch(x, runs))
        return made

    keep, runs = [], [0]
    end = start
    for _ in range(layers):
        end = layer(*end)
    turn = [False]

    def iterate(keep=keep):
        turn[0] = not turn[0]
        with batched():
            for x, value in zip(start, (4, 3, 2, 1) if turn[0] else (1, 2, 3, 4)):
                write(x, value)
        settle()
        found = [read(x) for x in end]
        values = [4, 3, 2, 1] if turn[0] else [1, 2, 3, 4]
        for _ in range(layers):
            p, q, r, s = values
            values = [q, p - r, q + s, r]
        assert found == values
        return len(found)

    return iterate, 4


def create_signals():
    return lambda: len([bare_signal(i) for i in range(10_000)]), 10_000


def create_computeds():
    def iterate():
        source = signal(0)
        made = [_plus(source, i) for i in range(10_000)]
        return sum([read(x) for x in made])

    return iterate, 49_995_000


def _sources(count):
    return [signal(i) for i in range(count)]


def _computation(sources, runs):
    if len(sources) == 1:
        (only,) = sources

        def run() -> None:
            read(only)
            runs[0] += 1

    else:

        def run() -> None:
            for x in sources:
                read(x)
            runs[0] += 1

    return effect(run)


def create(sources, each, count):
    """Create computations that read: ``each`` sources, or a share of one."""

    def iterate():
        runs = [0]
        given = _sources(sources)
        made = _wire(given, each, count, runs)
        dispose(made)
        return runs[0]

    return iterate, count


def update(sources, each, count):
    """Write each source once and let the computations that read it run."""
    runs = [0]
    given = _sources(sources)
    keep = _wire(given, each, count, runs)
    value = [0]

    def iterate(keep=keep):
        runs[0] = 0
        for x in given:
            value[0] -= 1
            write(x, value[0])
            settle()
        return runs[0]

    return iterate, count * each


def _wire(given, each, count, runs):
    if each == 0:
        return [_computation((), runs) for _ in range(count)]
    if len(given) >= count * each:
        return [_computation(given[i * each : (i + 1) * each], runs) for i in range(count)]
    share = count // len(given)
    return [_computation((x,), runs) for x in given for _ in range(share)]


def dynamic(width, static, each, layers, read_fraction, iterations, *, observed=False):
    """A random graph: each node reads ``each`` of the row above, some not always all of them.

    As the original has it nobody observes the graph, its last row is only read; ``observed`` puts
    an effect on each node that is read, as in a page.
    """
    luck = random.Random(1)
    sources = [signal(i) for i in range(width)]
    plan, row, count = [], sources, [0]

    def fixed(mine):
        def total():
            count[0] += 1
            result = 0
            for x in mine:
                result += read(x)
            return result & 0xFFFFFF

        return computed(total)

    def varying(first, rest):
        def total():
            count[0] += 1
            result = read(first)
            if result & 1:
                left_out = result % len(rest)
                for place, x in enumerate(rest):
                    if place != left_out:
                        result += read(x)
            else:
                for x in rest:
                    result += read(x)
            return result & 0xFFFFFF

        return computed(total)

    for _ in range(layers - 1):
        above, row, kinds = row, [], []
        for place in range(width):
            mine = [above[(place + i) % width] for i in range(each)]
            kinds.append(luck.random() < static)
            row.append(fixed(mine) if kinds[-1] else varying(mine[0], mine[1:]))
        plan.append(kinds)
    places = sorted(luck.sample(range(width), max(1, round(width * read_fraction))))
    leaves = [row[place] for place in places]
    keep = [_watch(x, [0]) for x in leaves] if observed else []
    values = list(range(width))
    step = [0]

    def iterate(keep=keep):
        count[0] = 0
        for _ in range(iterations):
            step[0] += 1
            place = step[0] % width
            values[place] = step[0] + place
            with batched():
                write(sources[place], step[0] + place)
            settle()
            for x in leaves:
                read(x)
        return sum([read(x) for x in leaves])

    def expected():
        line = values
        for kinds in plan:
            above, line = line, []
            for place, is_fixed in enumerate(kinds):
                mine = [above[(place + i) % width] for i in range(each)]
                if not is_fixed and mine[0] & 1:
                    del mine[1 + mine[0] % (each - 1)]
                line.append(sum(mine) & 0xFFFFFF)
        return sum([line[place] for place in places])

    iterate.recomputed = count
    return iterate, expected


SHAPES = {
    "deep": deep,
    "broad": broad,
    "diamond": diamond,
    "triangle": triangle,
    "mux": mux,
    "repeated": repeated,
    "unstable": unstable,
    "avoidable": avoidable,
    "molBench": mol,
    "cellx10": lambda: cellx(10),
    "cellx16": lambda: cellx(16),
    "cellx100": lambda: cellx(100),
    "create signals": create_signals,
    "create computeds": create_computeds,
    "create 0to1": lambda: create(1, 0, 1000),
    "create 1to1": lambda: create(1000, 1, 1000),
    "create 2to1": lambda: create(2000, 2, 1000),
    "create 4to1": lambda: create(4000, 4, 1000),
    "create 1000to1": lambda: create(1000, 1000, 1),
    "create 1to2": lambda: create(500, 1, 1000),
    "create 1to4": lambda: create(250, 1, 1000),
    "create 1to8": lambda: create(125, 1, 1000),
    "create 1to1000": lambda: create(1, 1, 1000),
    "update 1to1": lambda: update(1000, 1, 1000),
    "update 2to1": lambda: update(1000, 2, 500),
    "update 4to1": lambda: update(1000, 4, 250),
    "update 1000to1": lambda: update(100, 100, 1),
    "update 1to2": lambda: update(500, 1, 1000),
    "update 1to4": lambda: update(250, 1, 1000),
    "update 1to1000": lambda: update(1, 1, 1000),
    "simple component": lambda: dynamic(10, 1, 2, 5, 0.2, 60),
    "dynamic component": lambda: dynamic(10, 0.75, 6, 10, 0.2, 30),
    "large web app": lambda: dynamic(1000, 0.95, 4, 12, 1, 3),
    "large web app, observed": lambda: dynamic(1000, 0.95, 4, 12, 1, 3, observed=True),
    "wide dense": lambda: dynamic(1000, 1, 25, 5, 1, 2),
    "very dynamic": lambda: dynamic(100, 0.5, 15, 6, 1, 3),
    "very dynamic, observed": lambda: dynamic(100, 0.5, 15, 6, 1, 3, observed=True),
    # Last, because a library that fails at these may be left in disorder.
    "deep graph": lambda: dynamic(5, 1, 3, 500, 1, 3),
    "cellx1000": lambda: cellx(1000),
}
