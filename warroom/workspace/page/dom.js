/**
 * The one place where elements are made.
 *
 * Whatever a person or an app wrote enters the page as a text node or as an attribute set here, so it can never become
 * markup. Addresses pass `safeUrl`: anything but http, https, an image in a data: address or a place on this page is dropped.
 */

const SVG = "http://www.w3.org/2000/svg";

const OWN_PLACE = /^[?#][^\s]*$|^\/(?![/\\])[^\s]*$/;
const DATA_IMAGE = /^data:image\/(?:png|gif|jpeg|webp);base64,[a-z0-9+/=]+$/i;

/** The address if it may be followed, else null. Only http and https lead away from this page. */
export function safeUrl(address) {
  const text = String(address ?? "").trim();
  if (OWN_PLACE.test(text)) return text;
  try {
    const url = new URL(text);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
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
  if (url === null) return el("span.dead-link", { title: "This address is not http or https, so it is not a link." }, ...label);
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
  alert: "M10 3.5 2.5 16.5h15zM10 8.5v3.5M10 14.3v.01",
};

/** A small line drawing, hidden from screen readers: the words belong on the control that holds it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", STROKES[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only a drawing; `label` is what it is called. */
export function iconButton(name, label, heard, extra = {}) {
  return el("button.icon-button", { type: "button", "aria-label": label, title: label, on: { click: heard }, ...extra }, icon(name));
}
