// Plays what is sent: one film after the other, forwards only, nothing kept behind.
"use strict";

const KEPT_S = 6;
const MOST_KEPT_S = 12;
const JUMP_S = 1;
const HOLE_S = 0.5;
const AGAIN_MS = [500, 1000, 2000, 5000];
const REPORT_MS = 2000;
const BETWEEN_MS = 3000;
const RATHER_LATE_S = 0.05;
// Pages out of sight are woken once a minute.
const ASLEEP_MS = 90000;

const screen_ = document.getElementById("film");
const hint = document.getElementById("hint");
const Source = window.MediaSource || window.ManagedMediaSource;

let showing = null;
let coming = null;
let socket = null;
let failures = 0;
let knocking = 0;
let stalls = 0;

// One film: what was sent of it and is not yet with the player.
class Film {
  constructor(said) {
    this.codecs = { v: `video/mp4; codecs="${said.v}"`, a: `audio/mp4; codecs="${said.a}"` };
    this.waiting = { v: [], a: [] };
    this.buffers = null;
    this.begun = false;
    this.complete = false;
    this.last = 0;
  }

  attach() {
    this.source = new Source();
    this.source.addEventListener("sourceopen", () => this.open(), { once: true });
    screen_.src = URL.createObjectURL(this.source);
  }

  open() {
    URL.revokeObjectURL(screen_.src);
    this.buffers = {};
    for (const kind of ["v", "a"]) {
      const buffer = this.source.addSourceBuffer(this.codecs[kind]);
      buffer.addEventListener("updateend", () => this.feed());
      this.buffers[kind] = buffer;
    }
    this.feed();
  }

  push(kind, bytes) {
    this.waiting[kind].push(bytes);
    this.feed();
  }

  end() {
    this.complete = true;
    this.feed();
  }

  feed() {
    if (!this.buffers || this.source.readyState !== "open") return;
    this.begin();
    for (const kind of ["v", "a"]) {
      const buffer = this.buffers[kind];
      if (buffer.updating || this.tidy(buffer) || !this.waiting[kind].length) continue;
      try {
        buffer.appendBuffer(this.waiting[kind][0]);
        this.waiting[kind].shift();
      } catch (error) {
        // A full buffer has room again when some of it was played.
        if (error.name !== "QuotaExceededError") return again();
      }
    }
    const busy = Object.values(this.buffers).some((buffer) => buffer.updating);
    const empty = !this.waiting.v.length && !this.waiting.a.length;
    if (this.complete && empty && !busy) this.source.endOfStream();
  }

  tidy(buffer) {
    if (!buffer.buffered.length) return false;
    const first = buffer.buffered.start(0);
    if (screen_.currentTime - first < MOST_KEPT_S) return false;
    buffer.remove(first, screen_.currentTime - KEPT_S);
    return true;
  }

  begin() {
    const rows = Object.values(this.buffers).map((buffer) => buffer.buffered);
    if (this.begun || rows.some((row) => !row.length)) return;
    this.begun = true;
    const start = Math.max(...rows.map((row) => row.start(0)));
    this.last = start;
    if (start > 0) screen_.currentTime = start;
    play();
  }

  ahead() {
    const row = screen_.buffered;
    return row.length ? row.end(row.length - 1) - screen_.currentTime : 0;
  }
}

function play() {
  screen_.play().catch(() => {});
}

function show(film) {
  showing = film;
  coming = null;
  film.attach();
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const mine = new WebSocket(`${scheme}://${location.host}/watch`);
  socket = mine;
  socket.binaryType = "arraybuffer";
  let newest = null;
  mine.onmessage = ({ data }) => {
    if (typeof data === "string") {
      const said = JSON.parse(data);
      if (said.end) {
        if (newest) newest.end();
        return;
      }
      failures = 0;
      const first = newest === null;
      newest = new Film(said);
      // After a connection was lost what is left of the old film is of no use.
      if (first || !showing || screen_.ended) show(newest);
      else coming = newest;
      return;
    }
    const kind = String.fromCharCode(new Uint8Array(data, 0, 1)[0]).toLowerCase();
    if (newest) newest.push(kind, new Uint8Array(data, 1));
  };
  mine.onclose = () => {
    if (socket === mine) again();
  };
}

