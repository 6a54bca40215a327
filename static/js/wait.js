// <button data-wait="42" data-wait-text="Send again in {clock}"><span>Send again</span></button>: sleeps until then.
for (const button of document.querySelectorAll("[data-wait]")) {
  const label = button.querySelector("span");
  const words = label.textContent;
  const until = performance.now() + Number(button.dataset.wait) * 1000;
  button.disabled = true;
  const timer = setInterval(tick, 250);
  tick();

  function tick() {
    const rest = Math.ceil((until - performance.now()) / 1000);
    const over = rest <= 0;
    const clock = `${Math.floor(rest / 60)}:${String(rest % 60).padStart(2, "0")}`;
    label.textContent = over ? words : button.dataset.waitText.replace("{clock}", clock);
    button.disabled = !over;
    if (over) clearInterval(timer);
  }
}
