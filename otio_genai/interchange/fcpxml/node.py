"""Elements of a document before they are text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

__all__ = ["Node", "Part", "node_of"]


class Node:
    """An element: tag, attributes in order, children, and text where it has any.

    Attributes given as None are left out; a trailing underscore frees a Python
    keyword.
    """

    __slots__ = ("attributes", "children", "tag", "text")

    def __init__(
        self,
        tag: str,
        *children: Node,
        text: str | None = None,
        **attributes: str | None,
    ) -> None:
        self.tag = tag
        self.attributes = {
            key.rstrip("_"): value
            for key, value in attributes.items()
            if value is not None
        }
        self.children = list(children)
        self.text = text or ""

    def __iter__(self) -> Iterator[Node]:
        return iter(self.children)

    def each(self) -> Iterator[Node]:
        """Give the element and everything beneath it, in document order."""
        yield self
        for child in self.children:
            yield from child.each()


@dataclass(slots=True)
class Part:
    """A story element whose anchored items and markers are still being gathered.

    The format wants them between its adjustments (``head``) and its filters
    (``tail``). ``start_s`` is its local time at record frame ``record``. ``wrap`` is
    the audition it is the pick of, with ``others`` after it.
    """

    node: Node
    head: list[Node] = field(default_factory=list)
    anchored: list[Node] = field(default_factory=list)
    markers: list[Node] = field(default_factory=list)
    tail: list[Node] = field(default_factory=list)
    start_s: Fraction = field(default_factory=Fraction)
    record: int = 0
    wrap: Node | None = None
    others: list[Node] = field(default_factory=list)

    @property
    def outer(self) -> Node:
        """The element that stands in the track."""
        return self.node if self.wrap is None else self.wrap

    def close(self) -> Node:
        """Put everything in its place and return the outer element."""
        self.node.children = [*self.head, *self.anchored, *self.markers, *self.tail]
        if self.wrap is not None:
            self.wrap.children = [self.node, *self.others]
        return self.outer


def node_of(element: Element) -> Node:
    """Return a parsed element as one to be written."""
    node = Node(element.tag, *map(node_of, element), text=(element.text or "").strip())
    node.attributes = dict(element.attrib)
    return node
