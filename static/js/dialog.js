// [data-dialog="id"] opens a dialog of the page; one that htmx brings into #dialog opens by itself.
const host = document.getElementById("dialog");

function open(dialog) {
  if (dialog.matches(":modal")) return;
  dialog.removeAttribute("open");
  dialog.showModal();
  dialog.querySelector("[data-error-summary]")?.focus();
}

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
    closer.closest("dialog").close();
  }
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
