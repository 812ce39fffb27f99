/**
 * Sharing the connections between the windows of one browser.
 *
 * A browser opens six connections to one server, and every window that follows the stream keeps one: the seventh person at
 * the table would wait for ever. So once more than four windows follow, those out of sight let go until they are looked at.
 */

const NAME = "warroom-workspace-stream";
const MOST = 4;

export class Crowd {
  /** `pause()` is asked when this window should let go, `resume()` when it is looked at again. */
  constructor({ pause, resume }) {
    Object.assign(this, { pause, release: null, others: new BroadcastChannel(NAME) });
    this.others.addEventListener("message", () => this.makeRoom());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.makeRoom() : resume()));
  }

  /** This window follows the stream now; the others hear of it. */
  take() {
    if (this.release || !navigator.locks) return;
    navigator.locks.request(NAME, { mode: "shared" }, () => new Promise((resolve) => (this.release = resolve)));
    this.others.postMessage("one more");
  }

  give() {
    this.release?.();
    this.release = null;
  }

  async makeRoom() {
    if (!document.hidden || !navigator.locks) return;
    const { held } = await navigator.locks.query();
    if (document.hidden && held.filter(({ name }) => name === NAME).length > MOST) this.pause();
  }
}
