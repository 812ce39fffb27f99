/** The `file_input`: files are sent to the workspace as soon as they are chosen, and the app gets them with the form. */

import { el, fill, iconButton } from "./dom.js";
import { labels } from "./entries.js";
import { sizeWords } from "./files.js";
import { explain, notice } from "./notices.js";
import { pressable, pressKey } from "./press.js";
import { fileProblem, share } from "./upload.js";

const MOST = 10;

export function fileInput(element, place) {
  const { values } = place.surface;
  const most = Math.min(element.max_files ?? MOST, MOST);
  const list = el("ul.file-chosen");
  const now = () => values.of(place.blockId, element).files ?? [];
  const keep = (files) => {
    values.set(place.blockId, element, { files });
    place.surface.touched?.(place.blockId);
    show();
  };
  const show = (sending = "") => fill(list, ...now().map((file) => chosenRow(file, () => keep(now().filter(({ id }) => id !== file.id)))), sending ? el("li", { role: "status" }, sending) : null);
  const take = async (files) => {
    const fits = [...files].filter((file) => acceptable(file, element.filetypes)).slice(0, Math.max(0, most - now().length));
    if (fits.length < files.length) notice(`Here ${most === 1 ? "one file" : `up to ${most} files`} can be given${element.filetypes?.length ? `, of these types: ${element.filetypes.join(", ")}` : ""}.`, "warning");
    if (!fits.length) return;
    show("Sending…");
    try {
      keep([...now(), ...(await share(fits.map((file) => ({ file })), {}))]);
    } catch (refusal) {
      explain(refusal);
      show();
    }
  };
  const input = el("input.file-field", { type: "file", multiple: most > 1, accept: acceptWords(element.filetypes), on: { change: () => take(input.files).then(() => (input.value = "")) }, ...labels(place) });
  show();
  const drop = (event) => (event.preventDefault(), event.stopPropagation(), take(event.dataTransfer.files));
  return el("div.file-input", { on: { drop, dragover: (event) => event.preventDefault() } }, pressable(input, pressKey(place.surface, place.blockId, element)), list);
}

function acceptable(file, filetypes) {
  const problem = fileProblem(file);
  if (problem) notice(problem, "warning");
  return !problem && (!filetypes?.length || filetypes.some((kind) => file.name.toLowerCase().endsWith(`.${kind.toLowerCase()}`)));
}

function acceptWords(filetypes) {
  return filetypes?.length ? filetypes.map((kind) => `.${kind}`).join(",") : null;
}

function chosenRow(file, drop) {
  return el("li", {}, el("span", {}, file.name), el("span.file-kind", {}, sizeWords(file.size)), iconButton("close", `Take ${file.name} away`, drop));
}
