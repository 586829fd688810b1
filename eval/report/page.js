// The page is whole without this: it adds the filters, and folds the cases so that they can be skimmed.
"use strict";

const cases = [...document.querySelectorAll(".case")];
const form = document.querySelector(".filters");
const search = form.querySelector("input");
const bar = document.querySelector(".shown");
const status = bar.querySelector("[role=status]");
const choices = [...form.querySelectorAll("button")];
const good = new Set(["right", "refused rightly"]);

// What a search looks through: all but the passages, which many cases share.
const words = new Map(
  cases.map((item) => {
    const parts = item.querySelectorAll("h3, .id, .diagnosis, .answer, .expected, .facts, .asked");
    return [item, [...parts].map((part) => part.textContent.toLowerCase()).join("\n")];
  }),
);

const pressed = (button) => button.getAttribute("aria-pressed") === "true";
const press = (button, down) => button.setAttribute("aria-pressed", String(down));

/** Shows the cases that fit one choice of every group in which any is made, and the words of the search. */
function filter() {
  const wanted = new Map();
  for (const { dataset } of choices.filter(pressed)) {
    wanted.set(dataset.group, [...(wanted.get(dataset.group) ?? []), dataset.value]);
  }
  const sought = search.value.toLowerCase().trim();
  let shown = 0;
  for (const item of cases) {
    const fits = [...wanted].every(([group, values]) => values.includes(item.dataset[group]));
    item.hidden = !(fits && words.get(item).includes(sought));
    shown += item.hidden ? 0 : 1;
  }
  status.textContent = shown === cases.length ? `${shown} cases` : `${shown} of ${cases.length} cases`;
}

/** Presses the buttons for which `wanted` holds and releases all others. */
function choose(wanted) {
  search.value = "";
  for (const button of choices) press(button, wanted(button.dataset));
  filter();
}

/** Opens or folds a case. What is folded is still found by the browser's own search. */
function fold(item, folded) {
  const body = item.querySelector(".body");
  if (folded) body.setAttribute("hidden", "until-found");
  else body.removeAttribute("hidden");
  item.querySelector("h3 button").setAttribute("aria-expanded", String(!folded));
}

/** Opens the case that the address points to or into, even if a filter hides it. */
function follow() {
  const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const item = target && target.closest(".case");
  if (!item) return;
  item.hidden = false;
  fold(item, false);
  target.scrollIntoView();
}

for (const item of cases) {
  const heading = item.querySelector("h3");
  const button = document.createElement("button");
  button.type = "button";
  button.append(...heading.childNodes);
  button.addEventListener("click", () => fold(item, button.getAttribute("aria-expanded") === "true"));
  heading.append(button);
  item.querySelector(".body").addEventListener("beforematch", () => fold(item, false));
  fold(item, true);
}

for (const button of choices) {
  button.addEventListener("click", () => {
    press(button, !pressed(button));
    filter();
  });
}

// Names of types and verdicts in the tables above lead to their cases.
for (const link of document.querySelectorAll("a[data-group]")) {
  link.addEventListener("click", () => {
    choose(({ group, value }) => group === link.dataset.group && value === link.dataset.value);
  });
}

const deeds = {
  failures: () => choose(({ group, value }) => group === "verdict" && !good.has(value)),
  clear: () => choose(() => false),
  open: () => cases.filter((item) => !item.hidden).forEach((item) => fold(item, false)),
  close: () => cases.forEach((item) => fold(item, true)),
};

bar.addEventListener("click", (event) => deeds[event.target.dataset.do]?.());
search.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("hashchange", follow);
form.hidden = bar.hidden = false;
filter();
follow();
