// Keeps the code on the screen fresh. Without it the page loads itself anew.

const body = document.querySelector("[data-code]");
const place = body.querySelector("[data-code-place]");
const signed = body.querySelector("[data-code-signed]");
const note = body.querySelector("[data-code-note]");
const calm = note.textContent;
const LOST = "网络断了，正在重试。请先不要扫码。";
const RETRY = 3000;

async function renew() {
  let wait = RETRY;
  try {
    const response = await fetch(body.dataset.pictureUrl, { credentials: "same-origin", redirect: "error", cache: "no-store" });
    if (!response.ok) {
      // Stopped, or no longer signed in: the page itself says which.
      window.location.reload();
      return;
    }
    const picture = new DOMParser().parseFromString(await response.text(), "image/svg+xml").documentElement;
    if (picture.localName !== "svg") throw new Error("no picture");
    place.replaceChildren(document.importNode(picture, true));
    place.classList.remove("is-stale");
    signed.textContent = response.headers.get("X-Signed-In");
    note.textContent = calm;
    wait = Number(response.headers.get("X-Seconds-Left")) * 1000;
  } catch {
    place.classList.add("is-stale");
    note.textContent = LOST;
  }
  window.setTimeout(renew, wait);
}

window.setTimeout(renew, Number(body.dataset.secondsLeft) * 1000);
