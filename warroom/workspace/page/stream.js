/** What happens in the workspace, as it happens: one stream per person, opened again after a drop. */

const AGAIN_MS = 1500;

export class Stream {
  /** `opened()` is told on every (re)connection: whatever was missed must then be fetched. `lost()` is told on a drop. */
  constructor({ heard, opened, lost }) {
    Object.assign(this, { heard, opened, lost, source: null, timer: null });
  }

  /** Listens as this person, and no longer as the one before. */
  follow(personId) {
    this.stop();
    this.source = new EventSource(`/local/stream?as=${encodeURIComponent(personId)}`);
    this.source.addEventListener("open", () => this.opened());
    this.source.addEventListener("message", (event) => this.heard(JSON.parse(event.data)));
    this.source.addEventListener("error", () => this.dropped(personId));
  }

  /** The browser reconnects by itself unless the server answered something else than a stream. */
  dropped(personId) {
    this.lost();
    if (this.source.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.follow(personId), AGAIN_MS);
  }

  stop() {
    clearTimeout(this.timer);
    this.source?.close();
  }
}
