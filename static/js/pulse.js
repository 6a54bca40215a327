// [data-pulse="10"] asks again every so many seconds, but only while somebody is looking.
const last = new WeakMap();

function beat() {
  if (document.hidden) return;
  document.querySelectorAll("[data-pulse]").forEach((element) => {
    const now = Date.now();
    if (!last.has(element)) last.set(element, now);
    if (now - last.get(element) < Number(element.dataset.pulse) * 1000) return;
    last.set(element, now);
    window.htmx?.trigger(element, "pulse");
  });
}

setInterval(beat, 1000);
document.addEventListener("visibilitychange", beat);
