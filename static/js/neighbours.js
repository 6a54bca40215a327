// J and K walk the orders: rows of the list, or the links the drawer brings along.
import { onKey } from "./keys.js";

function step(direction) {
  const given = document.querySelector(`a[data-neighbour="${direction}"]`);
  const rows = [...document.querySelectorAll("a[data-row]")];
  const at = rows.findIndex((link) => link.closest("tr")?.hasAttribute("aria-current"));
  if (at < 0) return given ?? (direction === "next" ? rows[0] : undefined);
  return rows[at + (direction === "next" ? 1 : -1)] ?? given;
}

function walk(direction) {
  const link = step(direction);
  if (!link) return;
  link.click();
  link.closest("tr")?.scrollIntoView({ block: "nearest" });
}

onKey("j", () => walk("next"));
onKey("k", () => walk("previous"));
