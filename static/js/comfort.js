// Sets what the reader chose last time (size of the text, elder mode) before the first paint.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("has-script");
  try {
    var size = localStorage.getItem("size");
    if (size === "large" || size === "small") root.setAttribute("data-size", size);
    if (localStorage.getItem("elder") === "on") root.setAttribute("data-elder", "on");
  } catch (error) {
    // Storage may be switched off: the page is then as designed, every time.
  }
})();
