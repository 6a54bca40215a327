// Single keys: off while typing, with a modifier, in a dialog, or when the person switched them off.
const actions = new Map();
let going = 0;

export const onKey = (key, action) => actions.set(key, action);

const isTyping = (element) => element.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function isOff(event) {
  return document.body.dataset.keys === "off" || event.ctrlKey || event.metaKey || event.altKey
    || event.defaultPrevented || event.isComposing || isTyping(event.target) || document.querySelector("dialog[open]");
}

function go(key) {
  const link = document.querySelector(`a[data-go="${CSS.escape(key)}"]`);
  link?.click();
  return Boolean(link);
}

document.addEventListener("keydown", (event) => {
  if (isOff(event)) return;
  const key = event.key.toLowerCase();
  const waits = event.timeStamp - going < 1500;
  going = 0;
  if (waits && go(key)) event.preventDefault();
  else if (key === "g") going = event.timeStamp;
  else if (actions.has(key)) {
    event.preventDefault();
    actions.get(key)();
  }
});

onKey("/", () => document.querySelector("[data-search]")?.focus());
onKey("?", () => document.getElementById("keys")?.showModal());
