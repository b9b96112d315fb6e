// Underlines words of a textarea from behind: a transparent copy of the text that wears the marks.
// The textarea itself is never touched.

/**
 * Puts a mirror behind `textarea`, which must be the only child of its positioned parent.
 * Gives {draw(findings), point(id), destroy()}; findings carry `from` and `to` in UTF-16 units.
 */
export function makeMirror(textarea) {
  const mirror = document.createElement("div");
  mirror.className = "cg-mirror";
  mirror.setAttribute("aria-hidden", "true");
  textarea.parentElement.classList.add("cg-mirrored");
  textarea.before(mirror);
  let findings = [];
  let pointed = null;

  function draw(next = findings) {
    findings = next;
    const text = textarea.value;
    const parts = [];
    let at = 0;
    for (const f of layOut(findings)) {
      parts.push(text.slice(at, f.from), mark(text.slice(f.from, f.to), f));
      at = f.to;
    }
    // A last line break has no height of its own without a character after it.
    mirror.replaceChildren(...parts, `${text.slice(at)}\u200b`);
    follow();
  }

  function mark(words, finding) {
    const node = document.createElement("mark");
    node.className = finding.id === pointed ? `cg-${finding.severity} cg-pointed` : `cg-${finding.severity}`;
    node.dataset.finding = finding.id;
    node.textContent = words;
    return node;
  }

  function follow() {
    mirror.scrollTop = textarea.scrollTop;
    mirror.scrollLeft = textarea.scrollLeft;
  }

  function point(id) {
    if (id === pointed) return;
    pointed = id;
    for (const node of mirror.querySelectorAll("mark")) {
      node.classList.toggle("cg-pointed", node.dataset.finding === id);
    }
  }

  function destroy() {
    textarea.removeEventListener("scroll", follow);
    mirror.remove();
  }

  textarea.addEventListener("scroll", follow, { passive: true });
  draw();
  return { draw, point, destroy };
}

// Marks cannot overlap: the graver one keeps the words, the other what is left of its own.
function layOut(findings) {
  const rank = { present: 0, error: 1, warning: 2, info: 3 };
  const taken = [];
  const sorted = findings
    .filter((f) => f.from !== null && f.to > f.from)
    .sort((a, b) => rank[a.severity] - rank[b.severity] || a.from - b.from);
  for (const f of sorted) {
    let { from, to } = f;
    for (const other of taken) {
      if (from >= other.from && from < other.to) from = other.to;
      if (to > other.from && to <= other.to) to = other.from;
      if (from < other.from && to > other.to) to = other.from;
    }
    if (from < to) taken.push({ ...f, from, to });
  }
  return taken.sort((a, b) => a.from - b.from);
}

/** The editor that mountPanel needs, made of a textarea with a mirror. */
export function editTextarea(textarea) {
  const mirror = makeMirror(textarea);
  return {
    read: () => textarea.value,
    caret: () => (document.activeElement === textarea ? textarea.selectionStart : null),
    draw: mirror.draw,
    point: mirror.point,
    focus(from, to) {
      textarea.focus();
      textarea.setSelectionRange(from, to);
    },
    replace(from, to, text) {
      textarea.focus();
      textarea.setSelectionRange(from, to);
      // Deprecated, but still the only way that keeps the undo history of a textarea.
      if (!document.execCommand("insertText", false, text)) {
        textarea.setRangeText(text, from, to, "end");
        textarea.dispatchEvent(new Event("input", { bubbles: true }));
      }
    },
    listen(onInput, onCaret) {
      const stop = new AbortController();
      textarea.addEventListener("input", onInput, { signal: stop.signal });
      for (const name of ["keyup", "click", "select"]) {
        textarea.addEventListener(name, onCaret, { signal: stop.signal });
      }
      return () => {
        stop.abort();
        mirror.destroy();
      };
    },
  };
}
