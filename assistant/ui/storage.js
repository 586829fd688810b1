// For a browser that lets the page keep nothing: what would be kept is kept until the page is left. It has to be there
// before Gradio, whose own use of the storage would otherwise keep the page from being drawn, now and then.

class Passing {
  getItem(key) {
    return this[key] ?? null;
  }

  setItem(key, value) {
    this[key] = value;
  }

  removeItem(key) {
    delete this[key];
  }
}

for (const name of ["localStorage", "sessionStorage"]) {
  try {
    if (window[name]) continue;
  } catch {
    // Denied: replaced as one that is not there.
  }
  Object.defineProperty(window, name, { value: new Passing() });
}
