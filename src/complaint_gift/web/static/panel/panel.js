// Everything that a page needs for a review panel beside a text field. What is exported here stays as it is: the demo,
// the Zendesk app, the browser extension and the Jira panel are built on it.
//
// mountPanel({ element, editor, ask, describe, waive, keep, language, delay, perMinute, showsCase, onState })
//     draws the panel into `element` and reads `editor` along. All but the first four may be left out.
//   editor          any text, editTextarea(textarea) for a plain one:
//     read() -> text, caret() -> position or null, focus(from, to), listen(onInput, onCaret) -> stop(),
//     draw(findings) and point(id | null) underline words (nothing to do where that is impossible),
//     replace(from, to, text) -> false, or a promise of it, when the editor did not take it;
//     `excerpts: true` shows words among their neighbours on the card. Positions are UTF-16 units of `read()`.
//     A text that only was sent, and cannot be changed any more, is an editor that never calls onInput.
//   ask(request, signal) -> the answer of POST /api/v1/review; throws Away (answers.js) with its `why`
//   describe() -> { scope, context, format? }, null for nothing to review, { skip: "internal" | "unsure" } for not ours
//   waive(waiver)   keeps a reason (POST /api/v1/waivers); without it nothing can be set aside
//   keep(told) -> the case after { conversation, promise, kept } (POST /api/v1/promises); without it no buttons
//   language        "en" or "ru", or a locale that begins so; `delay` ms after the last key; at most `perMinute` questions
//   showsCase       asks once for what is known of the case before the first word
//   onState({ kind, verdict, count, label })  kind: idle, checking, answer, away
// It gives { refresh(), setLanguage(language), settled(ms), sendAnyway(reason), isPending, verdict, findings, destroy() }.
//
// askReason({ findings, language, verdict, into }) -> the reason, or null: the question before a held reply goes out.
// makeAsk, makeWaive, makeKeep({ url, token, timeout }) call our server from a page that may.
// Beside an editor that is not ours: beside.js for the line and the question, relay.js where requests are carried for us.
// panel.css is the only style sheet; light or dark follows `color-scheme`.

export { makeAsk, makeKeep, makeWaive } from "./client.js";
export { askReason } from "./hold.js";
export { editTextarea } from "./mirror.js";
export { mountPanel } from "./mount.js";
