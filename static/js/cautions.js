// The form of a rule: leave only the cautions of the chosen measure, and the tick only where it is asked for. Without this all are shown.
document.addEventListener("DOMContentLoaded", () => {
  for (const box of document.querySelectorAll("[data-cautions]")) {
    const form = box.closest("form");
    const measure = form?.elements.namedItem("measure");
    const use = form?.elements.namedItem("use");
    const tick = form?.elements.namedItem("accepts_caution");
    if (!measure || !use) continue;
    const lead = box.querySelector("[data-cautions-lead]");
    const none = box.querySelector("[data-cautions-none]");
    const tickField = tick?.closest(".w-panel__wrapper") ?? tick?.closest(".w-field__wrapper");
    const show = () => {
      let shown = 0;
      for (const caution of box.querySelectorAll("[data-caution]")) {
        caution.hidden = caution.dataset.caution !== measure.value;
        if (!caution.hidden) shown += 1;
      }
      if (lead) lead.hidden = shown === 0;
      if (none) none.hidden = shown > 0;
      if (tickField) tickField.hidden = shown === 0 || use.value === box.dataset.shownOnly;
    };
    measure.addEventListener("change", show);
    use.addEventListener("change", show);
    show();
  }
});
