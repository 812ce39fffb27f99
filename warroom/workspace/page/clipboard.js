/** Copying to the clipboard. */

/** Copies the text; answers whether the browser let it. */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
