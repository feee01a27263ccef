/** Work that stops now and then, well within a millisecond, so that whoever drives it may pause or leave it. */
export type Steps<T = void> = Generator<void, T, undefined>;
