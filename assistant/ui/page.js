// Runs once, when the invisible component #bridge (`element`) is loaded; Gradio provides `element`, `trigger`, `watch`
// and `props`. Links of the page become events of the bridge, and messages from the server are carried out.

// Links that act

const EVENTS = {
  cite: "open", passage: "open", article: "open", corpus: "open", order: "open",
  ask: "ask", retry: "ask", widen: "ask", edit: "edit", stay: "edit", only: "only", copy: "copy", good: "rate",
  bad: "rate",
};

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#"]');
  const kind = link?.hash.slice(1).split("-")[0];
  if (!Object.hasOwn(EVENTS, kind ?? "")) return;
  event.preventDefault();
  if (busy() && !WHILE_BUSY.has(EVENTS[kind])) return;
  trigger(EVENTS[kind], { reference: link.hash });
  // The link goes away with the messages that are drawn anew, or a question is what comes next.
  if (["ask", "edit", "only"].includes(EVENTS[kind])) document.querySelector("#question textarea")?.focus();
});

// While an answer is coming, nothing may change the conversation under it but what stops it.
const WHILE_BUSY = new Set(["open", "only", "copy"]);
const busy = () => document.querySelector("#chat .pending") !== null;

// What is asked while the page still loads waits for its filter and its conversation.
const ASKING = "#question .submit-button, #chat .example";
let ready = false;
let waiting;

function begin() {
  ready = true;
  document.querySelector("#question")?.removeAttribute("aria-busy");
  setTimeout(() => waiting?.click(), 100);
}

function wait(event, button) {
  event.preventDefault();
  event.stopPropagation();
  if (ready) return;
  waiting = button;
  document.querySelector("#question")?.setAttribute("aria-busy", "true");
}

const BEFORE_ALL = { capture: true };
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.shiftKey || !event.target.matches("#question textarea")) return;
    if (!ready || busy()) wait(event, document.querySelector("#question .submit-button"));
  },
  BEFORE_ALL,
);
document.addEventListener("click", (event) => {
  const button = event.target.closest?.(ASKING);
  if (button && !ready) wait(event, button);
}, BEFORE_ALL);

// A new question moves to the top of the chat, so that its answer is read from its beginning. Where the chat scrolls by
// itself, that takes room below, which the answer then grows into.
const BELOW = 8;

function makeRoom(question) {
  const [view, content] = ["#chat .bubble-wrap", "#chat .message-wrap"].map((name) => document.querySelector(name));
  if (!content?.lastElementChild) return;
  const scrolls = matchMedia("(min-width: 900px)").matches;
  const used = content.lastElementChild.getBoundingClientRect().bottom - question.getBoundingClientRect().top;
  const room = scrolls ? Math.max(0, view.clientHeight - used - BELOW) : 0;
  content.style.paddingBottom = `${room}px`;
}

let questions = 0;
new MutationObserver(() => {
  const asked = document.querySelectorAll("#chat .question");
  const last = asked[asked.length - 1];
  if (last) makeRoom(last);
  if (asked.length > questions) last.scrollIntoView({ block: "start" });
  questions = asked.length;
}).observe(document.body, { childList: true, subtree: true });

// A button that goes away with what it does would take the focus with it.
document.addEventListener("click", (event) => {
  if (event.target.closest("#question .stop-button")) document.querySelector("#question textarea").focus();
  if (event.target.closest("#clear-filters")) document.querySelector("#filters .label-wrap").focus();
});

// The conversations that this browser keeps; which one is open is a matter of the tab

const local = window.localStorage;
const session = window.sessionStorage;
const PREFIX = `news-assistant:${props.corpus}:talk:`;
const CURRENT = `news-assistant:${props.corpus}:current`;
let words = {};

const byAge = (one, other) => other.changed - one.changed;
const kept = () =>
  Object.keys(local)
    .filter((key) => key.startsWith(PREFIX))
    .flatMap((key) => {
      try {
        return [{ key, ...JSON.parse(local.getItem(key)) }];
      } catch {
        return [];
      }
    })
    .sort(byAge);

function fits(key, value) {
  try {
    local.setItem(key, value);
    return true;
  } catch {
    return false;
  }
}

