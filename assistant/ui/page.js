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

document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Enter" || event.shiftKey || !busy() || !event.target.matches("#question textarea")) return;
    event.preventDefault();
    event.stopPropagation();
  },
  { capture: true },
);

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

// The button goes away with the answer that it stops, and the focus would with it.
document.addEventListener("click", (event) => {
  if (event.target.closest("#question .stop-button")) document.querySelector("#question textarea").focus();
});

// The conversations that this browser keeps; which one is open is a matter of the tab

const PREFIX = `news-assistant:${props.corpus}:talk:`;
const CURRENT = `news-assistant:${props.corpus}:current`;
let words = {};

const kept = () =>
  Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .flatMap((key) => {
      try {
        return [{ key, ...JSON.parse(localStorage.getItem(key)) }];
      } catch {
        return [];
      }
    })
    .sort((one, other) => other.changed - one.changed);

function store(key, value) {
  // A full store makes room by what was left longest ago.
  for (;;) {
    try {
      return localStorage.setItem(key, value);
    } catch (error) {
      const oldest = kept().filter((talk) => talk.key !== key).pop();
      if (!oldest) return console.warn("The conversation is too long for this browser to keep.", error);
      localStorage.removeItem(oldest.key);
    }
  }
}

function button(text, action, kind) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = kind;
  made.dir = "auto";
  made.textContent = text;
  made.addEventListener("click", action);
  return made;
}

function item(talk) {
  const id = talk.key.slice(PREFIX.length);
  const row = document.createElement("li");
  if (id === sessionStorage.getItem(CURRENT)) row.setAttribute("aria-current", "true");
  const open = () => {
    goOn(id, talk.data);
    list();
  };
  const forget = () => {
    forgotten = { ...talk, text: localStorage.getItem(talk.key) };
    localStorage.removeItem(talk.key);
    if (id === sessionStorage.getItem(CURRENT)) trigger("leave");
    list();
    document.querySelector("#conversations .undo").focus();
  };
  const remove = button("✕", forget, "forget");
  remove.setAttribute("aria-label", `${words["menu.forget"]}: ${talk.title}`);
  row.append(button(talk.title || words["menu.untitled"], open, "talk"), remove);
  return row;
}

// The conversation that was deleted last: it can be brought back until the page is left or another one is deleted.
let forgotten;

function bringBack() {
  store(forgotten.key, forgotten.text);
  forgotten = undefined;
  list();
  document.querySelector("#conversations button").focus();
}

function gone() {
  const row = document.createElement("li");
  const said = document.createElement("span");
  said.dir = "auto";
  said.textContent = `${words["menu.forgotten"]}: ${forgotten.title || words["menu.untitled"]}`;
  row.append(said, button(words["menu.undo"], bringBack, "undo"));
  return row;
}

