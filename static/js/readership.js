// Tells the server that a page is being read and shows the number as it stands now (the page itself may come from a cache).
(function () {
  "use strict";
  var place = document.querySelector("[data-reading-url]");
  if (!place || !window.fetch) return;

  function show(total) {
    if (!total) return;
    document.querySelectorAll("[data-reading-count]").forEach(function (item) {
      var number = item.querySelector("[data-reading-number]") || item;
      number.textContent = String(total);
      item.hidden = false;
    });
  }

  function post(url) {
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: { "X-Requested-With": "readership" },
    }).then(function (response) {
      return response.ok ? response.json() : {};
    });
  }

  var url = place.getAttribute("data-reading-url");
  post(url)
    .then(function (answer) {
      return answer.again ? post(url + "?again=1") : answer;
    })
    .then(function (answer) {
      show(answer.total);
    })
    .catch(function () {
      // The number is a courtesy: a reader without it has lost nothing.
    });
})();
