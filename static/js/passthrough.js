// htmx swallows Ctrl, Cmd, Shift and middle clicks on links: these belong to the browser.
const isModified = (event) => event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button > 0;

for (const kind of ["click", "auxclick"]) {
  window.addEventListener(kind, (event) => {
    if (isModified(event) && event.target.closest?.("a[href][hx-get]")) event.stopImmediatePropagation();
  }, { capture: true });
}
