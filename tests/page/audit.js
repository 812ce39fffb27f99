/* Run in the page by the tests: looks through what was made of texts. Answers what does not belong there. */
(() => {
  const ELEMENTS = new Set("a article b blockquote br button caption code dd del details div dl dt em figcaption figure h2 h3 hr img input label li ol p pre progress s section span strong summary sub sup table tbody td textarea th thead time tr u ul svg path line g text title circle rect".split(" "));
  const ATTRIBUTES = new Set("accept accesskey alt autocomplete autofocus checked class colspan cx cy d datetime disabled download fill for height hidden href id inputmode loading max maxlength min multiple name open placeholder pressed r rel role rows rx scope src start stroke-dasharray tabindex target text-anchor title transform type value viewBox width x x1 x2 y y1 y2".split(" "));
  const STYLE = /^(--(sign|bar|patch): #[0-9a-f]{3,8};\s*)*$/i;
  const LINK = /^(https?:|mailto:)/i;
  const OWN = /^([?#][^\s]*|\/(?![/\\])[^\s]*)$/;

  function wrongAttribute(node, { name, value }) {
    if (name === "style") return !STYLE.test(value);
    if (name === "href") return !OWN.test(value) && !LINK.test(value);
    if (name === "src") return !/^data:image\/(png|gif|jpeg|webp);base64,[a-z0-9+/=]+$/i.test(value) && new URL(value, location.href).origin !== location.origin;
    return !ATTRIBUTES.has(name) && !/^(aria|data)-[a-z-]+$/.test(name);
  }

  window.audit = (root) => {
    const found = [];
    for (const node of root.querySelectorAll("*")) {
      if (!ELEMENTS.has(node.localName)) found.push(`<${node.localName}>`);
      for (const attribute of node.attributes) if (wrongAttribute(node, attribute)) found.push(`<${node.localName} ${attribute.name}="${attribute.value}">`);
      if (node.localName === "a" && node.target === "_blank" && node.rel !== "noopener noreferrer") found.push("a link that leaks where it came from");
    }
    return found;
  };

  window.holder = (nodes) => {
    const root = document.createElement("div");
    root.append(...nodes);
    return root;
  };

  /** Text with line breaks as they are seen. */
  window.seen = (root) => {
    const copy = root.cloneNode(true);
    for (const line of copy.querySelectorAll("br")) line.replaceWith("\n");
    return copy.textContent;
  };

  /** A short notation of what was made: element names and addresses only. */
  window.drawn = (root) => [...root.childNodes].map((node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    const inner = window.drawn(node);
    if (node.localName === "br") return "\n";
    if (node.localName === "a") return `[${inner}](${node.getAttribute("href")})`;
    if (node.matches(".emoji, .mention, time, .dead-link")) return inner;
    return `{${node.localName} ${inner}}`;
  }).join("");
})();
