/** Containers of the factory that runs in the page. */
export const IN_PAGE_CONTAINERS = 5_000;
/** Containers of the trace that once brought a server down. */
export const SERVER_CONTAINERS = 114_892;

/** The days that the synthetic factory knows. */
export const FIRST_DAY = '2025-09-01';
export const LAST_DAY = '2026-02-27';
