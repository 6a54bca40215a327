// Typed input in a form[data-guard] is not thrown away without asking.
const guarded = (within = document) => within.querySelector("form[data-guard][data-dirty]");

export const isDirty = (within) => guarded(within) !== null;

let settle = null;

// Resolves true when nothing is lost, or the person says so.
export async function mayLeave(within) {
  const form = guarded(within);
  const ask = document.getElementById("unsaved");
  if (!form || !ask) return true;
  settle?.(false);
  ask.returnValue = "keep";
  ask.showModal();
  const leaves = await new Promise((resolve) => { settle = resolve; });
  if (leaves) delete form.dataset.dirty;
  return leaves;
}

// A close is told later than it happens: by then quick keys may have asked again.
document.addEventListener("close", ({ target }) => {
  if (target.id !== "unsaved" || target.open) return;
  settle?.(target.returnValue === "leave");
  settle = null;
}, { capture: true });

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-guard]");
  if (form) form.dataset.dirty = "";
});

document.addEventListener("submit", (event) => { delete event.target.dataset.dirty; });
document.addEventListener("reset", (event) => { delete event.target.dataset.dirty; });

// Who presses Discard has said so already.
document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-discard]")?.closest("form");
  if (form && !event.ctrlKey && !event.metaKey && !event.shiftKey) delete form.dataset.dirty;
}, { capture: true });

// A request that would replace the form asks first; the form's own requests pass.
document.addEventListener("htmx:confirm", (event) => {
  const form = guarded();
  const { elt, target } = event.detail;
  if (!form || form.contains(elt) || !target?.contains(form)) return;
  event.preventDefault();
  mayLeave().then((leaves) => { if (leaves) event.detail.issueRequest(true); });
});

window.addEventListener("beforeunload", (event) => { if (isDirty()) event.preventDefault(); });
