"""Draw a shot and write its file: beside first, then renamed."""

from __future__ import annotations

import math
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from scipy import ndimage

from otio_genai.media.codecs import x264_steady

from .camera import Pose, sway
from .grade import Grade
from .noise import Floats
from .shots import Shot

__all__ = ["Drawing", "write_sound", "write_still", "write_take"]

REMARK = "Drawn by the sample project Brises of otio-genai; made by no generator."
BT709, LIMITED = 1, 1


class Drawing:
    """The frames of a shot, drawn one at a time and in any order but for their
    grain."""

    def __init__(self, shot: Shot, seed: int) -> None:
        self.shot = shot
        self.scene = shot.scene()
        self.move = sway(shot.move, shot.seconds, seed, amount=shot.hand)
        self.grade = Grade(shot.width, shot.height, seed)

    def pose(self, number: int) -> Pose:
        """Where the camera is at a frame."""
        return self.move(number / max(1, self.shot.frames - 1))

    def frame(self, number: int) -> NDArray[np.uint8]:
        """One frame: uint8 (height, width, 3)."""
        shot, pose = self.shot, self.pose(number)
        rgb, light = self.scene.frame(
            pose, shot.width, shot.height, float(number / shot.rate)
        )
        return self.grade.finish(self._blurred(rgb, pose, number), light)

    def _blurred(
        self, rgb: NDArray[np.uint8], pose: Pose, number: int
    ) -> NDArray[np.uint8]:
        """What a half-open shutter makes of a fast pan: a smear along the rows."""
        if self.shot.frames == 1:  # nothing moves while a still is taken
            return rgb
        turn = math.radians(self.pose(number + 1).yaw - pose.yaw)
        smear = int(abs(turn) * pose.focal_px(self.shot.width) * 0.5)
        if smear < 6:  # slower pans look sharp enough, and most takes have none
            return rgb
        wide: NDArray[np.uint8] = ndimage.uniform_filter1d(
            rgb, smear, axis=1, mode="nearest"
        )
        return wide


def write_take(shot: Shot, seed: int, folder: Path) -> Path:
    """Draw a take and write it as H.264 in MP4: BT.709, limited range, 4:2:0.

    Parameters
    ----------
    shot : Shot
    seed : int
        Of its grain and of the hand that holds the camera.
    folder : Path

    Returns
    -------
    Path
        The finished file.
    """
    target = folder / shot.name
    beside = target.with_name(f".{seed}.part.mp4")
    drawing = Drawing(shot, seed)
    with av.open(str(beside), "w", options={"movflags": "faststart"}) as box:
        box.metadata["comment"] = REMARK
        stream = box.add_stream("libx264", rate=shot.rate)
        stream.width, stream.height, stream.pix_fmt = shot.width, shot.height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "23", **x264_steady()}
        context = stream.codec_context
        context.thread_count = 1  # two takes are drawn at a time, one per core
        context.color_primaries = context.color_trc = context.colorspace = BT709
        context.color_range = LIMITED
        for number in range(shot.frames):
            frame = av.VideoFrame.from_ndarray(drawing.frame(number), format="rgb24")
            frame = frame.reformat(
                format="yuv420p", dst_colorspace="ITU709", dst_color_range="MPEG"
            )
            frame.pts, frame.time_base = number, 1 / shot.rate
            frame.color_primaries, frame.color_trc = BT709, BT709
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    beside.replace(target)
    return target


def write_still(shot: Shot, seed: int, folder: Path) -> Path:
    """Draw a still and write it as PNG; parameters as for `write_take`."""
    target = folder / shot.name
    beside = target.with_name(f".{seed}.part.png")
    remark = PngInfo()
    remark.add_text("Comment", REMARK)
    Image.fromarray(Drawing(shot, seed).frame(0)).save(
        beside, compress_level=4, pnginfo=remark
    )
    beside.replace(target)
    return target


def write_sound(samples: Floats, rate: int, target: Path) -> Path:
    """Write stereo sound, float32 (n, 2) within -1..1, as 16-bit FLAC."""
    beside = target.with_name(".part.flac")
    dither = np.random.default_rng(0).random((2, *samples.shape), np.float32)
    whole = (
        np.round(samples * 32767 + dither[0] - dither[1])
        .clip(-32768, 32767)
        .astype(np.int16)
    )
    with av.open(str(beside), "w") as box:
        box.metadata["comment"] = REMARK
        stream = box.add_stream("flac", rate=rate, layout="stereo", format="s16")
        for start in range(0, len(whole), 4096):
            block = np.ascontiguousarray(whole[start : start + 4096]).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="stereo")
            frame.sample_rate, frame.pts = rate, start
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    beside.replace(target)
    return target
