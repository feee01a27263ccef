/** Work that stops well within a millisecond, so that whoever drives it may pause or leave it. */
export type Steps<T = void> = Generator<void, T, undefined>;

/** Rows between two stops of a loop that takes a few nanoseconds a row. */
export const STEP_ROWS = 1 << 14;
