// 字数, live, as the server counts it (learning/reading/text.py); said aloud only when the writer pauses.
const WIDE =
  "\\u2e80-\\u2fff\\u3001-\\u303f\\u3040-\\u30ff\\u3100-\\u31bf\\u3200-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7af\\uf900-\\ufaff\\uff01-\\uffef" +
  "\\u2014\\u2018\\u2019\\u201c\\u201d\\u2026\\u{20000}-\\u{323af}";
// What Python calls blank: not quite what JavaScript calls so.
const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const COUNTED = new RegExp(`[${WIDE}]|[^${BLANK}${WIDE}]+`, "gu");
const MOST = 30000;
const SOON = 200;
const PAUSE = 1500;

export function countCharacters(text) {
  return (text.match(COUNTED) || []).length;
}

function watch(form) {
  const shown = form.querySelector("[data-count]");
  const said = form.querySelector("[data-count-said]");
  const plain = form.querySelector("[data-text]");
  let read = () => plain.value;
  let soon = 0;
  let pause = 0;

  function show() {
    const number = countCharacters(read());
    const words = `${number} 字`;
    const over = number > MOST;
    shown.textContent = over ? `${words}，超过 ${MOST} 字的上限，提交前请删减` : words;
    shown.classList.toggle("is-over", over);
    window.clearTimeout(pause);
    pause = window.setTimeout(() => {
      said.textContent = shown.textContent;
    }, PAUSE);
  }

  function changed() {
    window.clearTimeout(soon);
    soon = window.setTimeout(show, SOON);
  }

  plain.addEventListener("input", changed);
  form.addEventListener("draft:change", (event) => {
    read = event.detail.text;
    changed();
  });
}

if (typeof document !== "undefined") document.querySelectorAll("[data-writing]").forEach(watch);
