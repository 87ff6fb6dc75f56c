"""Ways on that weigh what they say: every join beside the mean of its two slots.

Aim
    A way past some slots is to be taken as its weight has it, however few or many
    films there are of what it passes. So whatever a path has more of than another must
    be 1 in the mean: the takes of a slot and the ways of a take are (they sum to 1),
    the orders of a group are, and here joins are made so.

Method
    Two slots that follow each other by chance, each with a take by its weight and a way
    by its liking, meet with a mean weight; each step between them is divided by it.
    What the document says decides that mean and not what a showing asks, so that a ban
    or a pin moves no other joins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from otio_genai.field.drawing.route import END, Node, Route, Step

__all__ = ["levelled"]


def levelled(route: Route, mean: Callable[[int, int], float]) -> Route:
    """Return a route whose steps are divided by the mean of the joins they lead over.

    Parameters
    ----------
    route
        The ways through a field.
    mean
        Mean weight of the joins of two slots; 0 where there may be none.
    """
    nodes = route.nodes

    def over(node: Node, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        found = []
        for step in steps:
            usual = 0.0 if step.to == END else mean(node.slot, nodes[step.to].slot)
            found.append(Step(step.to, step.weight / usual) if usual else step)
        return tuple(found)

    return replace(
        route,
        nodes=tuple(
            replace(node, steps=tuple(over(node, steps) for steps in node.steps))
            for node in nodes
        ),
    )
