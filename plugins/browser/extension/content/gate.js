// A soft stop on the send button: one calm question, and whatever goes wrong, the reply goes out.

import { askReason } from "@panel/hold.js";
import { isDark } from "./place.js";

// The browser may have put our worker to sleep, and waking it takes its share of the time.
const PATIENCE = 3000;

/**
 * Watches for sending. `seatAt(node)` gives the seat that a button or an editor belongs to, or null.
 * `say(words)` shows a line on the page.
 */
export function watchSending({ site, seatAt, layer, language, texts, say }) {
  let isPassing = false;
  let isAsking = false;
  let pressed = null; // the button whose press we kept from the page: its click is ours, too

  const buttonAt = (target) => (site.send && target instanceof Element ? target.closest(site.send) : null);

  // Some pages send as soon as the mouse is let go, long before a click.
  for (const name of ["pointerdown", "mousedown", "pointerup", "mouseup"]) {
    addEventListener(name, (event) => {
      const button = buttonAt(event.target);
      if (isPassing) return;
      if (name === "pointerdown") pressed = button && seatToHold(button) ? button : null;
      if (pressed !== null && button === pressed) event.stopImmediatePropagation();
    }, true);
  }
  addEventListener("click", (event) => {
    const button = buttonAt(event.target);
    if (button) guard(event, button, button, button === pressed);
    if (!isPassing) pressed = null;
  }, true);
  addEventListener("keydown", (event) => {
    if (!(event.target instanceof Element)) return;
    const button = buttonAt(event.target);
    // What is drawn as a button without being one hears the key itself; a real one makes a click of it.
    if (button && !button.matches("button, input, a[href]") && (event.key === "Enter" || event.key === " ")) guard(event, button, button);
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) guard(event, event.target, null);
  }, true);

  function guard(event, node, button, isOurs = false) {
    if (isPassing) return;
    try {
      const seat = isOurs ? seatAt(node) : seatToHold(node);
      if (seat === null) return;
      stop(event);
      if (!isAsking) decide(seat, button ?? buttonOf(seat)).catch(() => press(seat, button));
    } catch {
      // A mistake of ours must never keep a reply from going out.
    }
  }

  function seatToHold(node) {
    try {
      const seat = seatAt(node);
      return seat !== null && mayHold(seat) ? seat : null;
    } catch {
      return null;
    }
  }

  function mayHold(seat) {
    const text = seat.editor.read();
    if (!text.trim() || seat.released.has(text) || !seat.isForCustomer()) return false;
    return seat.panel.isPending || isHeld(seat);
  }

  const isHeld = (seat) => seat.panel.verdict === "hold" || seat.panel.verdict === "block";

  function stop(event) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  async function decide(seat, button) {
    isAsking = true;
    try {
      const isRead = await seat.panel.settled(PATIENCE);
      if (!isRead) say(texts.unread);
      if (!isRead || !isHeld(seat)) return press(seat, button);
      const { findings, verdict } = seat.panel;
      layer.dataset.scheme = isDark(seat.element) ? "dark" : "light";
      const reason = await askReason({ findings, verdict, language, into: layer });
      if (reason === null) return seat.element.focus();
      seat.panel.sendAnyway(reason);
      seat.released.add(seat.editor.read());
      press(seat, button);
    } finally {
      isAsking = false;
    }
  }

  // The page may have drawn its button anew while we asked.
  function buttonOf(seat) {
    return site.send ? seat.composer().querySelector(site.send) : null;
  }

  function press(seat, button) {
    const alive = button?.isConnected ? button : buttonOf(seat);
    seat.released.add(seat.editor.read());
    if (!alive) return say(texts.again);
    isPassing = true;
    try {
      const how = { bubbles: true, cancelable: true, composed: true, view: window };
      for (const name of ["mousedown", "mouseup"]) alive.dispatchEvent(new MouseEvent(name, how));
      if (alive.isConnected) alive.click();
    } finally {
      isPassing = false;
    }
  }
}
