/** An app's Home tab: a surface of its own, which the app may publish anew at any time. */

import { blockNodes } from "./blocks.js";
import { directory } from "./directory.js";
import { el, fill } from "./dom.js";
import { Values } from "./values.js";

export class Home {
  constructor() {
    this.node = el("div.home", { tabindex: "-1" });
    this.values = new Map();
  }

  draw(app, view) {
    const scroll = this.appId === app.app_id ? this.node.scrollTop : 0;
    const focus = this.node.contains(document.activeElement) ? document.activeElement.dataset.press : null;
    this.appId = app.app_id;
    fill(this.node, el("div.home-page", {}, ...(view ? blockNodes(view.blocks, this.surface(view)) : [nothing(app)])));
    this.node.scrollTop = scroll;
    if (focus) this.node.querySelector(`[data-press="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
  }

  surface(view) {
    const key = `${directory.me.id}:${view.id}`;
    if (!this.values.has(key)) this.values.set(key, new Values());
    const values = this.values.get(key);
    return { key: `h:${key}`, values, target: { view_id: view.id }, state: () => values.state(view.blocks) };
  }
}

function nothing(app) {
  return el("p.nothing", {}, `${app.name} has not published a Home tab for you yet.`);
}
