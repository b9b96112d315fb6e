// Notices when the same conversation is open in a second tab, so that two drafts do not surprise anybody.

/** `onChange(isShared)` hears when another tab opens or leaves. Gives {move(conversation), stop()}. */
export function makeTabs(onChange) {
  const own = crypto.randomUUID?.() ?? String(Math.random());
  const others = new Set();
  let channel = null;
  let current = null;

  function move(conversation) {
    if (conversation === current) return;
    leave();
    current = conversation;
    if (!conversation || typeof BroadcastChannel === "undefined") return;
    channel = new BroadcastChannel(`complaint-gift ${conversation}`);
    channel.onmessage = ({ data }) => hear(data ?? {});
    channel.postMessage({ from: own, says: "here" });
  }

  function hear({ from, says }) {
    const before = others.size;
    if (says === "bye") others.delete(from);
    else if (!others.has(from)) {
      others.add(from);
      channel.postMessage({ from: own, says: "here" });
    }
    if ((before === 0) !== (others.size === 0)) onChange(others.size > 0);
  }

  function leave() {
    channel?.postMessage({ from: own, says: "bye" });
    channel?.close();
    channel = null;
    if (others.size) onChange(false);
    others.clear();
  }

  function stop() {
    removeEventListener("pagehide", leave);
    leave();
  }

  addEventListener("pagehide", leave);
  return { move, stop };
}
