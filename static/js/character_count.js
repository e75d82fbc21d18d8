// Says under a text field how much has been written, beside what is suggested; aloud only when the writer pauses.
const PAUSE = 900;

function watch(field) {
  const suggested = Number(field.dataset.count);
  const seen = document.createElement("p");
  const said = document.createElement("p");
  seen.className = "character-count";
  seen.setAttribute("aria-hidden", "true");
  said.className = "visually-hidden";
  said.setAttribute("aria-live", "polite");
  field.after(seen, said);

  function text() {
    const written = Array.from(field.value.replace(/\s/g, "")).length;
    return written < suggested ? `已写 ${written} 字，建议 ${suggested} 字左右` : `已写 ${written} 字`;
  }

  let timer = 0;
  seen.textContent = text();
  field.addEventListener("input", () => {
    seen.textContent = text();
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      said.textContent = text();
    }, PAUSE);
  });
}

document.querySelectorAll("textarea[data-count]").forEach(watch);
