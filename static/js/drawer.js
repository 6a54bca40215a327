// The order's drawer: modal below 75rem, a region beside the list from there on.
import { forget, markRow, rowOf } from "./rows.js";
import { mayLeave } from "./unsaved.js";

const place = document.getElementById("drawer");
const narrow = window.matchMedia("(width < 75rem)");
let opener = null;
let wasOpen = false;
let titleBefore = document.title;

export const drawer = () => place?.querySelector("[data-drawer]") ?? null;

const behind = () => [...place.parentElement.children, ...document.querySelectorAll("body > .skip")].filter((each) => each !== place);

function setModal() {
  const open = drawer();
  const modal = Boolean(open) && narrow.matches;
  behind().forEach((each) => { each.inert = modal; });
  if (!open) return;
  open.setAttribute("role", modal ? "dialog" : "region");
  if (modal) open.setAttribute("aria-modal", "true");
  else open.removeAttribute("aria-modal");
}

function opened() {
  const open = drawer();
  setModal();
  markRow();
  if (!open) return;
  open.classList.toggle("enters", !wasOpen);
  wasOpen = true;
  const heading = document.getElementById(open.getAttribute("aria-labelledby"));
  if (open.dataset.title || heading) document.title = `${open.dataset.title || heading.textContent.trim()} · Counterfoil`;
  if (!open.contains(document.activeElement)) open.focus({ preventScroll: true });
}

// Empty the place of the drawer; the address is the caller's, or was changed by Back.
export function shut() {
  const path = drawer()?.dataset.drawer;
  if (!path) return;
  place.replaceChildren();
  wasOpen = false;
  setModal();
  forget();
  document.title = titleBefore;
  const back = rowOf(path) ?? (opener?.isConnected ? opener : document.getElementById("main"));
  back.focus();
  // the list may follow: hx-trigger="drawer:closed from:body"
  document.body.dispatchEvent(new CustomEvent("drawer:closed"));
}

async function close(link) {
  if (!(await mayLeave())) return;
  history.pushState({ htmx: true }, "", link.href);
  shut();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-drawer-close]");
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!link || !plain || !place?.contains(link)) return;
  event.preventDefault();
  close(link);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.defaultPrevented) return;
  if (document.querySelector("dialog[open], :popover-open")) return;
  const link = document.querySelector(".drawer a[data-drawer-close]");
  if (!link) return;
  event.preventDefault();
  link.click();
});

if (place) {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target !== place || drawer()) return;
    opener = event.detail.elt;
    titleBefore = document.title;
  });
  // The same address once more, as while money is in flight: it stays where it was scrolled to.
  let stood = {};
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target === place) stood = { at: location.href, top: drawer()?.scrollTop };
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === place && stood.at === location.href) drawer()?.scrollTo({ top: stood.top ?? 0, behavior: "instant" });
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target === place || place.contains(event.detail.target)) opened();
    else markRow();
  });
  narrow.addEventListener("change", setModal);
  if (drawer()) opened();
}
