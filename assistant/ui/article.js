// Runs once, when the article view (`element`) is loaded; Gradio provides `element` and `watch`.
// The passage, or on the way back its card, comes into view and takes the focus, so that a keyboard goes on from there.
// Drawn one frame later, since the cards change together with the article.
watch("value", () =>
  requestAnimationFrame(() => {
    const place =
      element.querySelector("mark") ??
      element.querySelector("article") ??
      document.querySelector(".source-card[aria-current] a.open, #corpus a.open");
    place?.scrollIntoView({ block: place.matches("article") ? "start" : "center" });
    place?.focus({ preventScroll: true });
  }),
);
