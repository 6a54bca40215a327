// The page's translated words, its clock, and the one polite voice.
const words = document.getElementById("words");
const ahead = Date.parse(words?.dataset.now ?? "") - Date.now() || 0;

export const word = (name) => words?.dataset[name] ?? "";

// The portal's time: a sandbox may have moved it, and a customer's clock may be wrong.
export const now = () => Date.now() + ahead;

export function announce(text) {
  const voice = document.getElementById("announcer");
  if (!voice) return;
  voice.textContent = "";
  // a change of text is announced; the same text set again in one go is not
  setTimeout(() => { voice.textContent = text; }, 50);
}
