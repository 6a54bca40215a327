// form[data-parts]: ticks and quantities go together, Enter never sends money, the sums follow by htmx.
const form = () => document.querySelector("form[data-parts]");
const picks = () => [...form().querySelectorAll("[data-pick]")];
const quantityOf = (pick) => pick.closest("tr").querySelector("[data-quantity]");

function note() {
  const all = form()?.querySelector("[data-pick-all]");
  if (!all) return;
  const chosen = picks().filter((pick) => pick.checked).length;
  all.checked = chosen > 0 && chosen === picks().length;
  all.indeterminate = chosen > 0 && !all.checked;
  all.disabled = picks().length === 0;
}

document.addEventListener("input", (event) => {
  const at = event.target;
  if (!at.closest?.("form[data-parts]")) return;
  if (at.matches("[data-pick-all]")) picks().forEach((pick) => { pick.checked = at.checked; });
  if (at.matches("[data-quantity]")) at.closest("tr").querySelector("[data-pick]").checked = !/^0*$/.test(at.value.trim());
  if (at.matches("[data-pick]") && at.checked && /^0*$/.test(quantityOf(at).value.trim())) quantityOf(at).value = quantityOf(at).dataset.quantity;
  note();
}, { capture: true });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("form[data-parts] :is(input, select)")) return;
  event.preventDefault();
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
});

// What the server found wrong is said beside the field; the field says so too.
document.addEventListener("htmx:afterSettle", () => {
  form()?.querySelectorAll("[aria-describedby$='-note']").forEach((field) => {
    if (document.getElementById(field.getAttribute("aria-describedby"))?.textContent) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  });
  note();
});
note();
