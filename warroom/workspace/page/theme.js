/** Light or dark: as the system says, or as this browser was told. */

const KEPT = "warroom-workspace-theme";
const ORDER = ["system", "light", "dark"];

export const THEME_WORDS = { system: ["half", "as the system"], light: ["sun", "light"], dark: ["moon", "dark"] };

/** The chosen theme: "system", "light" or "dark". */
export function theme() {
  const kept = localStorage.getItem(KEPT);
  return ORDER.includes(kept) ? kept : "system";
}

/** Takes the next theme in turn and answers it. */
export function nextTheme() {
  const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length];
  localStorage.setItem(KEPT, next);
  applyTheme();
  return next;
}

export function applyTheme() {
  document.documentElement.dataset.theme = theme();
}

window.addEventListener("storage", (event) => event.key === KEPT && applyTheme());
applyTheme();
