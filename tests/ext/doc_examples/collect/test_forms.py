"""Every form that a block can have is collected with its true file, line and column."""

from __future__ import annotations

from doc_examples.records import Kind

MARKDOWN = """
---
title: Forms
---

# Forms

```python
f01 = 1
```

~~~python
f02 = 1
~~~

```
f03 = 1
```

`````python

f04 = 1
`````

- item
  ```python
  f05 = 1
  ```

  1. inner

     ```python
     f06 = 1
     ```

> quoted
> ```python
> f07 = 1
>
> f07
> ```
>
> > ```python
> > f08 = 1
> > ```

Term
: ```python
  f09 = 1
  ```

A note[^n].

[^n]: Text.

    ```python
    f10 = 1
    ```

<details>

```python
f11 = 1
```

</details>

```{code-block} python
f12 = 1
```

```{code-block} python
:caption: Shown
:emphasize-lines: 1

f13 = 1
```

```{code-block} python
---
caption: Shown
---
f14 = 1
```

```{code} python
f15 = 1
```

```{sourcecode} python
f16 = 1
```

```{code-block} python

f17 = 1
```

Indented:

    f18 = 1

```{eval-rst}
Text::

    f19 = 1

>>> f20 = 1

.. code-block:: python
   :session: other

   f21 = 1

.. note::

   .. code-block:: python

      f22 = 1
```

```{parsed-literal}
f23 = **1**
```

::::{note}
```python
f24 = 1
```
::::

::::{note}
:::{note}
```python
f25 = 1
```
:::
::::

:::::{tab-set}
::::{tab-item} One
```python
f26 = 1
```
::::
::::{tab-item} Two
:sync: two

```python
f27 = 1
```
::::
:::::

:::::{grid} 2
::::{grid-item-card} Card
```python
f28 = 1
```
::::
:::::

:::{dropdown} More
```{code-block} python
:caption: Deep

f29 = 1
```
:::

> - mixed
>
>   :::{note}
>   ```python
>   f30 = 1
>   ```
>   :::

:::python
```python
f31 = 1
```
:::

````{admonition} A title
```{note}
~~~python
f32 = 1
~~~
```
````

```pycon
>>> f33 = 1
```

````markdown
```python
f34 = 1
```
````

- ```python
  f35 = 1
  ```

| a |
|---|
| b |

```python
f36 = 1
"""

INCLUDED = """
Text of another file.

{#of-another-file}
```python
f40 = 1
```

    f41 = 1
"""

REST = """
Forms
=====

Text::

   f60 = 1

.. code-block:: python

   f61 = 1

.. code-block:: python
   :caption: Shown
   :session: other
   :raises: ValueError

   f62 = 1

.. code:: python

   f63 = 1

.. sourcecode:: python

   f64 = 1

* item

  .. code-block:: python

     f65 = 1

     f65

    A quote::

        f66 = 1

>>> f67 = 1

.. note::

   .. tip::

      ::

         f68 = 1

Term
   >>> f69 = 1

.. parsed-literal::

   f70 = **1**

.. highlight:: python

Now Python::

   f71 = 1

===========  ========
a            b
===========  ========
.. code:: a  c
===========  ========

Quoted::

> f72 = 1
> f72

+----------------------+
| .. code:: python     |
|                      |
|    f73 = 1           |
+----------------------+

.. comment::

   .. code-block:: python

      f74 = 1
"""


def test_every_markdown_form_is_found_at_its_line_and_column(project, marked) -> None:  # type: ignore[no-untyped-def]
    built = project({"index.md": MARKDOWN})
    assert built.error is None, built.warnings
    want = marked(built.app.srcdir, "index.md")
    assert len(want) == 36
    # The fence in a fence is one block, whose text begins at the inner fence.
    file, line, column = want["f34"]
    want["f34"] = (file, line - 1, column)
    # Two blocks begin with a blank line, which is part of what is shown.
    file, line, column = want["f04"]
    want["f04"] = (file, line - 1, column)
    assert built.places() == want


def test_languages_options_and_kinds_reach_the_records(project) -> None:  # type: ignore[no-untyped-def]
    built = project({"index.md": MARKDOWN})
    kinds = {e.code.split()[0]: e.kind for e in built.examples}
    assert kinds["f01"] is Kind.PYTHON
    assert kinds["f03"] is Kind.PROSE
    assert kinds["f18"] is Kind.PROSE
    assert kinds[">>>"] is Kind.DOCTEST
    (other,) = [e for e in built.examples if e.code == "f21 = 1\n"]
    assert other.session == "other"
