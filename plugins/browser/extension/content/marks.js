// Draws the underlines over the page, in a layer of our own: the editor's tree is never touched.

import { el } from "@panel/dom.js";
import { visibleBox } from "./place.js";

const MOST = 120;

/** Draws in `layer`. `rectsOf(from, to)` gives the boxes of a stretch of text in the viewport. */
export function makeMarks(layer, element, rectsOf) {
  const clip = el("div", { class: "clip" });
  layer.append(clip);
  let findings = [];
  let pointed = null;
  let drawn = 0;

  function draw(next = findings) {
    findings = next;
    const box = findings.some((f) => f.from !== null) ? visibleBox(element) : null;
    if (box === null) {
      if (drawn) clip.replaceChildren();
      drawn = 0;
      return;
    }
    clip.style.left = `${box.left}px`;
    clip.style.top = `${box.top}px`;
    clip.style.width = `${box.right - box.left}px`;
    clip.style.height = `${box.bottom - box.top}px`;
    const marks = findings.filter((f) => f.from !== null).slice(0, MOST).flatMap((f) => marksOf(f, box));
    drawn = marks.length;
    clip.replaceChildren(...marks);
  }

  function marksOf(finding, box) {
    const seen = (r) => r.width > 0 && r.bottom > box.top && r.top < box.bottom;
    return [...rectsOf(finding.from, finding.to)].filter(seen).map((r) => {
      const isPointed = finding.id === pointed;
      const mark = el("div", { class: `mark m-${finding.severity}${isPointed ? " pointed" : ""}` });
      Object.assign(mark.style, {
        left: `${r.left - box.left}px`, top: `${r.top - box.top}px`, width: `${r.width}px`, height: `${r.height + 2}px`,
      });
      return mark;
    });
  }

  function point(id) {
    pointed = id;
    draw();
  }

  return { draw, point, remove: () => clip.remove() };
}
