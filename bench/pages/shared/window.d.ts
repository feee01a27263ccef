interface Window {
  /** What the driver of the contest asks the page for. */
  bench: Record<string, (...args: never[]) => unknown>;
}
