// An editor who saves or submits while an autosave is on its way waits for it: a new page would otherwise come into being twice.
(function () {
  "use strict";
  var longest = 20000; // milliseconds: then the editor's own act goes first, at the risk of a second page
  var underWay = null;
  var waiting = null;

  function arrived() {
    underWay = null;
    if (!waiting) return;
    var act = waiting;
    waiting = null;
    act.form.requestSubmit(act.button);
  }

  document.addEventListener("w-autosave:save", function (event) {
    underWay = event;
    // Another script may keep this autosave back: then nothing is on its way.
    queueMicrotask(function () {
      if (event.defaultPrevented && underWay === event) arrived();
    });
  });
  document.addEventListener("w-autosave:success", arrived);
  document.addEventListener("w-autosave:error", arrived);

  document.addEventListener(
    "submit",
    function (event) {
      if (!underWay || !event.target.matches("[data-edit-form]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (waiting) return;
      waiting = { form: event.target, button: event.submitter };
      window.setTimeout(function () {
        if (waiting) arrived();
      }, longest);
    },
    true
  );
})();
