// Back and Forward between a list and its orders change the drawer alone; the list keeps its place.
import { shut } from "./drawer.js";

const ORDER = /^[0-9a-f-]{36}\//;

window.addEventListener("popstate", (event) => {
  const list = document.querySelector("[data-list]");
  if (!list || location.search !== list.dataset.query) return;
  const path = location.pathname;
  const isList = path === list.dataset.list;
  if (!isList && !ORDER.test(path.replace(list.dataset.list, ""))) return;
  event.stopImmediatePropagation(); // htmx would fetch the whole page again
  if (isList) shut();
  else window.htmx.ajax("GET", path + location.search, { target: "#drawer", swap: "innerHTML" });
}, { capture: true });
