/**
 * The one place where elements are made.
 *
 * Whatever a person or an app wrote enters the page as a text node or as an attribute set here, so it can never become
 * markup. Addresses pass `safeUrl`: anything but http, https, mailto, an image in a data: address or a place on this page is dropped.
 */

const SVG = "http://www.w3.org/2000/svg";

const OWN_PLACE = /^[?#][^\s]*$|^\/(?![/\\])[^\s]*$/;
const AWAY = new Set(["http:", "https:", "mailto:"]);
const DATA_IMAGE = /^data:image\/(?:png|gif|jpeg|webp);base64,[a-z0-9+/=]+$/i;

/** The address if it may be followed, else null. Only http, https and mailto lead away from this page. */
export function safeUrl(address) {
  const text = String(address ?? "").trim();
  if (OWN_PLACE.test(text)) return text;
  try {
    const url = new URL(text);
    return AWAY.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** The address if the page's policy lets an image come from it (this server or a data: address), else null. */
export function safeImage(address) {
  const text = String(address ?? "").trim();
  if (DATA_IMAGE.test(text)) return text;
  const url = safeUrl(text);
  return url && new URL(url, location.href).origin === location.origin ? url : null;
}

function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key === "on") for (const [event, heard] of Object.entries(value)) node.addEventListener(event, heard);
  else if (key === "data") Object.assign(node.dataset, value);
  else if (key === "class") node.classList.add(...String(value).split(" ").filter(Boolean));
  else if (key === "value" || key === "checked") node[key] = value;
  else if (key === "href") setAddress(node, "href", safeUrl(value));
  else if (key === "src") setAddress(node, "src", safeImage(value));
  else node.setAttribute(key, value === true ? "" : value);
}

function setAddress(node, key, address) {
  if (address !== null) node.setAttribute(key, address);
}

/** An element: `el("p.note", {title: "x"}, "text", child, null)`. Strings become text nodes, null and false are left out. */
export function el(tag, props = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const node = document.createElement(name);
  if (classes.length) node.className = classes.join(" ");
  for (const [key, value] of Object.entries(props)) setProp(node, key, value);
  node.append(...present(children));
  return node;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Empties the node and fills it anew. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/** A link that leaves this page, or the bare label when the address may not be followed. */
export function outside(address, ...label) {
  const url = safeUrl(address);
  if (url === null) return el("span.dead-link", { title: "This address is not http, https or mailto, so it is not a link." }, ...label);
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, ...label);
}

const STROKES = {
  hash: "M4 7.5h13M3 12.5h13M8.5 3 6.5 17M13.5 3l-2 14",
  lock: "M5.5 9h9v7.5h-9zM7 9V6.5a3 3 0 0 1 6 0V9",
  archive: "M3 4.5h14v3H3zM4.5 7.5v8h11v-8M8 10.5h4",
  bolt: "M11 2.5 4.5 11.5H10l-1 6 6.5-9H10z",
  reply: "M3.5 4.5h13v8.5H9l-3.5 3.5V13h-2z",
  smile: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M7 11.5c1.5 2.2 4.5 2.2 6 0M7.5 8v.01M12.5 8v.01",
  dots: "M4.5 10v.01M10 10v.01M15.5 10v.01",
  pencil: "m4 16 .8-3.5 8.7-8.7 2.7 2.7-8.7 8.7z",
  trash: "M4 6h12M8 6V3.5h4V6M5.5 6l.8 10.5h7.4L14.5 6",
  close: "m5 5 10 10M15 5 5 15",
  down: "M10 4v12M5 11l5 5 5-5",
  chevron: "m6 8 4 4 4-4",
  menu: "M3.5 5.5h13M3.5 10h13M3.5 14.5h13",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M13 13l4 4",
  info: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 9.2v4.3M10 6.5v.01",
  pin: "m8 3.5 6.5 6.5-2.5.5-2.5 2.5-.5 2.5-4.5-4.5 2.5-.5 2.5-2.5zM6.8 13.2 3.5 16.5",
  send: "M3.5 10 16.5 4 13 16.5 9.5 11.5zM9.5 11.5l7-7.5",
  plus: "M10 4v12M4 10h12",
  home: "M3 10l7-6.5 7 6.5M5 8.5V16.5h3.5V12h3v4.5H15V8.5",
  people: "M7.5 4a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4M2.5 16c.5-5 9.5-5 10 0M13 4.5a2.5 2.5 0 0 1 0 4.8M14.5 11.5c1.8.5 2.8 2 3 4.5",
  link: "M8.5 11.5l3-3M9 6.5l2-2a3.2 3.2 0 0 1 4.5 4.5l-2 2M11 13.5l-2 2A3.2 3.2 0 0 1 4.5 11l2-2",
  check: "m4 10.5 4 4 8-9",
  back: "M12.5 4.5 7 10l5.5 5.5",
  eye: "M2.5 10c3.5-6 11.5-6 15 0-3.5 6-11.5 6-15 0M10 7.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4",
  clip: "M15.5 9.5 9.8 15.2a3.4 3.4 0 0 1-4.8-4.8l6-6a2.3 2.3 0 0 1 3.2 3.2l-5.9 6a1.1 1.1 0 0 1-1.6-1.6l5-5",
  download: "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
  sun: "M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4M10 2.5v1.6M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M15.3 4.7l-1.1 1.1M5.8 14.2l-1.1 1.1",
  moon: "M16 11.8A6.6 6.6 0 0 1 8.2 4a6.6 6.6 0 1 0 7.8 7.8z",
  half: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 3v14M10 6.5h5.5M10 10h7M10 13.5h5.5",
  help: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M7.8 8a2.2 2.2 0 1 1 3.3 1.9c-.8.5-1.1.9-1.1 1.7M10 14v.01",
  pause: "M7 4.5v11M13 4.5v11",
  play: "M6 4l10 6-10 6z",
  copy: "M7 7h9v9H7zM4 13V4h9",
  star: "m10 3 2.1 4.6 5 .6-3.7 3.4 1 4.9-4.4-2.5-4.4 2.5 1-4.9L2.9 8.200l5-.6z",
  up: "M7 9v7H4V9zM7 9l3-6c1.7 0 2.2 1.2 1.8 2.500L11.2 8H16l-1.2 8H7",
  thumbdown: "M7 11V4H4v7zM7 11l3 6c1.7 0 2.2-1.2 1.8-2.500L11.2 12H16l-1.2-8H7",
  image: "M3 4.500h14v11H3zM3 13l4-4 4 4 2.5-2.500L17 13.500M13 7.500v.01",
  video: "M3 5.500h9v9H3zM12 9l5-3v8l-5-3",
  file: "M5 3h6l4 4v10H5zM11 3v4h4",
  flag: "M5 17V3.500M5 4h10l-2.5 3.500L15 11H5",
  list: "M7 5.500h9M7 10h9M7 14.500h9M4 5.500v.01M4 10v.01M4 14.500v.01",
  alert: "M10 3.5 2.5 16.5h15zM10 8.5v3.5M10 14.3v.01",
};

/** An element of a drawing. Attributes are the page's own numbers and words; texts become text nodes. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) if (value !== null && value !== undefined) node.setAttribute(key, String(value));
  node.append(...present(children));
  return node;
}

/** A small line drawing, hidden from screen readers: the words belong on the control that holds it. */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 20 20", class: `icon icon-${name}`, "aria-hidden": "true" }, svg("path", { d: STROKES[name] }));
}

/** A button that shows only a drawing; `label` is what it is called. */
export function iconButton(name, label, heard, extra = {}) {
  return el("button.icon-button", { type: "button", "aria-label": label, title: label, on: { click: heard }, ...extra }, icon(name));
}
