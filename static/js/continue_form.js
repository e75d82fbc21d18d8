// Work that goes step by step: the form of the next step sends itself. Without this file one presses its button.
(function () {
  "use strict";
  var form = document.querySelector("form[data-continue]");
  if (form) form.requestSubmit();
})();
