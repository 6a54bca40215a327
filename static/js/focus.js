// After a swap the focus stands where it stood, or on the summary of what is wrong.
let last = null;

const escape = (text) => CSS.escape(text);

function describe(element) {
  if (!element || element === document.body) return null;
  if (element.id) return `#${escape(element.id)}`;
  const href = element.getAttribute("href");
  if (href) return `a[href="${escape(href)}"]`;
  return element.name ? `[name="${escape(element.name)}"]` : null;
}

function showErrors(root) {
  const summary = root.querySelector?.("[data-error-summary]");
  summary?.focus();
  return Boolean(summary);
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const active = document.activeElement;
  last = event.detail.target?.contains(active) ? describe(active) : null;
});

document.addEventListener("htmx:afterSettle", (event) => {
  const root = event.detail.target?.isConnected ? event.detail.target : document;
  if (showErrors(root)) return;
  const lost = document.activeElement === document.body;
  if (last && lost) document.querySelector(last)?.focus({ preventScroll: true });
  last = null;
});

showErrors(document);
