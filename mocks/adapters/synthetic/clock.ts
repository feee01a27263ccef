/** Seconds of a day. */
export const DAY = 86_400;
/** The first day of the factory's detections, 2025-09-01, in seconds since 1970. */
export const FIRST_DAY = Date.UTC(2025, 8, 1) / 1000;
/** The days of the factory's detections: to 2026-02-27, the last one included. */
export const DAYS = 180;
/** When the factory stands still: what is open then stays open. */
export const END_OF_TIME = FIRST_DAY + DAYS * DAY;

const TWO_DIGITS = Array.from({ length: 60 }, (_, n) => String(n).padStart(2, '0'));
const MINUTES = Array.from(
  { length: 1440 },
  (_, n) => ` ${TWO_DIGITS[Math.floor(n / 60)]}:${TWO_DIGITS[n % 60]}:`,
);
// Rows name far more times than there are days, and Date is slow.
const dayTexts = new Map<number, string>();

/** YYYY-MM-DD of a time in seconds since 1970. */
export function formatDay(seconds: number): string {
  const day = Math.floor(seconds / DAY);
  let text = dayTexts.get(day);
  if (text === undefined) {
    text = new Date(day * DAY * 1000).toISOString().slice(0, 10);
    dayTexts.set(day, text);
  }
  return text;
}

/** YYYY-MM-DD HH:MM:SS of a time in whole seconds since 1970. */
export function formatTime(seconds: number): string {
  const second = seconds % DAY;
  return `${formatDay(seconds)}${MINUTES[Math.floor(second / 60)]}${TWO_DIGITS[second % 60]}`;
}
