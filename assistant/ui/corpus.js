// Runs once, when the list of articles (`element`) is loaded; Gradio provides `element` and `watch`.
// On a narrow screen it opens below the chat, out of sight of who followed the link at the top.
watch("value", () =>
  requestAnimationFrame(() => {
    // Who is typing what to look for goes on typing.
    if (!element.querySelector("h2") || document.activeElement?.closest("#find")) return;
    element.scrollIntoView({ block: "start" });
    element.querySelector("a.open")?.focus({ preventScroll: true });
  }),
);
