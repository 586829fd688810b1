// Runs once, when the article view (`element`) is loaded; Gradio provides `element`, `trigger` and `watch`.
// A link to a passage, in the chat or on a card, opens the article there.
const passageLinks = 'a[href^="#cite-"], a[href^="#passage-"]';

document.addEventListener("click", (event) => {
  const link = event.target.closest(passageLinks);
  if (!link) return;
  event.preventDefault();
  trigger("open", { reference: link.getAttribute("href") });
});

// The passage, or on the way back its card, comes into view and takes the focus, so that a keyboard goes on from there.
// Drawn one frame later, since the cards change together with the article.
watch("value", () =>
  requestAnimationFrame(() => {
    const place = element.querySelector("mark") ?? document.querySelector(".source-card[aria-current] a.open");
    place?.scrollIntoView({ block: "center" });
    place?.focus({ preventScroll: true });
  }),
);
