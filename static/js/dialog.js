// [data-dialog="id"] opens a dialog of the page; one that htmx brings into #dialog opens by itself.
import { isDirty, mayLeave } from "./unsaved.js";

const host = document.getElementById("dialog");

// The first field; where only a choice is left its heading, so that Enter chooses nothing. The browser would take
// the first button, shown or not.
function firstOf(dialog) {
  const fields = dialog.querySelectorAll("input:not([type=hidden], [type=radio]:not(:checked)), select, textarea");
  const field = [...fields].find((each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility());
  const heading = document.getElementById(dialog.getAttribute("aria-labelledby"));
  if (!field) heading?.setAttribute("tabindex", "-1");
  return field ?? heading;
}

function open(dialog) {
  if (dialog.matches(":modal")) return;
  dialog.removeAttribute("open");
  dialog.showModal();
  const wanted = dialog.querySelector("[data-error-summary]") ?? dialog.querySelector("[autofocus]");
  (wanted ?? firstOf(dialog))?.focus();
}

async function leave(dialog) {
  if (await mayLeave(dialog)) dialog.close();
}

// Escape: what was typed is asked about first.
document.addEventListener("cancel", (event) => {
  const dialog = event.target;
  if (!dialog.matches?.("dialog") || !isDirty(dialog)) return;
  event.preventDefault();
  leave(dialog);
}, { capture: true });

// A key held since before the dialog opened answers nothing in it: Enter sends with a press of its own.
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.repeat && event.target.closest?.("dialog") && !event.target.matches("textarea")) event.preventDefault();
}, { capture: true });

document.addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (dialog && plain) {
    event.preventDefault();
    open(dialog);
  }
  const closer = event.target.closest?.("[data-close]");
  if (closer?.closest("dialog")) {
    event.preventDefault();
    leave(closer.closest("dialog"));
  }
});

// A press on the backdrop from its beginning to its end: a selection dragged out of the dialog closes nothing.
let pressed = null;

function isBeside(event) {
  const box = event.target.getBoundingClientRect();
  const { clientX: x, clientY: y } = event;
  return x < box.left || x > box.right || y < box.top || y > box.bottom;
}

document.addEventListener("pointerdown", (event) => {
  const begins = event.button === 0 && event.target.matches?.("dialog:modal") && isBeside(event);
  pressed = begins ? event.target : null;
});

document.addEventListener("click", (event) => {
  if (pressed && event.target === pressed && isBeside(event)) leave(pressed);
  pressed = null;
});

document.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll("dialog[data-modal]").forEach((dialog) => {
    if (host?.contains(dialog)) open(dialog);
  });
});

// What was brought in goes again, so that the next opening asks the server.
document.addEventListener("close", (event) => {
  if (event.target.matches?.("dialog[data-modal]") && host?.contains(event.target)) event.target.remove();
}, { capture: true });
