/** Longer sentences of a server are cut: nobody reads them, and one of megabytes would stall the page. */
const MOST_CHARACTERS = 500;

/** A text of the wire as it may be shown or stand in a message. */
export function shortText(text: string, most = MOST_CHARACTERS): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
