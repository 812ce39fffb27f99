/** Calls to the workspace's control API. A refusal is thrown with a code for the program and a sentence for the person. */

export const NO_ANSWER = "The local workspace does not answer. Is it still running?";

export class Refusal extends Error {
  constructor(code, sentence) {
    super(sentence);
    this.code = code;
  }
}

/** GET /local/<name>; answers the JSON body, or throws a Refusal. */
export async function ask(name, params = {}) {
  return answerOf(`/local/${name}?${new URLSearchParams(params)}`, {});
}

/** POST /local/<name>; answers the JSON body, or throws a Refusal. */
export async function tell(name, body) {
  const headers = { "Content-Type": "application/json" };
  return answerOf(`/local/${name}`, { method: "POST", headers, body: JSON.stringify(body) });
}

async function answerOf(path, options) {
  let body;
  try {
    const response = await fetch(path, { ...options, credentials: "same-origin", cache: "no-store" });
    body = await response.json();
  } catch {
    throw new Refusal("no_answer", NO_ANSWER);
  }
  if (!body.ok) throw new Refusal(body.error ?? "unknown", body.sentence ?? wordsFor(body.error));
  return body;
}

function wordsFor(code) {
  return `The workspace refused this (${code ?? "no reason given"}).`;
}