function list() {
  const place = document.querySelector("#conversations .html-container, #conversations .prose");
  if (!place) return;
  // Drawn anew, the list keeps the focus.
  const focused = [...place.querySelectorAll("button")].indexOf(document.activeElement);
  const rows = [...(forgotten ? [gone()] : []), ...kept().map(item)];
  const shown = document.createElement(rows.length ? "ul" : "p");
  if (!rows.length) shown.className = "hint";
  shown.append(...(rows.length ? rows : [words["menu.none"] ?? ""]));
  place.replaceChildren(shown);
  place.querySelectorAll("button")[focused]?.focus();
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

// Of the conversation that is open in this tab: its id, the name it is kept under, and what was kept last.
let here = {};

function goOn(name, data) {
  sessionStorage.setItem(CURRENT, name);
  here = { id: idOf(data), name, data };
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
    here = { id, name: there && there.data !== here.data ? `${id}-${serial}` : name, data };
    sessionStorage.setItem(CURRENT, here.name);
    store(PREFIX + here.name, JSON.stringify({ title, changed: Date.now(), data }));
    list();
    if (focus) DEEDS.focus({ focus });
  },
  focus({ focus }) {
    setTimeout(() => document.querySelector(focus)?.focus(), 100);
  },
  leave() {
    here = {};
    sessionStorage.removeItem(CURRENT);
    list();
  },
  speak(message) {
    words = message.words;
    document.documentElement.lang = message.language;
    document.querySelector("#menu .toggle-button")?.setAttribute("aria-label", words["menu"]);
    list();
    // The first time, the server has begun a new session: the conversation that stood here before goes on.
    const before = kept().find((talk) => talk.key === PREFIX + sessionStorage.getItem(CURRENT));
    if (!resumed && before) goOn(before.key.slice(PREFIX.length), before.data);
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

// The quote behind a citation, on hover and on focus

const peek = document.createElement("div");
peek.id = "peek";
peek.setAttribute("role", "tooltip");
peek.hidden = true;
peek.dir = "auto";
document.body.append(peek);

function showPeek(link) {
  // The browser's own tooltip would lie over it, and shows nothing on focus.
  if (link.title) {
    link.setAttribute("aria-description", link.title);
    link.removeAttribute("title");
  }
  peek.textContent = link.getAttribute("aria-description");
  peek.hidden = !peek.textContent;
  const at = link.getBoundingClientRect();
  const left = Math.min(at.left, document.documentElement.clientWidth - peek.offsetWidth - 12);
  const above = at.bottom + peek.offsetHeight + 12 > document.documentElement.clientHeight;
  peek.style.left = `${Math.max(12, left)}px`;
  peek.style.top = `${above ? at.top - peek.offsetHeight - 6 : at.bottom + 6}px`;
}

for (const [type, hide] of [["mouseover", false], ["focusin", false], ["mouseout", true], ["focusout", true]]) {
  document.addEventListener(type, (event) => {
    const link = event.target.closest?.("a.cite");
    if (!link) return;
    if (hide) peek.hidden = true;
    else showPeek(link);
  });
}
document.addEventListener("keydown", (event) => event.key === "Escape" && (peek.hidden = true));
document.addEventListener("scroll", () => !peek.hidden && follow(), { capture: true });

// Stays at its link as long as that is pointed at or has the focus.
function follow() {
  const link = document.querySelector("a.cite:hover, a.cite:focus");
  if (link) showPeek(link);
  else peek.hidden = true;
}

// Light or dark: as the reader's system has it, until the reader chooses

const THEME = "news-assistant:theme";
const chosen = localStorage.getItem(THEME);
if (chosen) document.body.classList.toggle("dark", chosen === "dark");
// Gradio paints the ground once, in the colour it had then.
document.body.style.backgroundColor = "var(--body-background-fill)";

document.addEventListener("click", (event) => {
  if (!event.target.closest("#theme")) return;
  const dark = document.body.classList.toggle("dark");
  localStorage.setItem(THEME, dark ? "dark" : "light");
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

// A server that was started again does not know this page any more: the page loads anew, and its conversation goes on,
// with what was typed

const SERVER = new URL("gradio_api/app_id", document.baseURI);
const DRAFT = `news-assistant:${props.corpus}:draft`;
const LOOK_EVERY = 4000;
const LOOK_EVERY_WHILE_AWAY = 500;
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
    if (name === serving) return;
    sessionStorage.setItem(DRAFT, document.querySelector("#question textarea")?.value ?? "");
    location.reload();
  } catch {
    away = true;
    tell(words["server.away"], Infinity);
  }
}

async function watchServer() {
  if (document.visibilityState === "visible") await look();
  setTimeout(watchServer, away ? LOOK_EVERY_WHILE_AWAY : LOOK_EVERY);
}

// After the page was loaded anew because of that.
function greet() {
  const draft = sessionStorage.getItem(DRAFT);
  if (draft === null) return;
  sessionStorage.removeItem(DRAFT);
  const box = document.querySelector("#question textarea");
  if (draft && box) {
    box.value = draft;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }
  tell(words["server.restarted"], 8000);
}

watchServer();
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