// Whether it could be stored. A full store makes room by what was left longest ago, which the reader is told, or by
// nothing, if that is not enough.
function store(key, value) {
  const dropped = [];
  while (!fits(key, value)) {
    const oldest = kept().filter((talk) => talk.key !== key && idOf(talk.data) !== here.id).pop();
    if (!oldest) {
      for (const talk of dropped) fits(talk.key, talk.text);
      tellOfRoom(words["menu.full"]);
      return false;
    }
    dropped.push({ ...forget(oldest), madeRoom: true });
  }
  forgotten.push(...dropped);
  if (dropped.length) tellOfRoom();
  return true;
}

// A conversation is kept as a question is asked and as it is answered: what had to go for either is told together.
const TOGETHER = 60 * 1000;

function tellOfRoom(...said) {
  const gone = forgotten.filter(({ madeRoom, at }) => madeRoom && Date.now() - at < TOGETHER);
  if (gone.length) said.push(`${words["menu.dropped"]}: ${gone.map(titleOf).join(", ")}`);
  tell(said.join(" "), 8000);
}

// Deletes a conversation, and gives what it takes to bring it back.
function forget(talk) {
  const opened = talk.key === PREFIX + session.getItem(CURRENT);
  const deleted = { ...talk, text: local.getItem(talk.key), at: Date.now(), opened };
  local.removeItem(talk.key);
  return deleted;
}

const titleOf = (talk) => talk.title || words["menu.untitled"];

function button(text, action, kind, key) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.dataset.does = `${kind} ${key}`;
  made.dir = "auto";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

function item(talk) {
  const id = talk.key.slice(PREFIX.length);
  const row = document.createElement("li");
  if (id === session.getItem(CURRENT)) row.setAttribute("aria-current", "true");
  const open = () => {
    goOn(id, talk.data);
    list();
  };
  const remove = button("✕", () => {
    const deleted = forget(talk);
    forgotten.push(deleted);
    if (deleted.opened) trigger("leave");
    list();
    focusOn(`undo ${talk.key}`);
  }, "forget", talk.key);
  remove.setAttribute("aria-label", `${words["menu.forget"]}: ${talk.title}`);
  row.append(button(titleOf(talk), open, "talk", talk.key), remove);
  return row;
}

// The conversations that were deleted: each can be brought back, in its place, until the page is left.
let forgotten = [];
// A second press on what deletes is no wish to undo it.
const DOUBLE_PRESS = 600;

function bringBack(deleted) {
  const { key, text, at, opened, data } = deleted;
  if (Date.now() - at < DOUBLE_PRESS) return;
  // Another tab may have gone on with it, and then there are two.
  const name = local.getItem(key) === null ? key : `${key}-${Date.now()}`;
  if (!fits(name, text)) return tell(words["menu.full"]);
  forgotten = forgotten.filter((other) => other !== deleted);
  if (opened && !session.getItem(CURRENT) && !busy()) goOn(name.slice(PREFIX.length), data);
  list();
  focusOn(`talk ${name}`);
}

function gone(deleted) {
  const row = document.createElement("li");
  const said = document.createElement("span");
  said.dir = "auto";
  said.textContent = `${words["menu.forgotten"]}: ${titleOf(deleted)}`;
  row.append(said, button(words["menu.undo"], () => bringBack(deleted), "undo", deleted.key));
  return row;
}

function list() {
  const place = document.querySelector("#conversations .html-container, #conversations .prose");
  if (!place) return;
  // Drawn anew, the list keeps the focus.
  const focused = place.contains(document.activeElement) && document.activeElement.dataset.does;
  // Nothing moves under the pointer when one is deleted.
  const rows = [...kept(), ...forgotten].sort(byAge).map((talk) => (forgotten.includes(talk) ? gone(talk) : item(talk)));
  const shown = document.createElement(rows.length ? "ul" : "p");
  if (!rows.length) shown.className = "hint";
  shown.append(...(rows.length ? rows : [words["menu.none"] ?? ""]));
  place.replaceChildren(shown);
  if (focused) focusOn(focused);
}

