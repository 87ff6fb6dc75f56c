"""Takes are asked for while a film plays; what is late or fails changes nothing."""

import asyncio
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from aiohttp.test_utils import TestServer
from PIL import Image

from otio_genai import metadata
from otio_genai.field.document import read_field
from otio_genai.field.drawing import Drawing, space
from otio_genai.field.model import Chosen
from otio_genai.field.realise import timeline_of
from otio_genai.field.showing import seeded
from otio_genai.kit.coded import read_code
from otio_genai.live.arriving import Workshop
from otio_genai.live.commissions import Commissions
from otio_genai.live.inbox import Inbox, prompt_of
from otio_genai.live.intake import Intake
from otio_genai.live.requesting import seed_of, size_of
from otio_genai.live.wishes import wishes
from otio_genai.providers.comfyui import ComfyUI
from otio_genai.providers.folder import FolderProvider
from otio_genai.providers.protocol import Caps
from tests.providers.comfy import WITH_FRAMES, WORKFLOW, Comfy
from tests.support import fields
from tests.support.coded import write_take

DATE = datetime(2026, 11, 22, 21, 5, tzinfo=UTC)
PROMPT = {
    "template": "{weather} over {previous_slot.caption}, {hour}h, no. {witness_no}",
    "vars": {"weather": {"rain": 1, "fog": 1}},
}


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    folder = tmp_path_factory.mktemp("media")
    document = fields.coded(
        folder, slots=3, takes=2, take_facts={(1, 0): {"prompt": PROMPT}}
    )
    new = write_take(folder / "new.mp4", 77, 72)
    return document, new.read_bytes()


class Stage:
    """A show of which only what matters here is there: a desk, a clock, a document."""

    def __init__(self, document, folder, **how):
        self.events, self.changes, self.now_s = [], [], 100.0
        self.intake = Intake(
            read_field(document),
            tell=self.events.append,
            changed=lambda made, reach: self.changes.append(reach),
            **how,
        )
        self.shop = Workshop(lambda: ThreadPoolExecutor(1))
        self.folder = folder

    def commissions(self, provider):
        return Commissions(
            provider,
            self.intake,
            self.shop,
            self.folder / "new",
            clock=lambda: self.now_s,
            date=lambda: DATE,
            seed=5,
            cache=str(self.folder / "cache"),
        )

    @property
    def told(self):
        return [(event.kind, event.slot) for event in self.events]

    async def asked(self, commissions, **how):
        field = read_field(self.intake.document)
        return await commissions.ask(
            field,
            wishes(field),
            began_s=self.now_s,
            known={"witness_no": "12"},
            **how,
        )


async def quiet(seconds):
    pass


def staged(server, stage, what, *, workflow=WORKFLOW, caps=None):
    """Run ``what(commissions)`` against a server of ours."""

    async def run():
        async with TestServer(server.app()) as at:
            provider = ComfyUI(
                workflow, str(at.make_url("/")), model="wan", sleep=quiet, caps=caps
            )
            return await what(stage.commissions(provider))

    try:
        return asyncio.run(run())
    finally:
        stage.shop.close()


async def until_over(commissions, most=20):
    for _ in range(most):
        if not commissions.open:
            return
        await commissions.look()
    raise AssertionError("it never ends")


def shown(document, wanted, most=200):
    """Return a film in which a take is drawn, from the field of a document."""
    field = read_field(document)
    for seed in range(most):
        film = Drawing(space(field)).finish(np.random.default_rng(seed))
        names = [field.slots[c.slot].options[c.option].clip.name for c in film]
        if wanted in names:
            return field, film
    return None


def test_a_take_is_asked_brought_held_approved_and_drawn(tmp_path, media):
    document, video = media
    server, stage = Comfy(lambda prompt: video), Stage(document, tmp_path)

    async def show(commissions):
        await stage.asked(commissions)
        sent = commissions.open[0].request
        await until_over(commissions)
        return sent

    sent = staged(server, stage, show)
    assert stage.told == [("asked", "slot-002"), ("quarantined", "slot-002")]
    assert sent.prompt in [f"{w} over take 0-0, 21h, no. 12" for w in ("rain", "fog")]
    (slot, name), *_ = stage.intake.quarantined()
    assert shown(stage.intake.document, name) is None
    asyncio.run(stage.intake.approve(slot, name))
    field, film = shown(stage.intake.document, name)
    # All that is known of it lies in the film, and so in what is made of the film.
    clips = timeline_of(field, film).video_tracks()[0]
    slates = [
        metadata.read(clip.media_reference, "slate")
        for clip in clips
        if getattr(clip, "media_reference", None) and clip.name == name
    ]
    assert len(slates) == 1
    assert slates[0] == slates[0] | {
        "generator": "comfyui",
        "model": "wan",
        "prompt": sent.prompt,
        "seed": sent.seed,
        "date": "2026-11-22T21:05:00+00:00",
        "variables": {
            "weather": sent.prompt.split()[0],
            "previous_slot.caption": "take 0-0",
            "hour": "21",
            "witness_no": "12",
        },
        "evidence": ["request"],
    }
    assert stage.changes == ["kept", "next"]


def test_the_neighbours_last_and_first_pictures_are_sent(tmp_path, media):
    document, video = media
    server, stage = Comfy(lambda prompt: video), Stage(document, tmp_path)
    field = read_field(document)
    decided = [Chosen(0, 1, 12, 30)]

    async def show(commissions):
        await commissions.ask(
            field,
            wishes(field, decided),
            began_s=0.0,
            known={"witness_no": "1"},
        )
        return commissions.open[0].request

    request = staged(server, stage, show, workflow=WITH_FRAMES)
    codes = []
    for path in (request.first_frame, request.last_frame):
        with Image.open(path) as picture:
            codes.append(read_code(np.asarray(picture)))
    # Decided: take 1 of slot 0, its last picture. Likely: take 0 of slot 2, where the
    # first of its in-points is.
    assert tuple(codes[0]) == (1, 12 + 30 - 1)
    assert tuple(codes[1]) == (20, field.slots[2].options[0].ins[0])
    assert len(server.uploads) == 2


