/**
 * Pictures of blocks. The page asks nobody but the workspace for anything, so a picture from elsewhere is a labelled
 * placeholder with its description and a link; one that was uploaded here is shown.
 */

import { ask } from "./api.js";
import { directory } from "./directory.js";
import { el, icon, outside, safeImage } from "./dom.js";

const lookups = new Map();

/** The picture of an image block or element, by its address or as a file of the workspace; `kind` is full, thumb, hero or context-image. */
export function pictureOf(given, kind) {
  const { slack_file: file, image_url: address, alt_text: alternative } = given ?? {};
  if (!file) return picture(address, alternative, kind);
  return file.url ? picture(file.url, alternative, kind) : uploaded(file.id, alternative, kind);
}

/** A picture this page may load, or its description with a link. */
export function picture(address, alternative, kind) {
  const url = safeImage(address);
  if (url) return el(`img.picture.${kind}`, { src: url, alt: alternative ?? "", loading: "lazy" });
  const words = alternative || "picture";
  return el(`span.picture.${kind}.elsewhere`, { role: "img", "aria-label": words, title: "Pictures from elsewhere are not loaded here" }, icon("image"), outside(address, words));
}

/** A picture known by its file's id: the workspace is asked where it lies. */
function uploaded(id, alternative, kind) {
  const holder = el("span.picture-holder", {}, el(`span.picture.${kind}.elsewhere`, {}, icon("image"), alternative || "picture"));
  addressOf(id).then((address) => address && holder.replaceChildren(picture(address, alternative, kind)));
  return holder;
}

function addressOf(id) {
  if (!lookups.has(id)) lookups.set(id, ask("file", { as: directory.me.id, file: id }).then(({ file }) => file.url_private, () => null));
  return lookups.get(id);
}
