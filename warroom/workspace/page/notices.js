/** Short notices at the edge of the window: what went wrong, in a sentence, with a word that says how bad it is. */

import { el, icon, iconButton } from "./dom.js";

const LEVELS = { error: ["alert", "Problem"], warning: ["alert", "Take care"], info: ["info", "Notice"] };
const SHOWN_MS = 12_000;
const MOST = 4;
const SAME_MOMENT_MS = 1500;

/** Shows a notice; the same words again only count up. Errors stay until closed. */
export function notice(text, level = "info") {
  const shelf = document.getElementById("notices");
  const same = [...shelf.children].find((node) => node.dataset.text === text);
  if (same) return again(same);
  const known = LEVELS[level] ? level : "info";
  const [drawing, word] = LEVELS[known];
  const node = el(`div.notice.${known}`, { data: { text, times: 1, shownAt: Date.now() } }, icon(drawing),
    el("p", {}, el("strong", {}, `${word}: `), text, el("span.times")), iconButton("close", "Dismiss", () => node.remove()));
  shelf.append(node);
  while (shelf.children.length > MOST) shelf.firstElementChild.remove();
  if (known !== "error") setTimeout(() => node.remove(), SHOWN_MS);
  return node;
}

/** The stream and a refused call may both tell of one failure; only a later one counts as another time. */
function again(node) {
  if (Date.now() - Number(node.dataset.shownAt) < SAME_MOMENT_MS) return node;
  node.dataset.shownAt = Date.now();
  node.dataset.times = Number(node.dataset.times) + 1;
  node.querySelector(".times").textContent = ` (${node.dataset.times} times)`;
  return node;
}

/** Shows a refusal. The workspace itself tells of an app that did not answer, so that one is not shown twice. */
export function explain(refusal) {
  if (refusal.code !== "operation_timeout") notice(refusal.message, "error");
}

/** What an earlier failure said goes once it is no longer so. */
export function withdraw(text) {
  for (const node of document.querySelectorAll("#notices .notice")) if (node.dataset.text === text) node.remove();
}

/** Says a sentence to screen readers without showing it. */
export function announce(sentence) {
  document.getElementById("spoken").textContent = sentence;
}
