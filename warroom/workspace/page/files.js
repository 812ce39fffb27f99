/** Files of a message: pictures are shown, texts can be unfolded, everything can be saved. */

import { el, icon, outside, safeImage, safeUrl } from "./dom.js";

const SHOWN = /^image\/(png|jpeg|gif|webp)$/;
const TEXTS = /^(text\/|application\/(json|xml|yaml|x-yaml|toml|javascript|x-sh|sql))/;
const TEXT_NAMES = /\.(txt|md|log|csv|tsv|json|ya?ml|toml|ini|conf|py|js|ts|sh|sql|xml|html?|css|diff|patch)$/i;
const MOST_TEXT = 64 * 1024;

export function sizeWords(bytes) {
  return bytes < 1024 ? `${bytes} bytes` : bytes < 1_048_576 ? `${Math.round(bytes / 1024)} KiB` : `${(bytes / 1_048_576).toFixed(1)} MiB`;
}

/** The card of one file. */
export function fileCard(file) {
  const name = file.title || file.name || "file";
  const address = [file.url_private_download, file.url_private, file.permalink].find((url) => url && safeUrl(url));
  const size = file.size ? ` · ${sizeWords(file.size)}` : "";
  const kind = el("span.file-kind", {}, `${file.pretty_type ?? file.filetype ?? "file"}${size}`);
  const picture = SHOWN.test(file.mimetype ?? "") ? safeImage(file.url_private) : null;
  const card = el("div.file-card", { class: picture ? "pictured" : "" }, picture ? pictured(picture, file, name) : el("span.file-sign", {}, icon("file")),
    el("span.file-words", {}, address ? outside(address, name) : name, kind), address ? save(address, file.name || name) : null);
  return isText(file) && address ? el("div.file-with-text", {}, card, textOf(address, file)) : card;
}

function pictured(address, file, name) {
  return el("a.file-picture", { href: address, target: "_blank", rel: "noopener noreferrer", "aria-label": `Open ${name}` }, el("img.picture.full", { src: address, alt: file.alt_txt || name }));
}

function save(address, name) {
  return el("a.icon-button.save", { href: address, download: name, title: `Save ${name}`, "aria-label": `Save ${name}` }, icon("download"));
}

function isText(file) {
  return TEXTS.test(file.mimetype ?? "") || TEXT_NAMES.test(file.name ?? "");
}

/** The first of a text file, fetched when it is unfolded. */
function textOf(address, { name, size }) {
  const pre = el("pre", { tabindex: "0" }, "…");
  const unfolded = async () => {
    if (!details.open || pre.dataset.fetched) return;
    pre.dataset.fetched = "true";
    try {
      const text = await (await fetch(address, { credentials: "same-origin" })).text();
      pre.textContent = text.length > MOST_TEXT ? `${text.slice(0, MOST_TEXT)}\n…` : text;
    } catch {
      pre.textContent = "The file could not be read.";
    }
  };
  const details = el("details.file-text", { on: { toggle: unfolded } }, el("summary", {}, `Look into ${name ?? "the file"}${size > MOST_TEXT ? ", the first 64 KiB" : ""}`), pre);
  return details;
}
