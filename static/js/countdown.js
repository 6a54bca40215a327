// <time data-countdown datetime>: each minute, in the last five minutes each second; said at 1 hour and 5 minutes.
import { announce, now, word } from "./words.js";

const HOUR = 3_600_000;
const FINE = 300_000;
const spoken = new WeakMap();
let timer = 0;

function words(rest) {
  if (rest <= 0) return word("ended");
  const hours = Math.floor(rest / HOUR);
  const minutes = Math.floor(rest / 60_000) % 60;
  const seconds = String(Math.floor(rest / 1000) % 60).padStart(2, "0");
  if (hours) return word("hours").replace("{h}", hours).replace("{m}", minutes);
  if (rest > FINE) return word("minutes").replace("{m}", minutes);
  return word("seconds").replace("{clock}", `${minutes}:${seconds}`);
}

function say(clock, rest, text) {
  const stage = rest <= 0 ? 3 : rest <= FINE ? 2 : rest <= HOUR ? 1 : 0;
  const before = spoken.get(clock);
  spoken.set(clock, stage);
  if (before !== undefined && stage > before) announce(text);
}

function tick() {
  clearTimeout(timer);
  const clocks = [...document.querySelectorAll("[data-countdown]")];
  let fine = false;
  for (const clock of clocks) {
    const rest = Date.parse(clock.dateTime) - now();
    const text = words(rest);
    if (clock.textContent !== text) clock.textContent = text;
    clock.closest(".left")?.classList.toggle("low", rest < HOUR);
    // a page of one countdown speaks; a list of fifty would only chatter
    if (clocks.length === 1) say(clock, rest, text);
    fine ||= rest > 0 && rest <= FINE + 60_000;
  }
  const wait = fine ? 1000 - (now() % 1000) : 60_000 - (now() % 60_000);
  if (clocks.length) timer = setTimeout(tick, wait + 5);
}

tick();
document.addEventListener("htmx:afterSettle", tick);
document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });
