/** The channel browser: every channel this person may see, with its topic and people, to look into, join and leave. */

import { appOfBot, directory } from "./directory.js";
import { el, fill, icon, iconButton } from "./dom.js";
import { showDialog } from "./dialogs.js";
import { sharing } from "./badges.js";
import { spoken } from "./mrkdwn.js";
import { matching } from "./popover.js";
import { kindOf } from "./sidebar.js";

const FILTERS = [
  ["all", "All", () => true],
  ["mine", "Mine", (channel) => channel.is_member && !channel.is_archived],
  ["others", "Not joined", (channel) => !channel.is_member && !channel.is_archived],
  ["archived", "Archived", (channel) => channel.is_archived],
];

export function openBrowser(desk) {
  new Browser(desk).open();
}

class Browser {
  constructor(desk) {
    Object.assign(this, { desk, filter: "all" });
    this.box = el("input.input", { type: "search", placeholder: "Find a channel", "aria-label": "Find a channel", autocomplete: "off", on: { input: () => this.draw() } });
    this.chips = el("div.filter-chips", { role: "group", "aria-label": "Which channels" });
    this.list = el("ul.browser-list");
  }

  open() {
    const create = el("button.button", { type: "button", on: { click: () => (this.close(), this.desk.rooms.create()) } }, "Make a channel");
    this.dialog = el("dialog.dialog.browser", { "aria-label": "Channels" },
      el("div.dialog-head", {}, el("h2", {}, "Channels"), create, iconButton("close", "Close", () => this.close())),
      el("div.browser-top", {}, this.box, this.chips), this.list);
    this.draw();
    showDialog(this.dialog, () => this.close());
    this.box.focus();
  }

  close() {
    this.dialog.close();
    this.dialog.remove();
  }

  draw() {
    fill(this.chips, ...FILTERS.map(([key, words]) => el("button.filter-chip", { type: "button", "aria-pressed": String(this.filter === key), on: { click: () => ((this.filter = key), this.draw()) } }, words)));
    const wanted = FILTERS.find(([key]) => key === this.filter)[2];
    const channels = [...directory.channels.values()].filter((channel) => !channel.is_im && !channel.is_mpim && wanted(channel)).sort((a, b) => a.name.localeCompare(b.name));
    const items = matching(channels.map((channel) => ({ channel, words: `${channel.name} ${channel.topic?.value ?? ""} ${channel.purpose?.value ?? ""}` })), this.box.value);
    fill(this.list, ...items.map(({ channel }) => this.row(channel)), items.length ? null : el("li.pick-empty", {}, "No channel fits."));
  }

  row(channel) {
    const go = () => (this.close(), this.desk.openChannel(channel.id));
    const about = spoken(channel.topic?.value || channel.purpose?.value);
    const people = (channel.members ?? []).filter((id) => !appOfBot(id)).length;
    const words = [channel.is_archived ? "archived" : channel.is_member ? "joined" : "", `${people} ${people === 1 ? "person" : "people"}`].filter(Boolean).join(" · ");
    return el("li.browser-row", {}, el("button.browser-go", { type: "button", on: { click: go } }, icon(kindOf(channel)), el("span.browser-words", {}, el("span.browser-name", {}, channel.name, sharing(channel)), el("span.pick-hint", {}, [words, about].filter(Boolean).join(" · ")))), this.action(channel));
  }

  action(channel) {
    if (channel.is_archived || channel.is_general) return null;
    const [words, name] = channel.is_member ? ["Leave", "leave"] : ["Join", "join"];
    const press = async () => {
      await this.desk.rooms[name](channel.id);
      if (this.dialog.isConnected) this.draw();
    };
    return el("button.button", { type: "button", "aria-label": `${words} #${channel.name}`, on: { click: press } }, words);
  }
}
