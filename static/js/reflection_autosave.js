// Keeps what is being written: on the server every few seconds, on this machine until the server has it.
//
// The editor is never touched by a save, and nothing is saved in the middle of a composition: an input method would lose its letters.
import { bare, clock, store } from "./reflection_local.js";

const EVERY = 5000; // after a change
const RETRY = 15000; // after a failure
const LOCALLY = 800;
const KEEPALIVE = 60000; // bytes that a browser sends for a page that is going away
const WRITTEN = ["book", "book_title", "title", "html", "text", "application"];
const NOT_SENT = ["photos", "document", "document_mode", "act", "csrfmiddlewaretoken"];

function keep(form) {
  const status = form.querySelector("[data-status]");
  const fields = form.elements;
  const prefix = `reflection:${form.dataset.owner}:`;
  let address = form.dataset.autosave;
  let isKnown = form.dataset.key !== "";
  let isComposing = false;
  let isClosed = false; // handed in elsewhere: nothing more to be saved
  let isSubmitting = false;
  let sending = null;
  let timer = 0;
  let localTimer = 0;
  let acknowledged = "";

  const place = () => prefix + (isKnown ? form.getAttribute("action") : `new:${fields.token.value}`);

  function typed() {
    const data = new FormData(form);
    NOT_SENT.forEach((name) => data.delete(name));
    return data;
  }

  const signature = (data) => JSON.stringify(WRITTEN.map((name) => data.get(name) || ""));
  const isBlank = (data) => ["html", "text", "application"].every((name) => !bare(data.get(name) || ""));

  function say(words, { isTrouble = false, signIn = false } = {}) {
    if (status.dataset.said === words) return; // not read out again
    status.dataset.said = words;
    status.textContent = words;
    status.classList.toggle("is-troubled", isTrouble);
    if (!signIn) return;
    const link = document.createElement("a");
    link.href = form.dataset.signIn;
    link.target = "_blank";
    link.rel = "noopener";
    link.textContent = "在新窗口登录";
    status.append(link);
  }

  // The one of the cookie: somebody who has signed in again in another window has a new one.
  function csrf() {
    const name = `${form.dataset.csrfCookie}=`;
    const cookie = document.cookie.split("; ").find((one) => one.startsWith(name));
    if (cookie) fields.csrfmiddlewaretoken.value = cookie.slice(name.length);
    return fields.csrfmiddlewaretoken.value;
  }

  function keepLocally() {
    window.clearTimeout(localTimer);
    localTimer = 0;
    if (isComposing) return true;
    const data = typed();
    if (signature(data) === acknowledged) return true;
    const values = Object.fromEntries(WRITTEN.filter((name) => data.has(name)).map((name) => [name, data.get(name)]));
    return store.put(place(), { at: Date.now(), version: fields.version.value, token: fields.token.value, values });
  }

  function touched() {
    if (!localTimer) localTimer = window.setTimeout(keepLocally, LOCALLY);
    if (!timer) timer = window.setTimeout(save, EVERY);
  }

  function again(after) {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, after);
  }

  function adopt(answer) {
    fields.version.value = answer.version;
    if (isKnown) return;
    isKnown = true;
    form.setAttribute("action", answer.url);
    address = answer.autosave;
    window.history.replaceState(null, "", answer.url);
  }

  function conflict(answer) {
    fields.copy.value = answer.copy;
    const bar = form.querySelector("[data-conflict]");
    bar.querySelector("[data-conflict-words]").textContent = answer.message;
    bar.querySelector("[data-conflict-link]").href = answer.url;
    bar.hidden = false;
    if (!isKnown) {
      isKnown = true;
      form.setAttribute("action", answer.url);
      address = answer.autosave;
    }
    say(`您这里写的已另存一份 ${clock(Date.now())}`, { isTrouble: true });
  }

  // Whether the server has now what was sent.
  async function took(response, sent, record) {
    if (response.type === "opaqueredirect" || response.status === 401 || response.status === 403) {
      say("登录已过期，文字还在本页，也存在本机。登录后回到这里会接着保存。", { isTrouble: true, signIn: true });
      return false;
    }
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) {
      acknowledged = sent;
      store.drop(record);
      adopt(answer);
      say(`已自动保存 ${answer.saved_at}`);
      return true;
    }
    if (response.status === 409 && answer) {
      acknowledged = sent;
      store.drop(record);
      conflict(answer);
      return false;
    }
    if (response.status === 410) isClosed = true;
    say(answer ? answer.message : "没有存上，已存在本机。请复制一份到 Word 里留存，稍后再试。", { isTrouble: true });
    if (response.status >= 500) again(RETRY);
    return false;
  }

  async function send(data, sent, isLeaving) {
    const record = place();
    try {
      const response = await fetch(address, {
        method: "POST",
        body: data,
        headers: { "X-CSRFToken": csrf(), "X-Requested-With": "XMLHttpRequest" },
        credentials: "same-origin",
        redirect: "manual",
        keepalive: isLeaving && sent.length * 3 < KEEPALIVE,
      });
      return await took(response, sent, record);
    } catch (error) {
      say(navigator.onLine ? "连不上服务器，已存在本机" : "没有网络，已存在本机", { isTrouble: true });
      again(RETRY);
      return false;
    }
  }

  // Resolves to whether everything typed so far is on the server.
  async function save({ isLeaving = false } = {}) {
    window.clearTimeout(timer);
    timer = 0;
    if (isComposing || isClosed) return false; // the end of the composition calls again
    while (sending) {
      if (isLeaving) return false;
      await sending;
    }
    const data = typed();
    const sent = signature(data);
    if (sent === acknowledged || (!isKnown && isBlank(data))) {
      store.drop(place());
      return true;
    }
    keepLocally();
    sending = send(data, sent, isLeaving);
    const isSaved = await sending;
    sending = null;
    if (isSaved && signature(typed()) !== acknowledged) touched();
    return isSaved;
  }

  // --- what was left on this machine ---

  function lost() {
    const keys = isKnown ? [place()] : store.keys(`${prefix}new:`);
    const now = typed();
    const isThere = ({ values }) => Object.entries(values).every(([name, value]) => !bare(value) || bare(value) === bare(now.get(name) || ""));
    const found = [];
    keys.forEach((key) => {
      const record = store.get(key);
      if (!record || isThere(record)) store.drop(key);
      else found.push({ key, record });
    });
    return found.sort((one, other) => other.record.at - one.record.at)[0];
  }

  function take({ key, record }) {
    const { html, text, ...values } = record.values;
    Object.entries(values).forEach(([name, value]) => {
      const field = fields[name];
      if (field && (field.tagName !== "SELECT" || [...field.options].some((option) => option.value === value))) field.value = value;
    });
    fields.version.value = record.version; // what has been saved elsewhere since then is not overwritten
    if (!isKnown) fields.token.value = record.token;
    const lines = (text || "").split("\n").map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph.outerHTML;
    });
    const isPut = !form.dispatchEvent(new CustomEvent("draft:restore", { cancelable: true, detail: { html: html || lines.join("") } }));
    if (!isPut) {
      const plain = form.querySelector("[data-text]");
      plain.value = text || bare(html || "");
      plain.dispatchEvent(new Event("input", { bubbles: true }));
    }
    if (key !== place()) store.drop(key);
    save();
  }

  function offer() {
    if (form.dataset.isUnsaved) {
      touched(); // what came back because it could not be stored
      return;
    }
    acknowledged = signature(typed());
    const found = lost();
    if (!found) return;
    const bar = form.querySelector("[data-found]");
    const time = clock(found.record.at);
    bar.querySelector("[data-found-words]").textContent = `这台电脑（手机）上有 ${time} 没有存上的内容。`;
    bar.querySelector("[data-found-take]").textContent = `找回 ${time} 没有存上的内容`;
    bar.querySelector("[data-found-take]").addEventListener("click", () => {
      bar.hidden = true;
      take(found);
    });
    bar.querySelector("[data-found-drop]").addEventListener("click", () => {
      bar.hidden = true;
      store.drop(found.key);
    });
    bar.hidden = false;
  }

  // --- when ---

  ["input", "change", "draft:change"].forEach((name) =>
    form.addEventListener(name, (event) => {
      if (form.dataset.ready && event.target.type !== "file") touched();
    }),
  );
  form.addEventListener("compositionstart", () => {
    isComposing = true;
  });
  ["compositionend", "focusout"].forEach((name) =>
    form.addEventListener(name, () => {
      if (isComposing) touched();
      isComposing = false;
    }),
  );
  window.addEventListener("online", () => save());
  document.addEventListener("visibilitychange", () => {
    if (isSubmitting) return;
    keepLocally();
    save({ isLeaving: document.visibilityState === "hidden" });
  });
  window.addEventListener("pagehide", () => {
    if (isSubmitting) return;
    keepLocally();
    save({ isLeaving: true });
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isSubmitting && !keepLocally()) event.preventDefault();
  });

  // First what was typed, then the button: without a connection or a session the page stays, and the text with it.
  form.addEventListener("submit", async (event) => {
    if (isSubmitting) {
      if (isSubmitting === "sent") event.preventDefault();
      isSubmitting = "sent";
      return;
    }
    event.preventDefault();
    const button = event.submitter;
    if (!(await save())) {
      form.querySelector("[data-conflict]:not([hidden]) a")?.focus();
      return;
    }
    await new Promise((done) => window.setTimeout(done)); // a form does not submit itself while it is being submitted
    if (isSubmitting) return; // pressed twice
    isSubmitting = true;
    csrf();
    form.requestSubmit(button);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) isSubmitting = false;
  });

  if (form.dataset.ready) offer();
  else form.addEventListener("draft:ready", offer, { once: true });
}

document.querySelectorAll("[data-writing]").forEach(keep);
