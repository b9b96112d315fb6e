// Keeps the list fresh while nobody is in the middle of something. Without it the page works all the same.

const PAUSE_MS = 15_000;

function isBusy() {
  const isInside = document.activeElement?.closest("main") && document.activeElement.id !== "main";
  const fields = document.querySelectorAll("main input, main textarea");
  const isTyped = [...fields].some((field) => field.value !== field.defaultValue);
  return Boolean(isInside) || isTyped || document.hidden;
}

async function refresh() {
  if (!document.querySelector(".tabs") || isBusy()) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [old, fresh] = [document.querySelector("main"), page.querySelector("main")];
  for (const notice of fresh.querySelectorAll(".notice")) notice.remove();
  if (isBusy() || old.innerHTML === fresh.innerHTML) return;
  old.replaceWith(document.adoptNode(fresh));
  document.title = page.title;
}

setInterval(() => refresh().catch(() => {}), PAUSE_MS);
