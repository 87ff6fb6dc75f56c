"""Chromium without a window, driven through its DevTools."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import aiohttp

__all__ = ["BINARY", "Page", "browser"]

BINARY = shutil.which("chromium") or shutil.which("google-chrome")

# What the page is asked to tell: every new picture with its place in time, and when
# the player stood still. Pictures are drawn small, as their code survives that.
HOOK = """
(() => {
  const wide = 96, high = 54;
  const canvas = document.createElement("canvas");
  canvas.width = wide; canvas.height = high;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const seen = { frames: [], waits: [], first: null, began: performance.now() };
  window.__seen = seen;
  addEventListener("DOMContentLoaded", () => {
    const film = document.querySelector("video");
    const look = (now, facts) => {
      if (seen.first === null) seen.first = performance.now() - seen.began;
      pen.drawImage(film, 0, 0, wide, high);
      const { data } = pen.getImageData(0, 0, wide, high);
      let grey = "";
      for (let n = 0; n < data.length; n += 4) grey += String.fromCharCode(data[n]);
      seen.frames.push([facts.mediaTime, now, facts.presentedFrames, btoa(grey)]);
      film.requestVideoFrameCallback(look);
    };
    film.requestVideoFrameCallback(look);
    let waits = null;
    film.addEventListener("waiting", () => {
      if (waits === null) waits = [film.currentTime, performance.now()];
    });
    film.addEventListener("playing", () => {
      if (waits !== null) seen.waits.push([waits[0], performance.now() - waits[1]]);
      waits = null;
    });
    for (const name of ["error", "ended", "seeking", "pause"]) {
      film.addEventListener(name, () => {
        (seen[name] ||= []).push([film.currentTime, performance.now()]);
      });
    }
  });
})();
"""


class Page:
    """A page that is open."""

    def __init__(self, socket):
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers: dict[int, asyncio.Future] = {}
        self.complaints: list[str] = []
        self._reading = asyncio.create_task(self._read())

    async def _read(self):
        async for message in self._socket:
            said = message.json()
            if "id" in said:
                answer = self._answers.pop(said["id"], None)
                if answer is not None and not answer.done():
                    answer.set_result(said)
            elif said["method"] == "Runtime.exceptionThrown":
                self.complaints.append(str(said["params"]["exceptionDetails"]))
            elif said["method"] == "Log.entryAdded":
                entry = said["params"]["entry"]
                if entry["level"] == "error":
                    self.complaints.append(f"{entry['text']} {entry.get('url', '')}")

    async def do(self, method, **params):
        """Send a command and return its result."""
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        await self._socket.send_json({"id": number, "method": method, "params": params})
        said = await asyncio.wait_for(answer, 60)
        if "error" in said:
            raise RuntimeError(said["error"]["message"])
        return said["result"]

    async def value(self, code):
        """Return the value of an expression in the page."""
        result = await self.do(
            "Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"]))
        return result["result"].get("value")

    async def until(self, code, seconds=20.0):
        """Wait until an expression in the page is true."""
        for _ in range(int(seconds * 20)):
            if await self.value(code):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"It did not come to be: {code}; {self.complaints}")

    async def open(self, address, hook=HOOK):
        """Go to an address; the hook runs in its page before its own code."""
        for domain in ("Page", "Runtime", "Log"):
            await self.do(f"{domain}.enable")
        if hook:
            await self.do("Page.addScriptToEvaluateOnNewDocument", source=hook)
        await self.do("Page.navigate", url=address)
        await self.until("document.readyState === 'complete'")

    async def press(self, key="a"):
        """Press a key, as a person does."""
        for kind in ("keyDown", "keyUp"):
            await self.do("Input.dispatchKeyEvent", type=kind, key=key, text=key)

    async def picture(self, path: Path):
        """Save what is to be seen as PNG."""
        got = await self.do("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(got["data"]))

    async def close(self):
        self._reading.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reading


@contextlib.asynccontextmanager
async def browser(*more, size=(1280, 720)):
    """Start Chromium; yield a function that opens pages."""
    folder = tempfile.mkdtemp(prefix="chromium-")
    process = subprocess.Popen(
        [
            BINARY,
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--mute-audio",
            "--no-first-run",
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
            f"--window-size={size[0]},{size[1]}",
            *more,
            "about:blank",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    opened = []
    try:
        port = await _port(Path(folder) / "DevToolsActivePort")
        async with aiohttp.ClientSession() as session:

            async def page():
                base = f"http://127.0.0.1:{port}/json/new?about:blank"
                async with session.put(base) as answer:
                    facts = await answer.json()
                socket = await session.ws_connect(
                    facts["webSocketDebuggerUrl"], max_msg_size=0
                )
                opened.append(Page(socket))
                return opened[-1]

            yield page
            for one in opened:
                await one.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


async def _port(path: Path) -> int:
    for _ in range(600):
        if path.exists() and "\n" in (text := path.read_text()):
            return int(text.split("\n")[0])
        await asyncio.sleep(0.05)
    raise AssertionError("Chromium did not start.")
