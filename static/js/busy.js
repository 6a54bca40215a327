// A button with data-busy-text locks its form while the server works: money is sent once.
function lock(form, button) {
  form.dataset.sent = "";
  if (!button?.dataset.busyText) return;
  button.dataset.label = button.innerHTML;
  button.textContent = button.dataset.busyText;
  button.setAttribute("aria-busy", "true");
  button.setAttribute("aria-disabled", "true");
}

function unlock(form) {
  delete form.dataset.sent;
  form.querySelectorAll("button[data-label]").forEach((button) => {
    button.innerHTML = button.dataset.label;
    delete button.dataset.label;
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const button = event.submitter ?? form.querySelector("button[data-busy-text]");
  if (!form.querySelector("button[data-busy-text]")) return;
  if ("sent" in form.dataset) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  lock(form, button);
}, { capture: true });

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  const isPreview = event.detail.elt.matches?.("[data-preview]");
  if (form && !isPreview) unlock(form);
});

// A page that Back brings again is not busy any more.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(unlock);
});
