/** A person's or an app's sign: an emoji on its colour, or a picture when the page may load it. */

import { el, safeImage } from "./dom.js";
import { emojiOrText } from "./emoji.js";

const COLOUR = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i;

/** A colour an app or a person chose, if it is a plain hexadecimal one, else null. */
export function colourOf(given) {
  const found = COLOUR.exec(String(given ?? ""));
  return found && `#${found[1]}`;
}

/** The sign; `size` is "small", "" or "large". It is decoration: the name stands beside it. */
export function avatar(given, size = "") {
  const picture = given?.url ? safeImage(given.url) : null;
  const inner = picture ? el("img", { src: picture, alt: "" }) : firstSign(given?.emoji);
  const node = el(size ? `span.avatar.${size}` : "span.avatar", { "aria-hidden": "true" }, inner);
  const colour = colourOf(given?.color);
  if (colour) node.style.setProperty("--sign", colour);
  return node;
}

/** One emoji, or at most two characters of anything else. */
function firstSign(given) {
  const drawn = emojiOrText(given || "•");
  const [first] = new Intl.Segmenter().segment(drawn);
  return first?.segment ?? "•";
}
