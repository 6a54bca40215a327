// The row of the order that is open beside the list, or on its way there.
const place = document.getElementById("drawer");
const shown = () => place?.querySelector("[data-drawer]")?.dataset.drawer;
let wanted = null;

export const rowOf = (path) => [...document.querySelectorAll("a[data-row]")].find((link) => link.pathname === path);

export function markRow() {
  if (shown() === wanted) wanted = null;
  const path = wanted || shown();
  document.querySelectorAll("tr[aria-current]").forEach((row) => row.removeAttribute("aria-current"));
  if (path !== undefined) rowOf(path || location.pathname)?.closest("tr")?.setAttribute("aria-current", "true");
}

export function forget() {
  wanted = null;
  markRow();
}

// At once, so that J pressed again before the drawer has come walks on from here.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, target } = event.detail;
  if (!place || target !== place) return;
  wanted = elt.matches("a[data-row]") ? elt.pathname : null;
  if (wanted) markRow();
});

document.addEventListener("htmx:sendError", forget);
