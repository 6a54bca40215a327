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

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  event.preventDefault();
  const source = document.getElementById(button.dataset.copyFrom) ?? button;
  await write(button.dataset.copy || source.textContent.trim());
  button.focus();
  button.dataset.copied = word("copied");
  announce(word("copied"));
  setTimeout(() => delete button.dataset.copied, 1500);
});
