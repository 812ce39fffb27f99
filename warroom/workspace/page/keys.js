/** The keys that work everywhere, and the sheet that tells of them. */

import { showDialog } from "./dialogs.js";
import { el, iconButton } from "./dom.js";
import { closePopover } from "./popover.js";

const KEYS = [
  ["Anywhere", [
    [["Ctrl", "K"], "go to a channel, a person or an app"],
    [["Ctrl", "Shift", "L"], "browse all channels"],
    [["Ctrl", ","], "the workspace: apps, faults, people, start over"],
    [["Alt", "↑"], "the channel above"],
    [["Alt", "↓"], "the channel below"],
    [["Alt", "Shift", "↓"], "the next channel with something unread"],
    [["Escape"], "close what is open, else mark this channel as read"],
    [["Shift", "Escape"], "mark everything as read"],
    [["Ctrl", "/"], "this sheet"],
  ]],
  ["Writing", [
    [["Enter"], "send"],
    [["Shift", "Enter"], "a new line"],
    [["↑"], "edit your last message, in an empty box"],
    [["/"], "commands"],
    [["@"], "people"],
    [["#"], "channels"],
    [[":"], "emoji"],
    [["Ctrl", "U"], "attach files"],
  ]],
  ["On a message (Tab to it, then)", [
    [["↑", "↓"], "the message before or after"],
    [["R"], "react"],
    [["T"], "reply in its thread"],
    [["E"], "edit it"],
    [["P"], "pin or unpin it"],
    [["L"], "copy its link"],
    [["M"], "all that can be done with it"],
    [["Delete"], "delete it"],
  ]],
];

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const named = (key) => (MAC ? ({ Ctrl: "⌘", Alt: "⌥", Shift: "⇧" }[key] ?? key) : key);

/** Shows the sheet of keys. */
export function openKeys() {
  if (document.querySelector("dialog.keys")) return;
  const close = () => (dialog.close(), dialog.remove());
  const row = ([keys, words]) => el("div.key-row", {}, el("dt", {}, ...keys.map((key) => el("kbd", {}, named(key)))), el("dd", {}, words));
  const part = ([title, rows]) => el("section", {}, el("h3", {}, title), el("dl", {}, ...rows.map(row)));
  const dialog = el("dialog.dialog.keys", { "aria-label": "Keys" }, el("div.dialog-head", {}, el("h2", {}, "Keys"), iconButton("close", "Close", close)), el("div.keys-body", {}, ...KEYS.map(part)));
  showDialog(dialog, close);
}

/** Hears the keys for a desk. */
export function listenForKeys(desk) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const act = meant(event, desk);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function meant(event, desk) {
  const command = (event.ctrlKey || event.metaKey) && !event.altKey;
  const key = event.key.toLowerCase();
  if (command && !event.shiftKey && key === "k") return () => desk.modals.top || desk.findPlace();
  if (document.querySelector("dialog[open]")) return null;
  if (command && key === "/") return openKeys;
  if (command && event.shiftKey && key === "l") return () => desk.rooms.browse();
  if (command && !event.shiftKey && key === "u") return () => (document.getElementById("thread").contains(document.activeElement) ? desk.side.composer : desk.composer).choose();
  if (command && key === ",") return () => desk.openWorkspace();
  if (event.key === "?" && !isTyping(event.target)) return openKeys;
  if (event.altKey && !command && (event.key === "ArrowUp" || event.key === "ArrowDown")) return () => desk.sidebar.step(event.key === "ArrowUp" ? -1 : 1, event.shiftKey);
  if (event.key === "Escape") return event.shiftKey ? () => desk.readAll() : () => escape(desk);
  return null;
}

function isTyping(target) {
  return Boolean(target.closest?.("input, textarea, [contenteditable]"));
}

/** Escape closes the innermost thing that is open, else goes to the end, which marks the channel as read; dialogs hear it first. */
function escape(desk) {
  if (closePopover() || desk.closeDrawer()) return;
  if (desk.inspecting() && document.getElementById("inspector").contains(document.activeElement)) desk.toggleInspector();
  else if (desk.place.thread) desk.side.close();
  else {
    desk.pane.forgetNew();
    desk.pane.toEnd();
  }
}
