/** Sending files to the workspace: it is told of them, takes the bytes one file after another, and then is told that all are there. */

import { Refusal, NO_ANSWER, tell } from "./api.js";
import { directory } from "./directory.js";

const LARGEST = 20 * 1024 * 1024;

/** What is wrong with a file before anything is sent, in a sentence, or null. */
export function fileProblem(file) {
  if (!file.size) return `${file.name} is empty.`;
  return file.size > LARGEST ? `${file.name} is larger than 20 MiB, which is the most the local workspace takes.` : null;
}

/**
 * Uploads `[{file, alt}]` and shares them: `where` is `{channel, thread_ts?, text?, broadcast?}`, or `{}` for a file input.
 * `progress(index, part)` hears how much of each has gone, from 0 to 1. Answers the files as Slack draws them.
 */
export async function share(chosen, where, progress = () => {}) {
  const as = directory.me.id;
  const files = chosen.map(({ file, alt }) => ({ name: file.name || "pasted", size: file.size, alt_txt: alt ?? "", mimetype: file.type }));
  const { files: places } = await tell("upload", { as, ...where, files });
  for (const [index, { upload_url: address }] of places.entries()) await send(address, chosen[index].file, (part) => progress(index, part));
  const answer = await tell("upload/complete", { as, ...where, files: places.map(({ id }) => id) });
  return answer.files;
}

function send(address, file, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 0));
    request.addEventListener("load", () => {
      progress(1);
      if (request.status === 200) resolve();
      else reject(new Refusal("upload_failed", `${file.name} could not be sent: ${request.responseText || request.status}`));
    });
    request.addEventListener("error", () => reject(new Refusal("no_answer", NO_ANSWER)));
    request.send(file);
  });
}
