// [data-copy] copies its value, or the text of [data-copy-from="id"], shows it and says it.
import { announce, word } from "./words.js";

async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // no permission, or a plain http address: the old way
    const area = document.body.appendChild(Object.assign(document.createElement("textarea"), { value: text, className: "hidden-visually" }));
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

function confirm(button) {
  button.focus();
  button.dataset.copied = word("copied");
  announce(word("copied"));
  setTimeout(() => delete button.dataset.copied, 1500);
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  event.preventDefault();
  const source = document.getElementById(button.dataset.copyFrom) ?? button;
  await write(button.dataset.copy || source.textContent.trim());
  confirm(button);
});

// What a dialog brings to copy, once it has come.
const brought = () => new Promise((found, missed) => {
  document.addEventListener("htmx:afterSettle", function settled(event) {
    if (event.detail.target?.id !== "dialog") return;
    document.removeEventListener("htmx:afterSettle", settled);
    const button = event.detail.target.querySelector("[data-copy]");
    if (button) found(button);
    else missed();
  });
});

// a[data-copies] opens such a dialog and copies in the same click. The promise is given at once:
// after waiting for the answer, not every browser still takes it as the person's own doing.
document.addEventListener("click", (event) => {
  const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey;
  if (!plain || !event.target.closest?.("a[data-copies]") || !window.ClipboardItem) return;
  const button = brought();
  const text = button.then((each) => new Blob([each.dataset.copy], { type: "text/plain" }));
  text.catch(() => {}); // nothing to copy: the dialog says why
  navigator.clipboard.write([new ClipboardItem({ "text/plain": text })]).then(() => button.then(confirm), () => {});
});
