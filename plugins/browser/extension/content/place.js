// Where an editor can be seen: its own box, cut by everything around it that scrolls or hides.

/** The visible part of an element as {left, top, right, bottom} in the viewport, or null when nothing of it shows. */
export function visibleBox(element) {
  if (!element.isConnected || !element.checkVisibility?.({ visibilityProperty: true })) return null;
  let box = copy(element.getBoundingClientRect());
  for (let at = element.parentElement; at && at !== document.body && at !== document.documentElement; at = at.parentElement) {
    const { overflowX, overflowY } = getComputedStyle(at);
    if (overflowX !== "visible" || overflowY !== "visible") box = cut(box, at.getBoundingClientRect());
  }
  box = cut(box, { left: 0, top: 0, right: innerWidth, bottom: innerHeight });
  return box.right - box.left > 8 && box.bottom - box.top > 8 ? box : null;
}

function copy({ left, top, right, bottom }) {
  return { left, top, right, bottom };
}

function cut(a, b) {
  return {
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  };
}

/** Does the page show dark paper here? The panel should not shine in a dark editor. */
export function isDark(element) {
  for (let at = element; at; at = at.parentElement) {
    const [r, g, b, alpha = 1] = (getComputedStyle(at).backgroundColor.match(/[\d.]+/g) ?? []).map(Number);
    if (alpha > 0.5 && r !== undefined) return 0.2126 * r + 0.7152 * g + 0.0722 * b < 110;
  }
  return matchMedia("(prefers-color-scheme: dark)").matches && getComputedStyle(document.documentElement).colorScheme.includes("dark");
}
