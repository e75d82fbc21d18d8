// The reader's tools: size of the text, elder mode, print, close, drawers. The page reads well without them.
(function () {
  "use strict";
  var root = document.documentElement;

  function remember(key, value) {
    try {
      localStorage.setItem(key, value);
    } catch (error) {
      // Not remembered; it still holds for this page.
    }
  }

  function show(buttons, isOn) {
    buttons.forEach(function (button) {
      button.setAttribute("aria-pressed", String(isOn(button)));
    });
  }

  var sizes = document.querySelectorAll("button[data-size]");
  function showSize() {
    var current = root.getAttribute("data-size") || "medium";
    show(sizes, function (button) {
      return button.getAttribute("data-size") === current;
    });
  }
  sizes.forEach(function (button) {
    button.addEventListener("click", function () {
      root.setAttribute("data-size", button.getAttribute("data-size"));
      remember("size", button.getAttribute("data-size"));
      showSize();
    });
  });
  showSize();

  var elder = document.querySelectorAll("[data-elder][aria-pressed]");
  function showElder() {
    var on = root.getAttribute("data-elder") === "on";
    show(elder, function () {
      return on;
    });
    elder.forEach(function (button) {
      button.textContent = on ? "退出长者模式" : "长者模式";
    });
  }
  elder.forEach(function (button) {
    button.addEventListener("click", function () {
      var on = root.getAttribute("data-elder") === "on" ? "off" : "on";
      root.setAttribute("data-elder", on);
      remember("elder", on);
      showElder();
    });
  });
  showElder();

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.addEventListener("click", function () {
      window.print();
    });
  });

  // Browsers close only windows that a script opened; everybody else goes back to the list the link leads to.
  document.querySelectorAll("[data-close]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      if (!window.opener && window.history.length > 1) return;
      event.preventDefault();
      window.close();
      window.setTimeout(function () {
        window.location.href = link.href;
      }, 150);
    });
  });

  // A drawer stands open where the window is as wide as it says, and is opened by hand below that.
  document.querySelectorAll("[data-drawer]").forEach(function (drawer) {
    var wide = window.matchMedia("(min-width: " + drawer.getAttribute("data-drawer") + ")");
    drawer.open = wide.matches;
    wide.addEventListener("change", function () {
      drawer.open = wide.matches;
    });
  });

  var links = document.querySelectorAll(".contents a");
  if (links.length && "IntersectionObserver" in window) {
    var byAnchor = {};
    links.forEach(function (link) {
      byAnchor[link.hash.slice(1)] = link;
    });
    var observer = new IntersectionObserver(
      function (entries) {
        entries.forEach(function (entry) {
          if (!entry.isIntersecting || !byAnchor[entry.target.id]) return;
          links.forEach(function (link) {
            link.removeAttribute("aria-current");
          });
          byAnchor[entry.target.id].setAttribute("aria-current", "true");
        });
      },
      { rootMargin: "0px 0px -70% 0px" }
    );
    Object.keys(byAnchor).forEach(function (id) {
      var heading = document.getElementById(id);
      if (heading) observer.observe(heading);
    });
  }
})();
