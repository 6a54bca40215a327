// One toast at a time; it goes by itself, waits while read, and speaks when the server did not.
import { word } from "./words.js";

const region = document.getElementById("toasts");
const timers = new WeakMap();

function start(toast) {
  const wait = toast.querySelector("a, form") ? 10_000 : 6_000;
  clearTimeout(timers.get(toast));
  timers.set(toast, setTimeout(() => toast.remove(), wait));
}

function settle() {
  const toasts = [...region.querySelectorAll("[data-toast]")];
  toasts.slice(0, -3).forEach((toast) => toast.remove());
  toasts.filter((toast) => !timers.has(toast)).forEach(start);
}

export function toast(text) {
  const box = document.createElement("div");
  box.className = "toast";
  box.dataset.toast = "";
  const close = Object.assign(document.createElement("button"), { className: "btn", type: "button", textContent: word("dismiss") });
  close.dataset.dismiss = "";
  box.append(Object.assign(document.createElement("span"), { textContent: text }), close);
  region.replaceChildren(box);
}

document.addEventListener("click", (event) => {
  event.target.closest?.("[data-dismiss]")?.closest("[data-toast], .notice")?.remove();
});

if (region) {
  new MutationObserver(settle).observe(region, { childList: true, subtree: true });
  for (const kind of ["pointerenter", "focusin"]) region.addEventListener(kind, () => region.querySelectorAll("[data-toast]").forEach((each) => clearTimeout(timers.get(each))));
  for (const kind of ["pointerleave", "focusout"]) region.addEventListener(kind, () => region.querySelectorAll("[data-toast]").forEach(start));
  document.addEventListener("htmx:responseError", () => toast(word("lost")));
  document.addEventListener("htmx:timeout", () => toast(word("lost")));
  document.addEventListener("htmx:sendError", () => toast(word(navigator.onLine ? "lost" : "offline")));
  settle();
}
