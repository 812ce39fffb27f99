/** What happens in the workspace, as it happens: one stream per person, opened again after a drop. */

import { Crowd } from "./crowd.js";

const AGAIN_MS = 1500;

export class Stream {
  /**
   * `opened()` is told on every (re)connection: whatever was missed must then be fetched. `lost()` is told on a drop, and
   * `refused(person)` decides a moment after the server would not stream to this person, who may be gone.
   */
  constructor({ heard, opened, lost, refused }) {
    Object.assign(this, { heard, opened, lost, refused, source: null, timer: null, person: null });
    this.crowd = new Crowd({ pause: () => this.stop(), resume: () => this.resume() });
  }

  /** Listens as this person, and no longer as the one before. */
  follow(personId) {
    this.stop();
    this.person = personId;
    this.crowd.take();
    this.source = new EventSource(`/local/stream?as=${encodeURIComponent(personId)}`);
    this.source.addEventListener("open", () => this.opened());
    this.source.addEventListener("message", (event) => this.heard(JSON.parse(event.data)));
    this.source.addEventListener("error", () => this.dropped(personId));
  }

  /** The browser reconnects by itself unless the server answered something else than a stream. */
  dropped(personId) {
    if (!this.source) return;
    this.lost();
    if (this.source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refused(personId), AGAIN_MS);
  }

  /** Looked at again: what was missed is fetched once the stream is open. */
  resume() {
    if (this.person && !this.source) this.follow(this.person);
  }

  stop() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
    this.crowd.give();
  }
}
