// What the pages of this folder do: real editors in their homes, tabs that choose who reads, buttons that send.
window.sent = [];
window.mounted = {};

async function mount(home) {
  const editor = await window.editors.mount(home.dataset.editor, home);
  window.mounted[home.dataset.name] = editor;
  if (home.dataset.mark) markRoot(editor.editor.editing.view, home.dataset.mark);
  if (home.dataset.html) editor.set(home.dataset.html);
  editor.element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) send(home.dataset.name);
  });
}

// CKEditor minds its own attributes: what others put there goes with the next letter.
function markRoot(view, mark) {
  view.change((writer) => writer.setAttribute("data-test-id", mark, view.document.getRoot()));
}

function send(name) {
  window.sent.push([name, window.mounted[name].get()]);
  window.mounted[name].clear();
}

for (const button of document.querySelectorAll("[data-sends]")) button.addEventListener("click", () => send(button.dataset.sends));

// As the buttons of Google's Closure library: pressed and let go, or by key; a click by itself is nothing.
for (const button of document.querySelectorAll("[data-closure]")) {
  let isDown = false;
  button.addEventListener("mousedown", () => (isDown = true));
  button.addEventListener("mouseup", () => {
    if (isDown) send(button.dataset.closure);
    isDown = false;
  });
  button.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") send(button.dataset.closure);
  });
}

for (const list of document.querySelectorAll("[role=tablist]")) {
  const tabs = [...list.querySelectorAll("[role=tab]")];
  for (const tab of tabs) {
    tab.addEventListener("click", () => {
      for (const other of tabs) other.setAttribute("aria-selected", String(other === tab));
    });
  }
}

document.querySelector("#other")?.addEventListener("click", () => {
  for (const ticket of document.querySelectorAll("[data-entity-id]")) ticket.hidden = !ticket.hidden;
});
document.querySelector("#channel")?.addEventListener("click", ({ target }) => {
  const next = target.textContent === "Public reply" ? "Internal note" : "Public reply";
  target.textContent = next;
  target.setAttribute("aria-label", next);
});

Promise.all([...document.querySelectorAll(".home")].map(mount)).then(() => {
  document.body.dataset.ready = "yes";
});