def test_what_comes_in_time_is_drawn_in_the_showing_that_plays(tmp_path, media):
    document, video = media
    for late in (False, True):
        stage = Stage(document, tmp_path / str(late), mode="auto")
        server = Comfy(lambda prompt: video)

        async def show(commissions, stage=stage, late=late):
            await stage.asked(commissions)
            deadline_s = commissions.open[0].request.deadline_s
            # Ten seconds before it may begin is the last moment.
            stage.now_s = deadline_s - 10.0 + (0.001 if late else 0.0)
            await until_over(commissions)

        staged(server, stage, show)
        kinds = [kind for kind, _ in stage.told]
        assert kinds == (["asked", "late", "added"] if late else ["asked", "added"])
        assert stage.changes == ["next" if late else "now"]


def test_a_showing_that_plays_draws_a_take_that_came_in_time(tmp_path, media):
    document, video = media
    playing = seeded(read_field(document), 3)
    assert playing.next().slot == 0
    made = []

    def changed(field, reach):
        made.append(field)
        playing.renew(made[-1])

    stage = Stage(document, tmp_path, mode="auto")
    stage.intake = Intake(read_field(document), mode="auto", changed=changed)

    async def show(commissions):
        field = read_field(document)
        ahead = wishes(field, playing.decided)
        await commissions.ask(
            field, ahead, began_s=stage.now_s + 60, known={"witness_no": "1"}
        )
        await until_over(commissions)

    staged(Comfy(lambda prompt: video), stage, show)
    new = len(made[0].slots[1].options) - 1
    chances = {(c.slot, c.option): c.probability for c in playing.chances()}
    assert new == 2 and chances[1, new] > 0
    assert len(playing.decided) == 1


def test_no_slot_is_asked_for_twice_and_no_more_than_said(tmp_path):
    every = {(slot, 0): {"prompt": PROMPT} for slot in range(5)}
    document = fields.document(slots=5, takes=1, take_facts=every)
    server, stage = Comfy(lambda prompt: b"", waits=99), Stage(document, tmp_path)

    async def show(commissions):
        await stage.asked(commissions, most=2)
        first = [commission.job.slot for commission in commissions.open]
        await stage.asked(commissions, most=4)
        return first, [commission.job.slot for commission in commissions.open]

    first, then = staged(server, stage, show)
    assert first == ["slot-001", "slot-002"]
    assert then == [f"slot-00{n}" for n in (1, 2, 3, 4)]
    prompts = [job["3"]["inputs"]["seed"] for job in server.prompts.values()]
    assert len(set(prompts)) == 4


def test_a_person_answers_a_request(tmp_path, media):
    document, video = media
    stage = Stage(document, tmp_path)

    async def show():
        inbox = FolderProvider(tmp_path / "inbox", stage.intake.slots, which=prompt_of)
        commissions = stage.commissions(inbox)
        watch = Inbox(
            inbox,
            stage.intake,
            stage.shop,
            lambda: stage.now_s,
            said=commissions.said,
            cache=str(tmp_path / "cache"),
        )
        await stage.asked(commissions)
        (tmp_path / "inbox" / "slot-002" / "made.mp4").write_bytes(video)
        for _ in range(2):
            await watch.look()
            await commissions.look()
            stage.now_s += 3
        assert commissions.open == ()

    asyncio.run(show())
    stage.shop.close()
    assert stage.told == [("asked", "slot-002"), ("quarantined", "slot-002")]
    take = metadata.read(stage.intake.document.video_tracks()[0][1], "takes")[-1]
    slate = metadata.read(take.media_reference, "slate")
    assert slate["generator"] == "inbox" and "21h" in slate["prompt"]
    assert (tmp_path / "inbox" / "slot-002" / "made.mp4").read_bytes() == video


def test_sizes_and_seeds_are_those_a_generator_can_take():
    caps = Caps(sizes=((720, 1280), (1280, 720), (832, 480), (960, 540)))
    assert size_of(caps, (1920, 1080)) == (1280, 720)
    assert size_of(caps, (832, 480)) == (832, 480)
    assert size_of(Caps(), (7, 5)) == (7, 5)
    seeds = {seed_of(1, slot, n) for slot in "abc" for n in range(100)}
    assert len(seeds) == 300 and all(0 <= seed < 2**31 for seed in seeds)


@pytest.mark.slow
def test_real_takes_become_takes(tmp_path, shared):
    document = fields.document(slots=2, takes=1, lengths=(0.5, 2.0))
    files = sorted((shared / "media").glob("*.mp4"))[:3]
    stage = Stage(document, tmp_path)

    async def show():
        inbox = FolderProvider(tmp_path / "inbox", stage.intake.slots)
        watch = Inbox(
            inbox, stage.intake, stage.shop, lambda: stage.now_s,
            cache=str(tmp_path / "cache"),
        )  # fmt: skip
        folder = tmp_path / "inbox" / "slot-001"
        folder.mkdir()
        for file in files:
            shutil.copy(file, folder / Path(file).name)
        for _ in range(2):
            await watch.look()
            stage.now_s += 3

    asyncio.run(show())
    stage.shop.close()
    assert stage.told == [("quarantined", "slot-001")] * len(files)
