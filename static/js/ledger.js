// form[data-ledger]: Enter walks the cells and never sends, lines come and go here, the review follows by htmx.
const form = document.querySelector("form[data-ledger]");
const grid = form?.querySelector(".ledger");

const rows = () => [...grid.querySelectorAll("[data-line]")];
const cells = () => [...grid.querySelectorAll("[data-line] :is(.input, .select)")];
const changed = () => form.dispatchEvent(new Event("change", { bubbles: true }));

function number() {
  // what screen readers hear follows the place of the row
  rows().forEach((row, index) => {
    row.setAttribute("aria-label", row.getAttribute("aria-label").replace(/\d+/, index + 1));
    const button = row.querySelector("[data-remove-line]");
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace(/\d+/, index + 1));
  });
  const full = rows().length >= Number(form.dataset.limit);
  form.querySelectorAll("[data-add-line]").forEach((button) => button.toggleAttribute("aria-disabled", full));
}

function add(kind) {
  if (rows().length >= Number(form.dataset.limit)) return;
  const key = Math.max(-1, ...rows().map((row) => Number(row.dataset.line))) + 1;
  const blank = form.querySelector(`template[data-blank="${kind}"]`);
  const holder = document.createElement("template");
  holder.innerHTML = blank.innerHTML.replaceAll("-0000", `-${key}`).replaceAll('"0000"', `"${key}"`).replaceAll(":0000", `:${key}`);
  grid.append(holder.content);
  number();
  rows().at(-1).querySelector(".name").focus();
}

function remove(row) {
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  if (rows().length === 1) add("physical");
  row.remove();
  number();
  (beside?.matches("[data-line]") ? beside : rows()[0]).querySelector(".name").focus();
  changed();
}

function enter(event) {
  const at = cells().indexOf(event.target);
  if (at < 0) return;
  const next = cells()[at + 1];
  if (next) {
    next.focus();
    next.select?.();
  } else add("physical");
}

// The server's notes say which cells are wrong; the cells say so too.
function mark() {
  const wrong = new Set([...form.querySelectorAll("[data-for]")].map((note) => note.dataset.for));
  form.querySelectorAll(".input, .select").forEach((control) => {
    if (wrong.has(control.id)) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  });
}

form?.addEventListener("click", (event) => {
  const adder = event.target.closest("[data-add-line]");
  const remover = event.target.closest("[data-remove-line]");
  if (!adder && !remover) return;
  event.preventDefault();
  if (adder) add(adder.dataset.addLine);
  else remove(remover.closest("[data-line]"));
});

form?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.target.matches("button, a")) return;
  event.preventDefault();
  enter(event);
});

form?.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-change]")) form.requestSubmit(form.querySelector("[data-update]"));
});

// Nobody is told off for what they are still typing.
form?.addEventListener("htmx:configRequest", (event) => { event.detail.parameters.active = document.activeElement?.name ?? ""; });
document.addEventListener("htmx:afterSettle", () => { if (form) mark(); });
