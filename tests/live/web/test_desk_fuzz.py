"""Whatever is sent to the desk, the house goes on and its state is sound."""

import contextlib
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otio_genai.errors import GenaiError
from otio_genai.field.drawing import Conditions, space
from otio_genai.live.deskwork import Deskwork
from otio_genai.live.hall import Hall
from otio_genai.live.house import House
from otio_genai.live.schedule import Scheduler
from otio_genai.live.web.server import application
from tests.live.web.house import OPENING, TOKEN, FakeHouse, FastClock, run
from tests.support import fields

SLOTS, TAKES = 3, 3

#: Names a take that is not there: its answer comes after all that was sent before.
LAST = json.dumps({"do": "pin", "slot": 999})
ANSWER = "There is no slot 999."

names = st.sampled_from(["do", "slot", "option", "value", "id", "token", "field"])
dos = st.sampled_from(
    ["weigh", "pin", "unpin", "ban", "unban", "dissonance", "witness", "PIN"]
    + 2 * ["approve", "refuse"]
)
numbers = st.one_of(
    st.integers(-2, SLOTS + 1), st.integers(), st.floats(), st.just(10**400)
)
leaves = st.one_of(st.none(), st.booleans(), numbers, st.text(max_size=8))
anything = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner)
    ),
    max_leaves=5,
)
commands = st.fixed_dictionaries(
    {"do": st.one_of(dos, dos, anything)},
    optional={
        "slot": st.one_of(numbers, anything),
        "option": st.one_of(numbers, anything),
        "value": st.one_of(numbers, anything),
        "id": st.one_of(st.just("slot-001/new"), anything),
    },
)
plain = st.characters(exclude_categories=["Cs"])
messages = st.one_of(
    commands.map(json.dumps),
    commands.map(json.dumps),
    st.dictionaries(names, anything).map(json.dumps),
    anything.map(json.dumps),
    st.text(plain, max_size=40),
    st.sampled_from(["[" * 4000, "9" * 4000, '{"do":' * 600, "x" * 5000, "\x00"]),
    st.binary(max_size=40),
)


class Waiting:
    """An inbox that hears what nothing was asked of it for."""

    def __init__(self):
        self.asked = []

    def waiting(self):
        return [("slot-001", "new")]

    def approve(self, slot, name):
        self.asked.append((slot, name))
        raise OSError(28, "No space left on device")

    refuse = approve


@contextlib.asynccontextmanager
async def opened(house, inbox):
    """A real desk of a house, beside films of fakes."""
    fake = FakeHouse(now_s=FastClock())
    with ThreadPoolExecutor(1) as pool:
        hall = Hall(fake, "shared", pool, fake.now_s, pause_s=0.05)
        app = application(
            hall,
            OPENING,
            fake.now_s,
            house=Deskwork(house, lambda: inbox),
            token=TOKEN,
        )
        async with TestClient(TestServer(app)) as client:
            yield client


async def answered(socket, said):
    """What the desk hears until it is answered; None where it is shown out."""
    try:
        await socket.send_str(LAST)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                return None
            told = json.loads(message.data)
            said.append(told)
            if told.get("fault", "").startswith(ANSWER):
                return told
    except ConnectionError:
        pass
    return None


@pytest.fixture(scope="module")
def drawn():
    return fields.field(slots=SLOTS, takes=TAKES, kinds=["dry"] * (SLOTS - 1))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sent=st.lists(messages, min_size=1, max_size=12))
def test_nothing_sent_to_the_desk_harms_the_house(drawn, caplog, tmp_path, sent):
    caplog.clear()
    caplog.set_level(logging.ERROR)
    told, inbox = [], Waiting()
    house = House(
        SimpleNamespace(field=drawn),
        Scheduler([], FastClock()),
        FastClock(),
        trace=tmp_path / "showing.otio",
    )

    async def test():
        async with opened(house, inbox) as client:
            address = f"/desk/live?token={TOKEN}"
            socket = await client.ws_connect(address)
            for one in sent:
                try:
                    if isinstance(one, bytes):
                        await socket.send_bytes(one)
                    else:
                        await socket.send_str(one)
                except ConnectionError:
                    pass
                if await answered(socket, told) is None:
                    # Shown out for what no desk sends: it may come again at once.
                    assert isinstance(one, bytes) or len(one.encode()) > 4096
                    socket = await client.ws_connect(address)
            assert await answered(socket, told) is not None
            assert (await client.get("/")).status == 200
            await socket.close()

    run(test())
    assert not caplog.records
    assert all(set(one) <= {"field", "state", "fault"} for one in told)
    assert set(inbox.asked) <= {("slot-001", "new")}
    conditions = Conditions(**house.steering.changes())
    space(house.field, conditions)
    for (slot, option), weight in conditions.weights.items():
        assert 0 < weight <= 100
        assert 0 <= slot < SLOTS
        assert 0 <= option < TAKES
    state = [one["state"] for one in told if "state" in one]
    # As a browser reads it: no NaN, no Infinity.
    json.dumps(state, allow_nan=False)
    json.dumps([one for one in told if "field" in one], allow_nan=False)


@pytest.mark.parametrize("kind", [OSError, TimeoutError, GenaiError, ValueError])
def test_what_fails_at_the_desk_is_said_there(drawn, tmp_path, kind):
    house = House(
        SimpleNamespace(field=drawn),
        Scheduler([], FastClock()),
        FastClock(),
        trace=tmp_path / "showing.otio",
    )
    inbox = Waiting()

    def failing(slot, name):
        raise kind("It is so.")

    inbox.approve = failing

    async def test():
        async with opened(house, inbox) as client:
            socket = await client.ws_connect(f"/desk/live?token={TOKEN}")
            await socket.send_str('{"do": "approve", "id": "slot-001/new"}')
            told = []
            assert await answered(socket, told) is not None
            assert next(one for one in told if "fault" in one)["fault"]
            await socket.close()

    run(test())
