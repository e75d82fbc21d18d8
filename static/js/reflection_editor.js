// The editor on top of the plain text area. Where it does not load, or somebody has begun to type, the text area stays and works.
//
// Others hear of the text by two events on the form: "draft:ready" once, "draft:change" with a function that reads it. They get the
// mark-up by making a FormData of the form, and put another text in with "draft:restore".

// What a paste brings that is not text, and what tracked changes took out of it; the server drops the same.
const DROPPED = "script, title, meta, link, noscript, template, iframe, object, embed, svg, math, img, del, s, strike";
const SAME_AS = { H1: "h2", H4: "h3", H5: "h3", H6: "h3", TD: "div", TH: "div" };
const STYLES = /<style[^>]*>[^]*?<\/style>/gi;
const TAG = /<([a-z][\w:-]*)(?:"[^"]*"|'[^']*'|[^'">])*>/gi;

function tidied(html) {
  if (html.includes("data-pm-slice")) return html; // cut or copied here; the attribute says how it fits in
  // Before it is parsed: the policy of the site reports every style that comes along.
  const bare = html.replace(STYLES, "").replace(TAG, "<$1>");
  const pasted = new DOMParser().parseFromString(bare, "text/html");
  pasted.querySelectorAll(DROPPED).forEach((element) => element.remove());
  pasted.querySelectorAll(Object.keys(SAME_AS).join(",")).forEach((element) => {
    const other = pasted.createElement(SAME_AS[element.tagName]);
    other.append(...element.childNodes);
    element.replaceWith(other);
  });
  return pasted.body.innerHTML;
}

const ACTS = {
  h2: { do: (chain) => chain.toggleHeading({ level: 2 }), on: (editor) => editor.isActive("heading", { level: 2 }) },
  h3: { do: (chain) => chain.toggleHeading({ level: 3 }), on: (editor) => editor.isActive("heading", { level: 3 }) },
  bold: { do: (chain) => chain.toggleBold(), on: (editor) => editor.isActive("bold") },
  italic: { do: (chain) => chain.toggleItalic(), on: (editor) => editor.isActive("italic") },
  bullets: { do: (chain) => chain.toggleBulletList(), on: (editor) => editor.isActive("bulletList") },
  numbers: { do: (chain) => chain.toggleOrderedList(), on: (editor) => editor.isActive("orderedList") },
  quote: { do: (chain) => chain.toggleBlockquote(), on: (editor) => editor.isActive("blockquote") },
  undo: { do: (chain) => chain.undo(), can: (editor) => editor.can().undo() },
  redo: { do: (chain) => chain.redo(), can: (editor) => editor.can().redo() },
};

function wire(toolbar, editor) {
  const buttons = [...toolbar.querySelectorAll("[data-act]")];

  function show() {
    buttons.forEach((button) => {
      const { on, can } = ACTS[button.dataset.act];
      if (on) button.setAttribute("aria-pressed", String(on(editor)));
      if (can) button.disabled = !can(editor);
    });
  }

  toolbar.addEventListener("mousedown", (event) => event.preventDefault()); // the caret stays where it is
  toolbar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button && !editor.view.composing) ACTS[button.dataset.act].do(editor.chain().focus()).run();
  });
  editor.on("transaction", show);
  show();
}

const ROOM = { top: 60, bottom: 130, left: 0, right: 0 }; // pixels: the caret is not typed under the bars

function mount(place, form, plain, { Editor, extensions }) {
  const read = () => editor.getText({ blockSeparator: "\n" });
  const tell = () => form.dispatchEvent(new CustomEvent("draft:change", { detail: { text: read } }));
  const editor = new Editor({
    element: place,
    extensions,
    content: form.querySelector("[data-html]").value,
    injectCSS: false,
    enableInputRules: false, // “1. ” is what somebody types, not a command
    enablePasteRules: false,
    editorProps: {
      attributes: { role: "textbox", "aria-multiline": "true", "aria-labelledby": "text-label" },
      transformPastedHTML: tidied,
      scrollThreshold: ROOM,
      scrollMargin: ROOM,
    },
    onUpdate: tell,
  });

  plain.hidden = true;
  place.hidden = false;
  form.querySelector("[data-plain-hint]")?.remove();
  const toolbar = form.querySelector("[data-toolbar]");
  toolbar.hidden = false;
  wire(toolbar, editor);

  form.addEventListener("formdata", (event) => {
    event.formData.set("html", editor.isEmpty ? "" : editor.getHTML());
    event.formData.delete("text");
  });
  form.addEventListener("draft:restore", (event) => {
    event.preventDefault();
    editor.commands.setContent(event.detail.html, { emitUpdate: true });
  });
  document.getElementById("text-label").addEventListener("click", (event) => {
    event.preventDefault();
    editor.commands.focus();
  });
}

async function begin(place) {
  const form = place.closest("form");
  const plain = form.querySelector("[data-text]");
  try {
    const tiptap = await import(place.dataset.editor);
    if (document.activeElement !== plain && plain.value === plain.defaultValue) mount(place, form, plain, tiptap);
  } catch (error) {
    console.info("The editor did not load; the text area stays.", error);
  }
  form.dataset.ready = "yes";
  form.dispatchEvent(new Event("draft:ready"));
}

document.querySelectorAll("[data-editor]").forEach(begin);
