// Arrow keys move along a row of tabs; each tab stays a link of its own.
const steps = { ArrowRight: 1, ArrowLeft: -1 };

document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.(".tabs a");
  if (!tab || event.ctrlKey || event.metaKey || event.altKey) return;
  const tabs = [...tab.closest(".tabs").querySelectorAll("a")];
  const at = tabs.indexOf(tab);
  let next = { Home: tabs[0], End: tabs.at(-1) }[event.key];
  if (event.key in steps) next = tabs[(at + steps[event.key] + tabs.length) % tabs.length];
  if (!next) return;
  event.preventDefault();
  next.focus();
});
