/** Longer timers fire at once, in every engine. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
