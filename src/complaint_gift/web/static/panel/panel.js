// Everything that a page of ours needs for a review panel beside a text field.

export { makeAsk, makeKeep, makeWaive } from "./client.js";
export { askReason } from "./hold.js";
export { editTextarea } from "./mirror.js";
export { mountPanel } from "./mount.js";
