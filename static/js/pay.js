// Customer pages: the countdown, one payment per click, the language, the receipt. All of it optional.
import "./countdown.js";
import "./busy.js";
import "./autosubmit.js";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
for (const words of document.querySelectorAll("[data-no-script]")) words.hidden = true;

document.querySelector("[data-error-summary]")?.focus();
