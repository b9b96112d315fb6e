// Which helpdesk is on the page, how it is asked, and the dialogs in which a person answers.

import { el } from "/static/panel/dom.js";

const desks = [...document.querySelectorAll("[data-desk]")].map((button) => button.dataset.desk);

/** The helpdesk in the address, else the one of the last visit, else the first. */
export function startDesk() {
  const asked = new URLSearchParams(location.search).get("desk") ?? localStorage.getItem("cg-desk");
  return desks.includes(asked) ? asked : desks[0];
}

export async function callDesk(desk, path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const mark = path.includes("?") ? "&" : "?";
  const response = await fetch(`api/${path}${desk ? `${mark}desk=${desk}` : ""}`, options);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.json();
}

/** What a person filled in, null when they changed their mind. */
export function askDialog(...content) {
  const dialog = el("dialog", { class: "sheet" }, el("form", { method: "dialog" }, ...content));
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const fields = Object.fromEntries([...dialog.querySelectorAll("[name]")].map((f) => [f.name, f.value.trim()]));
      const isYes = dialog.returnValue === "yes";
      dialog.remove();
      resolve(isYes ? fields : null);
    });
  });
}

export function dialogButtons(yes, texts) {
  return el(
    "div",
    { class: "sheet-buttons" },
    // No submit button: Enter in a field presses the first one of those.
    el("button", { type: "button", class: "plain", onclick: (event) => event.target.closest("dialog").close() }, texts.cancel),
    el("button", { type: "submit", value: "yes", class: "send" }, yes),
  );
}
