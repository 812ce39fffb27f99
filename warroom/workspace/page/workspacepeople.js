/** Who is there, and who may use a channel. */

import { tell } from "./api.js";
import { avatar } from "./avatar.js";
import { personHint, standing } from "./badges.js";
import { appOfBot, channelOf, directory, players } from "./directory.js";
import { el, fill, icon } from "./dom.js";
import { field, menuBox, redraw, smallForm, textBox, tickBox } from "./smallforms.js";

const GUESTS = [["", "member"], ["multi", "guest of several channels"], ["single", "guest of one channel"]];
const RULES = [["read_only", "Only administrators post"], ["thread_only", "Others post in threads only"], ["no_threads", "Only administrators answer in threads"]];
const COMPANIES = "workspace-companies";

export class PeoplePart {
  title = "People and channels";

  constructor(dialog) {
    this.dialog = dialog;
    this.people = el("ul.workspace-rows", { "aria-label": "People" });
    this.companies = el("datalist", { id: COMPANIES });
    this.channel = menuBox("workspace-channel", "channel", [], { on: { change: () => this.draw() } });
    this.about = el("div.small-fields");
    this.adder = this.personForm();
    this.node = el("div.workspace-part", {}, this.companies,
      el("section", {}, el("h3", {}, "People"), this.people, el("details.fold", {}, el("summary", {}, icon("chevron"), "Add a person"), this.adder)),
      el("section", {}, el("h3", {}, "Who may use a channel"), field("Channel", this.channel, "Those that the person sees whom you are now."), this.about));
  }

  look() {
    this.draw();
  }

  draw() {
    const everybody = [...directory.people.values()].filter((person) => !person.is_bot && !appOfBot(person.id));
    redraw(this.people, [everybody, directory.me.id], () => everybody.map((person) => this.row(person)));
    const companies = [...new Set(everybody.filter((person) => person.is_stranger).map((person) => person.team_name))];
    redraw(this.companies, companies, () => companies.map((value) => el("option", { value })));
    this.drawChannel();
  }

  row(person) {
    const name = person.real_name || person.name;
    const me = person.id === directory.me.id;
    const last = !person.deleted && players().length === 1;
    const words = person.deleted ? "Bring back" : "Deactivate";
    const turn = () => this.dialog.attempt(() => this.change(person), person.deleted ? `${name} is back.` : `${name} is deactivated.`);
    return el("li", { class: person.deleted ? "gone" : "" }, avatar(person.avatar, "small"),
      el("span.browser-words", {}, el("span.browser-name", {}, name, me ? " (you)" : "", standing(person), person.deleted ? el("span.badge", {}, "deactivated") : null), el("span.pick-hint", {}, [`@${person.name}`, personHint({ ...person, is_stranger: false, is_restricted: false, is_ultra_restricted: false })].filter(Boolean).join(" · "))),
      el("button.button", { type: "button", disabled: last, title: last ? "Somebody must be left to be." : null, "aria-label": `${words} ${name}`, data: { act: `turn-${person.id}` }, on: { click: turn } }, words));
  }

  async change(person) {
    const answer = await tell("person", { name: person.name, deleted: !person.deleted });
    directory.people.set(answer.person.id, answer.person);
  }

  personForm() {
    const box = (name, label, extra = {}, hint = null) => field(label, textBox(`workspace-person-${name}`, name, extra), hint);
    const form = smallForm({
      label: "Add a person", done: "Add", save: async (data) => {
        const given = [...data].map(([name, value]) => [name, value.trim()]).filter(([, value]) => value);
        const known = [...directory.people.values()].some((person) => person.name === data.get("name").trim());
        if (known) throw Object.assign(new Error(`@${data.get("name").trim()} is there already.`), { code: "name_taken" });
        const { person } = await tell("person", Object.fromEntries(given));
        directory.people.set(person.id, person);
        form.reset();
        form.querySelector("input").focus();
        this.draw();
        this.dialog.say(`${person.real_name || person.name} is here.`);
      },
      fields: [
        el("div.small-pair", {}, box("name", "Handle", { required: true, pattern: "[a-z0-9._\\-]+", maxlength: "80", title: "lower-case letters, digits, dots, - and _", placeholder: "zoe" }), box("real_name", "Full name", { placeholder: "Zoe Adler" })),
        el("div.small-pair", {}, box("role", "Role", { placeholder: "Responder" }), field("Standing", menuBox("workspace-person-guest", "guest", GUESTS))),
        box("company", "Company", { list: COMPANIES, placeholder: "this one" }, "Somebody of another company sees only channels shared with it."),
      ],
    });
    return form;
  }

  // --- a channel ---

  drawChannel() {
    const named = [...directory.channels.values()].filter((channel) => !channel.is_im && !channel.is_mpim && !channel.is_archived).sort((a, b) => a.name.localeCompare(b.name));
    const before = this.channel.value;
    redraw(this.channel, named.map(({ id, name }) => [id, name]), () => named.map(({ id, name }) => el("option", { value: id }, `#${name}`)));
    if (named.some(({ id }) => id === before)) this.channel.value = before;
    const channel = channelOf(this.channel.value);
    if (!channel) return void fill(this.about);
    redraw(this.about, [channel.id, channel.shared_with ?? [], channel.rules ?? []], () => [this.sharing(channel), this.rules(channel)]);
  }

  async tellChannel(channel, change) {
    await tell("channel", { channel: channel.id, ...change });
    await this.dialog.desk.refreshChannels();
    this.draw();
  }

  sharing(channel) {
    const company = textBox("workspace-company", "company", { required: true, list: COMPANIES, placeholder: "Vendor Inc" });
    const end = ({ name }) => this.dialog.attempt(() => this.tellChannel(channel, { unshare: name }), `#${channel.name} is no longer shared with ${name}.`);
    const row = (partner) => el("li", {}, el("span.browser-words", {}, partner.name), el("button.button", { type: "button", "aria-label": `Stop sharing with ${partner.name}`, data: { act: `unshare-${partner.id}` }, on: { click: () => end(partner) } }, "Stop sharing"));
    const form = smallForm({
      label: "Share it", done: "Share", kind: "plain", fields: [field("Share it with a company", company)],
      save: async (data) => {
        const name = data.get("company").trim();
        await this.tellChannel(channel, { share_with: name });
        this.about.querySelector("#workspace-company")?.focus();
        this.dialog.say(`#${channel.name} is shared with ${name}.`);
      },
    });
    return [channel.shared_with?.length ? el("ul.workspace-rows", { "aria-label": "Shared with" }, ...channel.shared_with.map(row)) : null, form];
  }

  rules(channel) {
    return smallForm({
      label: "Rules", done: "Set the rules", kind: "plain",
      fields: [el("fieldset.small-set", {}, el("legend.label", {}, "Rules"), ...RULES.map(([rule, words]) => tickBox("rules", words, { value: rule, checked: channel.rules?.includes(rule) ?? false })))],
      save: async (data) => {
        await this.tellChannel(channel, { rules: data.getAll("rules") });
        this.about.querySelector("form[aria-label=Rules] button")?.focus();
        this.dialog.say(`The rules of #${channel.name} are set.`);
      },
    });
  }
}
