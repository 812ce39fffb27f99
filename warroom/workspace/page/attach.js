/** The files about to be sent with a message: chosen, dropped or pasted, each with its description and how far it has gone. */

import { el, fill, icon, iconButton } from "./dom.js";
import { sizeWords } from "./files.js";
import { notice } from "./notices.js";
import { fileProblem } from "./upload.js";

const MOST = 10;
const SHOWN = /^image\/(png|jpeg|gif|webp)$/;

export class Tray {
  /** `changed()` is told when files come or go. */
  constructor({ changed }) {
    Object.assign(this, { changed, chosen: [], sending: false });
    this.node = el("ul.tray", { "aria-label": "Files to send", hidden: true });
    this.field = el("input.hidden-words", { type: "file", multiple: true, tabindex: "-1", "aria-hidden": "true", on: { change: () => (this.add(this.field.files), (this.field.value = "")) } });
  }

  choose() {
    this.field.click();
  }

  add(files) {
    for (const file of files) {
      const problem = this.chosen.length >= MOST ? `${MOST} files can be sent at once.` : fileProblem(file);
      if (problem) notice(problem, "warning");
      else this.chosen.push({ file, alt: "" });
    }
    this.draw();
  }

  /** Empties the tray and answers what was in it. */
  take() {
    const taken = this.chosen;
    this.chosen = [];
    return taken;
  }

  restore(files) {
    this.chosen = [...files, ...this.chosen];
    this.draw();
  }

  draw() {
    this.sending = false;
    this.node.hidden = !this.chosen.length;
    fill(this.node, ...this.chosen.map((one) => this.row(one)));
    this.changed();
  }

  row(one) {
    const { file } = one;
    const drop = () => ((this.chosen = this.chosen.filter((other) => other !== one)), this.draw());
    const alt = SHOWN.test(file.type) ? el("input.input.alt", { type: "text", maxlength: "1000", value: one.alt, placeholder: "Describe the picture", "aria-label": `Description of ${file.name}`, on: { input: (event) => (one.alt = event.target.value), keydown: (event) => event.key === "Enter" && event.preventDefault() } }) : null;
    return el("li.tray-file", {}, icon(SHOWN.test(file.type) ? "image" : "file"), el("span.tray-words", {}, el("span.tray-name", {}, file.name || "pasted"), el("span.file-kind", {}, sizeWords(file.size))), alt, iconButton("close", `Do not send ${file.name}`, drop));
  }

  /** Shows the files on their way. Answers the function that is told how far each has gone. */
  show(files) {
    this.sending = true;
    this.node.hidden = false;
    const bars = files.map(({ file }) => el("progress", { max: "1", value: 0, "aria-label": `Sending ${file.name}` }));
    fill(this.node, ...files.map(({ file }, index) => el("li.tray-file", {}, icon("file"), el("span.tray-words", {}, el("span.tray-name", {}, file.name), bars[index]))));
    return (index, part) => (bars[index].value = part);
  }
}
