// Copies the text of a field that a button names; without it the text is selected and copied by hand.
(function () {
  "use strict";
  document.querySelectorAll("[data-copy]").forEach(function (button) {
    var field = document.getElementById(button.getAttribute("data-copy"));
    if (!field) return;
    var label = button.textContent;
    function say(text) {
      button.textContent = text;
      window.setTimeout(function () {
        button.textContent = label;
      }, 2500);
    }
    button.addEventListener("click", function () {
      field.select();
      if (!navigator.clipboard) {
        say("已选中，请长按复制");
        return;
      }
      navigator.clipboard.writeText(field.value).then(
        function () {
          say("已复制");
        },
        function () {
          say("已选中，请长按复制");
        }
      );
    });
  });
})();
