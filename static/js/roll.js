// The roll by finger: live counts, taking back the last tap, finding somebody. Without it the form works as it stands.

const GROUPS = {
  there: ["present", "late", "online", "left_early"],
  excused: ["duty", "sick", "personal", "holiday"],
  absent: ["absent"],
  unrecorded: ["unrecorded"],
};

function findPeople() {
  const words = document.querySelector("[data-roll-words]");
  if (!words) return;
  const place = document.querySelector("[data-roll-place]");
  const found = document.querySelector("[data-roll-found]");
  const people = [...document.querySelectorAll("[data-words]")];

  function show() {
    const asked = words.value.trim().toLowerCase();
    const wanted = place ? place.value : "";
    let number = 0;
    people.forEach((person) => {
      const isFound = person.dataset.words.toLowerCase().includes(asked) && (!wanted || person.dataset.place === wanted);
      person.hidden = !isFound;
      if (isFound) number += 1;
    });
    found.textContent = asked || wanted ? `找到 ${number} 人` : "";
  }

  words.addEventListener("input", show);
  if (place) place.addEventListener("change", show);
}

function takeRoll(form) {
  const counts = form.querySelector("[data-roll-counts]");
  const undo = form.querySelector("[data-roll-undo]");
  const current = new Map();
  const taps = [];
  let isSent = false;

  form.querySelectorAll("input[type=radio]:checked").forEach((radio) => current.set(radio.name, radio.value));

  function count() {
    const statuses = [...current.values()];
    const numbers = { expected: statuses.length };
    Object.entries(GROUPS).forEach(([group, members]) => {
      numbers[group] = statuses.filter((status) => members.includes(status)).length;
    });
    counts.querySelectorAll("[data-count]").forEach((place) => {
      place.textContent = String(numbers[place.dataset.count]);
    });
    undo.disabled = taps.length === 0;
  }

  form.addEventListener("change", (event) => {
    const radio = event.target;
    if (radio.type !== "radio") return;
    taps.push({ name: radio.name, before: current.get(radio.name) });
    current.set(radio.name, radio.value);
    count();
  });

  undo.addEventListener("click", () => {
    const tap = taps.pop();
    if (!tap) return;
    const radio = form.querySelector(`input[name="${tap.name}"][value="${tap.before}"]`);
    radio.checked = true;
    current.set(tap.name, tap.before);
    count();
    const tile = radio.closest("li");
    tile.hidden = false;
    tile.scrollIntoView({ block: "nearest" });
  });

  // A second press must not arrive as somebody else's.
  form.addEventListener("submit", () => {
    isSent = true;
    window.setTimeout(() => {
      form.querySelectorAll("button").forEach((button) => {
        button.disabled = true;
      });
    });
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isSent = false;
    form.querySelectorAll("button").forEach((button) => {
      button.disabled = false;
    });
    count();
  });
  window.addEventListener("beforeunload", (event) => {
    if ((taps.length || form.querySelector(".is-unsaved")) && !isSent) event.preventDefault();
  });
  count();
}

findPeople();
const roll = document.querySelector("[data-roll]");
if (roll) takeRoll(roll);
