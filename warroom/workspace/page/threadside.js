/** The thread at the side: its messages, and a box to reply, alone or to the channel as well. */

import { writeAddress } from "./address.js";
import { ask } from "./api.js";
import { Composer } from "./composer.js";
import { channelOf, directory, signedTitle } from "./directory.js";
import { el, fill, iconButton } from "./dom.js";
import { Pane } from "./pane.js";

export class ThreadSide {
  constructor(node, desk) {
    Object.assign(this, { node, desk });
    this.layout = document.getElementById("layout");
    this.pane = new Pane({ label: "Thread", inThread: true });
    this.also = el("input", { type: "checkbox", name: "broadcast" });
    this.alsoLine = el("label.choice.also", {}, this.also, el("span.choice-words"));
    this.composer = new Composer({
      label: "Reply", desk, inThread: true, editLast: () => desk.deeds.editLast(this.pane), extra: this.alsoLine, send: (text, files, progress) => this.say(text, files, progress),
    });
    this.composer.takeDropsOn(node);
  }

  async say(text, files, progress) {
    const taken = await this.desk.deeds.say(text, { files, progress, thread: this.desk.place.thread, broadcast: this.also.checked });
    if (taken) this.also.checked = false;
    return taken;
  }

  async open(ts) {
    const { desk } = this;
    desk.place.thread = ts;
    writeAddress({ as: directory.me.id, ...desk.place }, true);
    await desk.guarded(() => this.show(ts));
    if (!matchMedia("(hover: none)").matches) this.composer.focus();
  }

  async show(ts, { keepPlace = false } = {}) {
    const { desk } = this;
    const as = directory.me.id;
    const { channel } = desk.place;
    this.pane.expect();
    const { messages } = await ask("messages", { as, channel, thread_ts: ts });
    if (desk.place.thread !== ts || desk.place.channel !== channel || as !== directory.me.id) return;
    const kept = keepPlace && !this.node.hidden;
    if (!kept) fill(this.node, this.head(), this.pane.node, this.foot());
    this.node.hidden = false;
    this.layout.classList.add("with-thread");
    this.pane.show(messages.filter((message) => !desk.deeds.isDismissed(channel, message.ts)), { desk, channelId: channel, keepPlace: kept });
  }

  head() {
    return el("div.thread-head", {}, iconButton("back", "Back to the channel", () => this.close(), { class: "thread-back" }),
      el("div", {}, el("h2", {}, "Thread"), el("p.topic", {}, signedTitle(channelOf(this.desk.place.channel)))), iconButton("close", "Close the thread", () => this.close(), { class: "thread-close" }));
  }

  foot() {
    const channel = channelOf(this.desk.place.channel);
    if (channel.is_archived || !channel.is_member) return null;
    this.alsoLine.lastChild.textContent = channel.is_im ? "Also send as a direct message" : `Also send to ${signedTitle(channel)}`;
    this.also.checked = false;
    this.composer.attend(`${channel.id}:${this.desk.place.thread}`, "Reply in this thread");
    return this.composer.node;
  }

  close({ step = true } = {}) {
    if (this.node.hidden) return;
    const { desk } = this;
    const { thread } = desk.place;
    desk.place.thread = null;
    this.node.hidden = true;
    this.layout.classList.remove("with-thread");
    if (step) writeAddress({ as: directory.me.id, ...desk.place }, true);
    if (step && thread) desk.pane.rows.get(thread)?.node.querySelector("[data-act=thread]")?.focus({ preventScroll: true });
  }
}