function again() {
  if (socket) {
    const old = socket;
    socket = null;
    old.onclose = old.onmessage = null;
    old.close();
  }
  const wait = AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)];
  failures += 1;
  clearTimeout(knocking);
  knocking = setTimeout(connect, wait);
}

// Players without a WebSocket or media sources come for the same pieces by a list.
function listen() {
  screen_.src = "/film.m3u8";
  play();
}

screen_.addEventListener("playing", () => screen_.classList.add("on"));
screen_.addEventListener("pause", () => {
  if (!screen_.ended && screen_.readyState > 2) play();
});
screen_.addEventListener("ended", () => {
  screen_.classList.remove("on");
  if (!Source) setTimeout(listen, BETWEEN_MS);
  else if (coming) show(coming);
});
screen_.addEventListener("error", () => {
  screen_.classList.remove("on");
  if (Source) again();
  else setTimeout(listen, BETWEEN_MS);
});
screen_.addEventListener("timeupdate", () => {
  if (!showing) return;
  if (!screen_.seeking) showing.last = screen_.currentTime;
  showing.feed();
});
screen_.addEventListener("seeking", () => {
  if (!showing || !showing.begun) return;
  if (Math.abs(screen_.currentTime - showing.last) > JUMP_S) screen_.currentTime = showing.last;
});
screen_.addEventListener("waiting", () => {
  if (!showing || !showing.begun || showing.complete || screen_.seeking) return;
  const at = screen_.currentTime;
  const began = performance.now();
  screen_.addEventListener(
    "playing",
    () => {
      if (performance.now() - began > 1000 * RATHER_LATE_S) stalls += 1;
    },
    { once: true },
  );
  for (let n = 0; n < screen_.buffered.length; n += 1) {
    const next = screen_.buffered.start(n);
    if (next > at && next - at < HOLE_S) {
      showing.last = next;
      screen_.currentTime = next;
      return;
    }
  }
});

setInterval(() => {
  if (!socket || socket.readyState !== WebSocket.OPEN || !showing) return;
  const at = screen_.currentTime;
  socket.send(JSON.stringify({ at, ahead: showing.ahead(), stalls }));
}, REPORT_MS);

// No going back, no stopping: a film that is edited while it is seen only goes on.
if (navigator.mediaSession) {
  for (const name of ["pause", "stop", "seekbackward", "seekforward", "seekto"]) {
    try {
      navigator.mediaSession.setActionHandler(name, () => {});
    } catch {
      // Not every player knows every key.
    }
  }
}
addEventListener("contextmenu", (event) => event.preventDefault());

function full() {
  if (!document.fullscreenElement && document.documentElement.requestFullscreen) {
    document.documentElement.requestFullscreen({ navigationUI: "hide" }).catch(() => {});
  }
  stayAwake();
}

function stayAwake() {
  if (navigator.wakeLock) navigator.wakeLock.request("screen").catch(() => {});
}

let started = false;

function start() {
  if (started) return;
  started = true;
  hint.hidden = true;
  if (Source && window.WebSocket) connect();
  else listen();
}

for (const name of ["keydown", "pointerdown"]) {
  addEventListener(name, (event) => {
    if (event.key === "Escape") return;
    full();
    start();
  });
}

// A screen that was hidden may sleep again, and a computer that slept has lost the film.
let ticked = Date.now();
document.addEventListener("visibilitychange", () => {
  if (!started || document.visibilityState !== "visible") return;
  stayAwake();
  if (screen_.paused && !screen_.ended) play();
});
setInterval(() => {
  const slept = Date.now() - ticked > ASLEEP_MS;
  ticked = Date.now();
  if (slept && socket) again();
}, REPORT_MS);

// Browsers want a gesture before anything sounds, unless they were told otherwise.
const sound = new AudioContext();
const settled = () => {
  if (sound.state === "running") start();
  else hint.hidden = started;
};
sound.addEventListener("statechange", settled);
setTimeout(settled, 100);
