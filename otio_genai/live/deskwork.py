"""What the artist's desk shows of a show, and does to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from otio_genai.errors import LiveError
from otio_genai.live.cast import Aired
from otio_genai.live.hall import Hall
from otio_genai.live.house import House
from otio_genai.live.programme import Programme
from otio_genai.live.thumbs import Thumbs

__all__ = ["Deskwork", "Lobby"]

_LIKELIEST = 12


class Lobby(Protocol):
    """Where new takes wait for the artist."""

    def waiting(self) -> Sequence[tuple[str, str]]:
        """Return (slot, take) of all that wait."""

    def approve(self, slot: str, name: str) -> None:
        """Let one be drawn."""

    def refuse(self, slot: str, name: str) -> None:
        """Take one out of the field."""


class Deskwork:
    """Answers a desk; its methods may be called in any thread.

    Parameters
    ----------
    house
        Whose films play.
    inbox
        Where new takes wait; none by default.
    """

    def __init__(self, house: House, inbox: Callable[[], Lobby | None]) -> None:
        self._house, self._inbox = house, inbox
        self._thumbs = Thumbs()

    def field_state(self) -> dict[str, Any]:
        """Return the slots and takes, and what is asked of them."""
        house, steering = self._house, self._house.steering
        slots = []
        for number, slot in enumerate(house.field.slots):
            takes = []
            for place, option in enumerate(slot.options):
                pair = (number, place)
                takes.append(
                    {
                        "name": str(option.clip.name),
                        "weight": steering.weights.get(pair, option.weight),
                        "pinned": steering.pinned.get(number) == place,
                        "banned": pair in steering.banned,
                        "lost": pair in house.lost,
                    }
                )
            slots.append({"id": slot.id, "policy": slot.policy, "takes": takes})
        dissonance = steering.dissonance
        if dissonance is None:
            dissonance = house.field.style.dissonance
        title = house.field.title
        return {"title": title, "slots": slots, "dissonance": dissonance}

    def state(self, hall: Hall) -> dict[str, Any]:
        """Return what plays, what may come, and how the show fares."""
        programme = _on_air(hall)
        reports = [viewer.report for viewer in hall.viewers if viewer.report]
        stalls = sum(int(one.get("stalls", 0)) for one in reports)
        inbox = self._inbox()
        waiting = inbox.waiting() if inbox is not None else ()
        return {
            "mode": hall.mode,
            "viewers": len(hall.viewers),
            "films": len(hall.screenings),
            "film": None if programme is None else _film(programme),
            "joins": dict(self._house.tally()),
            "estimate_s": self._house.scheduler.estimate_s,
            "waiting": self._house.scheduler.waiting(),
            "stalls": stalls if reports else None,
            "witness": programme is not None and programme.witnessed,
            "notes": list(self._house.notes),
            "inbox": [
                {"id": f"{slot}/{name}", "slot": slot, "name": name, "waits": True}
                for slot, name in waiting
            ],
        }

    def ask(self, message: Mapping[str, Any], hall: Hall) -> None:
        """Do what the desk asks for.

        Raises
        ------
        LiveError, FieldError
            It cannot be done.
        """
        match message.get("do"):
            case "witness":
                programme = _on_air(hall)
                if programme is None:
                    raise LiveError("Nothing plays that could be witnessed.")
                programme.witnessed = message.get("value") is True
            case "approve":
                inbox, slot, name = self._waiting(message.get("id"))
                inbox.approve(slot, name)
            case "refuse":
                inbox, slot, name = self._waiting(message.get("id"))
                inbox.refuse(slot, name)
            case _:
                self._house.steer(message)

    def picture(self, slot: int, option: int) -> bytes | None:
        """Return a small JPEG of a take; None if there is none."""
        slots = self._house.field.slots
        if slot >= len(slots) or option >= len(slots[slot].options):
            return None
        return self._thumbs.of(slots[slot].options[option])

    def _waiting(self, asked: Any) -> tuple[Lobby, str, str]:
        inbox = self._inbox()
        for slot, name in inbox.waiting() if inbox is not None else ():
            if asked == f"{slot}/{name}" and inbox is not None:
                return inbox, slot, name
        raise LiveError("No such take waits.")


def _on_air(hall: Hall) -> Programme | None:
    """Return the film that has played longest: of private ones, somebody's."""
    playing = [one.programme for one in hall.screenings]
    return next((p for p in playing if p is not None and p.started), None) or next(
        (p for p in playing if p is not None), None
    )


def _film(programme: Programme) -> dict[str, Any]:
    on_air = programme.on_air()
    chances = sorted(programme.chances(), key=lambda one: -one.probability)
    slots = len(programme.cast.field.slots)
    return {
        "position_s": programme.position_s(),
        "ahead_s": max(0.0, programme.ahead_s),
        "on_air": None if on_air is None else _shot(programme, on_air),
        "coming": [_shot(programme, shot) for shot in programme.decided()],
        "next": [
            {
                "slot": None if chance.slot == slots else chance.slot,
                "option": chance.option,
                "share": float(chance.probability),
            }
            for chance in chances[:_LIKELIEST]
        ],
    }


def _shot(programme: Programme, shot: Aired) -> dict[str, Any]:
    rate = programme.rate
    return {
        "slot": shot.chosen.slot,
        "option": shot.chosen.option,
        "begin_s": float(shot.record_in / rate),
        "length_s": float(shot.chosen.frames / rate),
    }