function focusOn(deed) {
  const buttons = [...document.querySelectorAll("#conversations button")];
  (buttons.find((made) => made.dataset.does === deed) ?? document.querySelector("#fresh"))?.focus();
}

window.addEventListener("storage", list);

// Messages from the server

async function copy({ text, said, failed }) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without a secure connection there is no clipboard but the old one.
    const box = document.createElement("textarea");
    box.value = text;
    document.body.append(box);
    box.select();
    copied = document.execCommand("copy");
    box.remove();
  }
  tell(copied ? said : failed);
}

function save({ name, kind, text }) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: kind }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

// Of the conversation that is open in this tab: its id, the name it is kept under, how it stands and how it is kept.
let here = {};

function goOn(name, data) {
  session.setItem(CURRENT, name);
  here = { id: idOf(data), name, data, stored: data };
  trigger("resume", { conversation: data });
}

function idOf(data) {
  try {
    return JSON.parse(data).id;
  } catch {
    return undefined;
  }
}

let resumed = false;
const DEEDS = {
  copy,
  save,
  keep({ id, serial, title, data, focus }) {
    // Where another tab went on with the same conversation, there are two from now on.
    const name = here.id === id ? here.name : id;
    const there = kept().find((talk) => talk.key === PREFIX + name);
    here = { ...here, id, name: there && there.data !== here.stored ? `${id}-${serial}` : name, data };
    session.setItem(CURRENT, here.name);
    if (store(PREFIX + here.name, JSON.stringify({ title, changed: Date.now(), data }))) here.stored = data;
    list();
    if (focus) DEEDS.focus({ focus });
  },
  focus({ focus }) {
    setTimeout(() => document.querySelector(focus)?.focus(), 100);
  },
  opened() {
    if (!ready) begin();
  },
  leave() {
    here = {};
    session.removeItem(CURRENT);
    list();
  },
  speak(message) {
    words = message.words;
    document.documentElement.lang = message.language;
    document.querySelector("#menu .toggle-button")?.setAttribute("aria-label", words["menu"]);
    list();
    // The first time, the server has begun a new session: the conversation that stood here before goes on.
    const before = kept().find((talk) => talk.key === PREFIX + session.getItem(CURRENT));
    if (!resumed && before) goOn(before.key.slice(PREFIX.length), before.data);
    if (!resumed && !before) begin();
    if (!resumed) greet();
    resumed = true;
    nameButtons();
  },
};

watch("value", () => DEEDS[props.value?.do]?.(props.value));

// A server forgets a session an hour after the connection was lost, and a page may have been asleep meanwhile. What the
// server may have forgotten is told to it again; if it has not, nothing happens.
const FORGOTTEN_AFTER = 30 * 60 * 1000;
let reminded = Date.now();

function remind() {
  if (document.visibilityState !== "visible" || !here.data || busy()) return;
  if (Date.now() - reminded > FORGOTTEN_AFTER) trigger("remind", { conversation: here.data });
  reminded = Date.now();
}
for (const type of ["visibilitychange", "focusin"]) document.addEventListener(type, remind);
setInterval(remind, 60 * 1000);

// What was done is told to those who see and to those who hear

const status = document.createElement("div");
status.id = "status";
status.setAttribute("role", "status");
document.body.append(status);

function tell(text, milliseconds = 3000) {
  status.textContent = text;
  if (milliseconds < Infinity) setTimeout(() => status.textContent === text && (status.textContent = ""), milliseconds);
}

// The quote behind a citation, on hover and on focus. The pointer may go on to it, for which it waits a little.

const WAY_TO_PEEK = 300;
let leaving;
const peek = document.createElement("div");
peek.id = "peek";
peek.setAttribute("role", "tooltip");
peek.hidden = true;
peek.dir = "auto";
document.body.append(peek);

function showPeek(link) {
  clearTimeout(leaving);
  // The browser's own tooltip would lie over it, and shows nothing on focus.
  if (link.title) {
    link.setAttribute("aria-description", link.title);
    link.removeAttribute("title");
  }
  peek.textContent = link.getAttribute("aria-description");
  peek.lang = link.lang;
  peek.hidden = !peek.textContent;
  const at = link.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - peek.offsetWidth - 12);
  const above = at.bottom + peek.offsetHeight + 12 > document.documentElement.clientHeight;
  peek.style.left = `${Math.max(12, left)}px`;
  peek.style.top = `${above ? at.top - peek.offsetHeight - 6 : at.bottom + 6}px`;
}

