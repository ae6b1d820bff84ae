"""`PythonVDOM`: a container of the page that shows the last tree it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from bridge._browser import ops
from bridge._browser.dom import DomRoot, PageWriteError
from bridge.vdom.live import Live, PatchError
from bridge.vdom.patching import Patch
from bridge.vdom.unknown import forget_written

if TYPE_CHECKING:
    from types import TracebackType

    from bridge._browser.dom import Opener
    from bridge.vdom.nodes import Child

__all__ = ["PythonVDOM"]


class PythonVDOM:
    """Shows trees in a container of the page, changing as little of it as it can.

    Nothing happens before the first `patch`, which takes the container and removes what it holds.
    Usable as a context manager that unmounts at its end.

    A patch is all or nothing for the reader of the code: if building it fails (a component raises,
    a key stands twice, an address would run a script), the page keeps showing the last tree, with
    its handlers, and the next patch builds the tree anew. If the page refuses a value (a setter of
    an element raises), all the rest is shown, and the next patch writes that place again.

    Args:
        container: The id of an element of the page, or the element.
        opener: How the container is opened: the page's way if left out; a plain Python document
            for tests outside the browser.

    Examples:
        >>> from bridge._browser.document_model import DocumentModel
        >>> from bridge.vdom.nodes import h
        >>> page = DocumentModel("app")
        >>> view = PythonVDOM("app", page.open)
        >>> view.patch(h("p", None, "hello"))
        >>> page.show("app")
        '<p>hello</p>'
    """

    __slots__ = ("_container", "_opener", "_patching", "_root", "_top")

    def __init__(self, container: object, opener: Opener | None = None) -> None:
        self._container = container
        self._opener = opener
        self._root: DomRoot | None = None
        self._top: Live | None = None
        self._patching = False

    @property
    def mounted(self) -> bool:
        """Whether the container is taken."""
        return self._root is not None

    def patch(self, tree: Child) -> None:
        """Show a tree.

        Args:
            tree: A node, a text, or nested sequences of these; ``None`` shows nothing.

        Raises:
            ContainerError: No element has the id, or another tree stands in it.
            DuplicateKeyError: Two siblings have the same key.
            HostUnavailableError: Not on a page.
            PageWriteError: The page refused a value; the rest has been shown. Of several values,
                an `ExceptionGroup`.
            PatchError: A component called `patch` of the container it is rendered for.
            PropError: A prop cannot have this value.
            TreeError: Something in the tree cannot be a node.
            UnsafeContentError: Something in the tree could run a script.
        """
        if self._patching:
            raise PatchError(
                "a component patched the container that it is being rendered for; "
                "change the state in an event handler instead"
            )
        root = self._root or DomRoot(self._container, self._opener)
        self._root = root
        self._patching = True
        # Unknown until all has gone well: whatever fails below, the next patch builds anew.
        top, self._top = self._top, None
        try:
            patch = Patch(root, anew=top is None)
            top = top or self._container_as_live()
            patch.run(top, tree)
        finally:
            self._patching = False
        patch.commit()
        # Remembered before the page runs it: an event in its course may patch again.
        self._top = top
        try:
            root.send(patch.buffer)
        except (PageWriteError, ExceptionGroup) as error:
            # All else has been written; what was missed is tried again by the next patch.
            missed = _missed(error)
            if self._top is top:
                known = bool(missed) and not any(one.spoiled for one in missed)
                self._top = top if known else None
                if known:
                    forget_written(top, missed)
            raise
        except BaseException:
            self._top = None
            raise

    def _container_as_live(self) -> Live:
        name = f"#{self._container}" if isinstance(self._container, str) else "container"
        space = self._root.space if self._root else ops.XHTML
        return Live(name, ops.CONTAINER, None, space)

    def unmount(self) -> None:
        """Empty the container and give back all that the page held. A second call does nothing.

        A later `patch` takes the container again.
        """
        root, self._root = self._root, None
        self._top = None
        if root is not None:
            root.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.unmount()


def _missed(error: Exception) -> list[PageWriteError]:
    """List what a patch missed; nothing if the error is of another kind."""
    errors = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
    missed = [one for one in errors if isinstance(one, PageWriteError)]
    return missed if len(missed) == len(errors) else []
