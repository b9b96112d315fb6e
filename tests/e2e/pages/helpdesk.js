// A small helpdesk with a real editor in it: ?editor=prosemirror|ckeditor|quill|textarea, &dark=1, &keys=1.
const query = new URLSearchParams(location.search);
const $ = (id) => document.getElementById(id);
document.documentElement.classList.toggle("dark", query.has("dark"));
window.sent = [];
window.shortcuts = [];

// As many helpdesks: single letters are commands, unless somebody types into a field.
document.addEventListener("keydown", (event) => {
  if (!event.target.closest("textarea, input, [contenteditable]")) window.shortcuts.push(event.key);
});
for (const tab of document.querySelectorAll("[role=tab]")) {
  tab.addEventListener("click", () => {
    for (const other of document.querySelectorAll("[role=tab]")) other.setAttribute("aria-selected", String(other === tab));
  });
}

window.editors.mount(query.get("editor") ?? "textarea", $("editor")).then((editor) => {
  window.editor = editor;
  const send = () => {
    window.sent.push(editor.get());
    const item = document.createElement("li");
    item.textContent = editor.get();
    $("talk").append(item);
    editor.clear();
  };
  $("save").addEventListener("click", send);
  editor.element.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.ctrlKey) send();
  });
  document.body.dataset.ready = "yes";
});