function hidePeek() {
  peek.hidden = true;
}

function leavePeek() {
  clearTimeout(leaving);
  leaving = setTimeout(() => peek.matches(":hover") || hidePeek(), WAY_TO_PEEK);
}

const REACTIONS = { mouseover: showPeek, focusin: showPeek, mouseout: leavePeek, focusout: hidePeek };
for (const [type, react] of Object.entries(REACTIONS)) {
  document.addEventListener(type, (event) => {
    const link = event.target.closest?.("a.cite");
    if (link) react(link);
  });
}
peek.addEventListener("mouseleave", leavePeek);
document.addEventListener("keydown", (event) => event.key === "Escape" && hidePeek());
document.addEventListener("scroll", () => !peek.hidden && follow(), { capture: true });

// Stays at its link as long as that is pointed at or has the focus.
function follow() {
  const link = document.querySelector("a.cite:hover, a.cite:focus");
  if (link) showPeek(link);
  else hidePeek();
}

// Light or dark: as the reader's system has it, until the reader chooses

const THEME = "news-assistant:theme";
const chosen = local.getItem(THEME);
if (chosen) document.body.classList.toggle("dark", chosen === "dark");
// Gradio paints the ground once, in the colour it had then.
document.body.style.backgroundColor = "var(--body-background-fill)";

document.addEventListener("click", (event) => {
  if (!event.target.closest("#theme")) return;
  const dark = document.body.classList.toggle("dark");
  local.setItem(THEME, dark ? "dark" : "light");
});

// Gradio calls the examples a list, but its buttons are no items of one; others are pictures without a name

function nameButtons() {
  document.querySelector('#chat .examples[role="list"]')?.setAttribute("role", "group");
  for (const button of document.querySelectorAll(".submit-button")) name(button, words["question.send"]);
  for (const button of document.querySelectorAll(".stop-button")) name(button, words["question.stop"]);
}

function name(button, text) {
  if (text && button.getAttribute("aria-label") !== text) button.setAttribute("aria-label", text);
}

new MutationObserver(nameButtons).observe(document.body, { childList: true, subtree: true });
nameButtons();

// A server that was started again does not know this page any more: the page loads anew, by itself or by Gradio, and its
// conversation goes on, with what was typed

const SERVER = new URL("gradio_api/app_id", document.baseURI);
const DRAFT = `news-assistant:${props.corpus}:draft`;
const LOOK_EVERY = 4000;
const LOOK_EVERY_WHILE_AWAY = 500;
const SERVING = `news-assistant:${props.corpus}:serving`;
// Which server this tab had before it was loaded anew.
const served = session.getItem(SERVING);
let serving;
let away = false;

async function look() {
  try {
    const answer = await fetch(SERVER, { cache: "no-store" });
    if (away) tell("");
    away = false;
    // 401: a login is needed once more.
    if (!answer.ok && answer.status !== 401) return;
    const name = await answer.text();
    serving ??= name;
    if (name !== serving) return location.reload();
    session.setItem(SERVING, serving);
  } catch {
    away = true;
    tell(words["server.away"], Infinity);
  }
}

async function watchServer() {
  if (document.visibilityState === "visible") await look();
  setTimeout(watchServer, away ? LOOK_EVERY_WHILE_AWAY : LOOK_EVERY);
}

const looked = watchServer();

async function greet() {
  const draft = session.getItem(DRAFT);
  const box = document.querySelector("#question textarea");
  if (draft && box && !box.value) {
    box.value = draft;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  session.removeItem(DRAFT);
  await looked;
  if (served && serving && served !== serving) tell(words["server.restarted"], 8000);
}

window.addEventListener("pagehide", () => {
  const typed = document.querySelector("#question textarea")?.value;
  if (typed) session.setItem(DRAFT, typed);
});
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
