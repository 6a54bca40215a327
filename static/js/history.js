// Back and Forward between a list and its orders change the drawer alone; the list keeps its place.
import { shut } from "./drawer.js";
import { isDirty, mayLeave } from "./unsaved.js";

const ORDER = /^[0-9a-f-]{36}\//;
const place = document.getElementById("drawer");

// What is typed into the drawer is asked about first; kept, it has its address again.
async function follow(path, isList) {
  const written = isDirty(place) && place.querySelector("form[data-dirty]").action;
  if (written && !(await mayLeave(place))) history.pushState({ htmx: true }, "", written);
  else if (isList) shut();
  else window.htmx.ajax("GET", path, { target: "#drawer", swap: "innerHTML" });
}

window.addEventListener("popstate", (event) => {
  const list = document.querySelector("[data-list]");
  if (!list || location.search !== list.dataset.query) return;
  const path = location.pathname;
  const isList = path === list.dataset.list;
  if (!isList && !ORDER.test(path.replace(list.dataset.list, ""))) return;
  event.stopImmediatePropagation(); // htmx would fetch the whole page again
  follow(path + location.search, isList);
}, { capture: true });
