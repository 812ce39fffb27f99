/** Ctrl+K: going to any channel, person or app by typing a few letters. */

import { avatar } from "./avatar.js";
import { personHint } from "./badges.js";
import { appOfBot, appOfChannel, directory, nameOf, personOf, players, titleOf } from "./directory.js";
import { el, icon } from "./dom.js";
import { showDialog } from "./dialogs.js";
import { spoken } from "./mrkdwn.js";
import { matching, PickList } from "./popover.js";
import { kindOf } from "./sidebar.js";

let shown = null;

/** Opens the dialog. */
export function openSwitcher(desk) {
  if (shown) return;
  const list = new PickList({ label: "Places", picked: (item) => (leave(), item.go()) });
  const items = [...channelItems(desk), ...appItems(desk), ...peopleItems(desk), ...workspaceItems(desk)];
  const box = el("input.switch-box", {
    type: "text", role: "combobox", placeholder: "Go to a channel, a person, an app…", "aria-label": "Go to",
    "aria-controls": list.id, "aria-expanded": "true", "aria-autocomplete": "list", autocomplete: "off",
    on: { input: () => list.show(matching(items, box.value.replace(/^[#@]/, "")).slice(0, 30)) },
  });
  list.drivenBy(box);
  list.show(items.slice(0, 30));
  const outside = (event) => event.target === dialog && leave();
  const dialog = el("dialog.dialog.switcher", { "aria-label": "Go to", on: { click: outside } }, el("div.switch-inner", {}, box, list.node, el("p.switch-help", {}, "↑ ↓ to move, Enter to go, Escape to close")));
  shown = dialog;
  showDialog(dialog, leave);
  box.focus();
}

function leave() {
  shown?.close();
  shown?.remove();
  shown = null;
}

const PARTS = [["apps", "apps and tokens"], ["faults", "faults and rate limits"], ["people", "people and channels"], ["over", "start over"]];

function workspaceItems(desk) {
  return PARTS.map(([part, words]) => ({ label: `Workspace: ${words}`, words: `workspace ${directory.team.name} ${words}`, lead: icon("bolt"), go: () => desk.openWorkspace(part) }));
}

function channelItems(desk) {
  const named = [...directory.channels.values()].filter((channel) => !channel.is_im || (!appOfChannel(channel) && !channel.user));
  const order = (channel) => (channel.mentions ? 0 : channel.unread ? 1 : channel.is_member ? 2 : 3);
  return named.sort((a, b) => order(a) - order(b)).map((channel) => ({
    label: titleOf(channel), words: titleOf(channel), lead: icon(kindOf(channel)), go: () => desk.openChannel(channel.id),
    hint: [channel.unread ? `${channel.unread} unread` : "", channel.is_member ? "" : "not joined", spoken(channel.topic?.value)].filter(Boolean).join(" · "),
  }));
}

function appItems(desk) {
  return [...directory.apps.values()].map((app) => ({ label: app.name, hint: "app", words: `${app.name} app`, lead: avatar(personOf(app.bot_user_id)?.avatar ?? { emoji: ":robot_face:" }, "small"), go: () => desk.openApp(app.app_id) }));
}

function peopleItems(desk) {
  return players().filter((person) => person.id !== directory.me.id && !appOfBot(person.id)).map((person) => ({
    label: nameOf(person.id), words: `${nameOf(person.id)} ${person.name} ${person.role ?? ""}`, hint: personHint(person) || person.name, lead: avatar(person.avatar, "small"), go: () => desk.openPeople([person.id]),
  }));
}
