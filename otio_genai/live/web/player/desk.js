// Shows what the show says of itself, and asks it for what is to be otherwise.
"use strict";

const AGAIN_MS = 1500;
const FAULT_MS = 9000;
// Weights from a tenth of to ten times one.
const DECADES = 1;

const by = (id) => document.getElementById(id);
let socket = null;
let field = null;
let faultTimer = 0;
let sliding = false;

function make(name, content = "", kind = "") {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  if (Array.isArray(content)) made.append(...content);
  else made.textContent = content;
  return made;
}

function ask(message) {
  if (socket && socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

function picture(shot) {
  const image = make("img");
  image.loading = "lazy";
  image.decoding = "async";
  image.alt = "";
  image.src = `/desk/take/${shot.slot}/${shot.option}.jpg`;
  return image;
}

function known(shot) {
  return field && field.slots[shot.slot] && field.slots[shot.slot].takes[shot.option];
}

function seconds(value) {
  const whole = Math.max(0, Math.floor(value));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

// Lists are redrawn only when they change: pictures would flicker.
function fill(list, key, draw) {
  if (list.dataset.key === key) return;
  list.dataset.key = key;
  list.replaceChildren(...draw());
}

function card(shot, below) {
  const name = known(shot) ? known(shot).name : "";
  const text = make("p", name);
  text.title = name;
  return make("li", [picture(shot), ...below, make("p", field.slots[shot.slot].id, "place"), text]);
}

function drawNow(film) {
  const shot = film && film.on_air;
  by("slot").textContent = shot ? field.slots[shot.slot].id : film ? "…" : "between films";
  by("take").textContent = shot && known(shot) ? known(shot).name : "";
  const left = shot ? Math.max(0, shot.begin_s + shot.length_s - film.position_s) : 0;
  by("left").textContent = shot ? `${left.toFixed(1)} s left` : "";
  by("clock").textContent = film ? `film ${seconds(film.position_s)}` : "";
  const part = shot ? (film.position_s - shot.begin_s) / shot.length_s : 0;
  by("progress").style.width = `${100 * Math.min(1, Math.max(0, part))}%`;
  const source = shot ? `/desk/take/${shot.slot}/${shot.option}.jpg` : "";
  const air = by("air");
  if (air.dataset.source !== source) {
    air.dataset.source = source;
    if (source) air.src = source;
    else air.removeAttribute("src");
  }
  for (const row of by("field").children) {
    row.classList.toggle("air", Boolean(shot) && Number(row.dataset.slot) === shot.slot);
  }
}

function drawComing(film) {
  const coming = film ? film.coming : [];
  fill(by("coming"), JSON.stringify(coming), () => coming.map((shot) => card(shot, [])));
  const next = film ? film.next : [];
  fill(by("next"), JSON.stringify(next), () =>
    next.map((chance) => {
      const bar = make("i");
      bar.style.width = `${100 * chance.share}%`;
      const share = `${(100 * chance.share).toFixed(chance.share < 0.1 ? 1 : 0)} %`;
      const below = [make("div", [bar], "share"), make("p", share, "likely")];
      if (chance.slot === null) return make("li", [make("div", "end", "end"), ...below]);
      return card(chance, below);
    }),
  );
}

function drawHealth(state) {
  const facts = [["viewers", state.viewers]];
  if (state.films > 1) facts.push(["films", state.films]);
  if (state.film) facts.push(["ahead", `${state.film.ahead_s.toFixed(1)} s`, state.film.ahead_s < 1.5]);
  const { made, dry } = state.joins;
  facts.push(["joins rendered", made], ["dry instead", dry, dry > made]);
  facts.push(["a join takes", `${Math.round(1000 * state.estimate_s)} ms`]);
  if (state.stalls !== null) facts.push(["stalls", state.stalls, state.stalls > 0]);
  const items = facts.map(([name, value, bad]) =>
    make("li", [`${name} `, make("b", String(value))], bad ? "bad" : ""),
  );
  fill(by("health"), JSON.stringify(facts), () => items);
}

function drawState(state) {
  if (!field) return;
  drawNow(state.film);
  drawComing(state.film);
  drawHealth(state);
  const witness = by("witness");
  witness.setAttribute("aria-pressed", String(state.witness));
  witness.textContent = state.witness ? "This one is witnessed" : "Witness this one";
  witness.disabled = !state.film;
  by("notes-head").hidden = !state.notes.length;
  fill(by("notes"), JSON.stringify(state.notes), () => state.notes.map((note) => make("li", note)));
  by("inbox").hidden = !state.inbox.length;
  fill(by("arrivals"), JSON.stringify(state.inbox), () => state.inbox.map(arrival));
}

function arrival(take) {
  const yes = make("button", "Let it in");
  yes.onclick = () => ask({ do: "approve", id: take.id });
  yes.setAttribute("aria-label", `Let ${take.name} into ${take.slot}`);
  const no = make("button", "Refuse");
  no.setAttribute("aria-label", `Refuse ${take.name} for ${take.slot}`);
  no.onclick = () => ask({ do: "refuse", id: take.id });
  const parts = [`${take.slot} · ${take.name}${take.said ? ` · ${take.said}` : ""}`];
  if (take.waits) parts.push(make("div", [yes, no]));
  return make("li", parts);
}

// Every take keeps its card while it is there: what is held or has the focus stays so.
function takeCard(slot, option) {
  const shot = { slot, option };
  const name = make("p");
  const weight = make("input");
  weight.type = "range";
  weight.min = -DECADES;
  weight.max = DECADES;
  weight.step = 0.05;
  let held = false;
  weight.oninput = () => {
    held = true;
  };
  weight.onchange = () => {
    held = false;
    ask({ do: "weigh", ...shot, value: 10 ** Number(weight.value) });
  };
  const tools = { pin: make("button", "pin"), ban: make("button", "ban") };
  for (const [what, button] of Object.entries(tools)) {
    button.onclick = () => {
      const pressed = button.getAttribute("aria-pressed") === "true";
      ask({ do: pressed ? `un${what}` : what, ...shot });
    };
  }
  const card = make("div", [picture(shot), name, make("div", [weight, tools.pin, tools.ban], "tools")]);
  card.renew = (take) => {
    const text = take.lost ? `${take.name} · cannot be read` : take.name;
    if (name.textContent !== text) name.textContent = text;
    name.title = take.name;
    if (!held) weight.value = Math.log10(take.weight);
    weight.title = `weight ${take.weight.toPrecision(2)}`;
    weight.setAttribute("aria-label", `Weight of ${take.name}`);
    weight.setAttribute("aria-valuetext", take.weight.toPrecision(2));
    for (const [what, pressed] of [["pin", take.pinned], ["ban", take.banned]]) {
      tools[what].setAttribute("aria-pressed", String(pressed));
      tools[what].setAttribute("aria-label", `${what} ${take.name}`);
    }
    const marks = ["pinned", "banned", "lost"].filter((mark) => take[mark]);
    card.className = ["take", ...marks].join(" ");
  };
  return card;
}

function slotRow(slot, number) {
  const head = make("div", [make("b", slot.id), make("small", slot.policy)]);
  const takes = slot.takes.map((take, option) => takeCard(number, option));
  const row = make("div", [head, make("div", takes, "takes")], "row");
  row.dataset.slot = number;
  row.cards = takes;
  return row;
}

function drawField() {
  by("title").textContent = field.title;
  document.title = `${field.title} · desk`;
  const slider = by("dissonance");
  if (!sliding) slider.value = field.dissonance;
  const names = field.slots.map((slot) => [slot.id, slot.policy, slot.takes.map((take) => take.name)]);
  const key = JSON.stringify(names);
  const rows = by("field");
  const other = rows.dataset.key !== key;
  fill(rows, key, () => field.slots.map(slotRow));
  field.slots.forEach((slot, number) => {
    slot.takes.forEach((take, option) => rows.children[number].cards[option].renew(take));
  });
  if (other) for (const id of ["coming", "next"]) by(id).dataset.key = "";
}

function fault(text) {
  const place = by("fault");
  place.textContent = text;
  place.hidden = false;
  clearTimeout(faultTimer);
  faultTimer = setTimeout(() => {
    place.hidden = true;
  }, FAULT_MS);
}

function connect() {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/desk/live`);
  socket.onmessage = ({ data }) => {
    const said = JSON.parse(data);
    if (said.field) {
      field = said.field;
      drawField();
    }
    if (said.state) drawState(said.state);
    if (said.fault) {
      fault(said.fault);
      // What was asked for and cannot be is not shown as if it were.
      if (field) drawField();
    }
  };
  socket.onclose = () => {
    fault("The show does not answer.");
    setTimeout(connect, AGAIN_MS);
  };
}

by("dissonance").oninput = () => {
  sliding = true;
};
by("dissonance").onchange = (event) => {
  sliding = false;
  ask({ do: "dissonance", value: Number(event.target.value) });
};
by("witness").onclick = () => {
  const pressed = by("witness").getAttribute("aria-pressed") === "true";
  ask({ do: "witness", value: !pressed });
};
connect();
