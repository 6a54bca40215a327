// [data-ledger]: Enter walks the cells and never sends, lines come and go here, the review follows by htmx.
const ledger = () => document.querySelector("[data-ledger]");
const rows = () => [...document.querySelectorAll("[data-ledger] .ledger > [data-line]")];
const cells = () => [...document.querySelectorAll("[data-ledger] [data-walk]"), ...rows()].flatMap((row) => [...row.querySelectorAll(".input, .select")]);
const isFull = () => rows().length >= Number(ledger().dataset.limit);

function number() {
  // what screen readers hear follows the place of the row
  rows().forEach((row, index) => {
    for (const named of [row, row.querySelector("[data-remove-line]")]) {
      named.setAttribute("aria-label", named.getAttribute("aria-label").replace(/\d+/, index + 1));
    }
  });
  document.querySelectorAll("[data-add-line]").forEach((button) => {
    if (isFull()) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  });
  document.querySelectorAll("[data-when-full]").forEach((words) => words.toggleAttribute("hidden", !isFull()));
}

function add(kind) {
  if (isFull()) return;
  const key = Math.max(-1, ...rows().map((row) => Number(row.dataset.line))) + 1;
  const holder = document.createElement("template");
  holder.innerHTML = document.querySelector(`template[data-blank="${kind}"]`).innerHTML
    .replaceAll("-0000", `-${key}`).replaceAll('"0000"', `"${key}"`).replaceAll(":0000", `:${key}`);
  ledger().querySelector(".ledger").append(holder.content);
  number();
  rows().at(-1).querySelector(".name").focus();
}

function remove(row) {
  if (rows().length === 1) add("physical");
  const at = rows().indexOf(row);
  // an answer on its way may still name this row: it leaves when that has come
  row.querySelectorAll("input, select, button").forEach((control) => { control.disabled = true; });
  row.hidden = true;
  row.removeAttribute("data-line");
  row.dataset.gone = "";
  number();
  (rows()[at] ?? rows().at(-1)).querySelector(".name").focus();
  ledger().dispatchEvent(new Event("input", { bubbles: true }));
}

function enter(cell) {
  const at = cells().indexOf(cell);
  const next = cells()[at + 1];
  if (at < 0) return;
  if (next) {
    next.focus();
    next.select?.();
  } else add("physical");
}

// The server's notes say which cells are wrong; the cells say so too.
function mark() {
  const form = ledger();
  if (!form) return;
  const wrong = new Set([...form.querySelectorAll("[data-for]")].map((note) => note.dataset.for));
  form.querySelectorAll(".input, .select").forEach((control) => {
    if (wrong.has(control.id)) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  });
  form.querySelectorAll("[data-gone]").forEach((row) => row.remove());
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-ledger] :is([data-add-line], [data-remove-line])");
  if (!button) return;
  event.preventDefault();
  if (button.dataset.addLine) add(button.dataset.addLine);
  else remove(button.closest("[data-line]"));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || !event.target.matches?.("[data-ledger] :is(input, select)")) return;
  event.preventDefault();
  enter(event.target);
});

// Nobody is told off for what they are still typing.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt === ledger()) event.detail.parameters.active = document.activeElement?.name ?? "";
});
document.addEventListener("htmx:afterSettle", mark);
