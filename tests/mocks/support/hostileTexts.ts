import fc from 'fast-check';

/** Texts that mean something to a key, a pattern, a path, a script, a query or an object. */
export const HOSTILE_TEXTS = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '__defineGetter__'],
  ...[':', '*', '?', '[a-z]', '{tag}', 'a:b:meta', 'x:result:meta', '..', '../..', './', '/', '\\'],
  ...['%2f', '%2F..%2F', '%00', '%0d%0aSET x y', '%ff', '%', '%c0%ae', 'a%3Ameta', '+', ' ', '\t'],
  ...["'", '"', '`', "' OR '1'='1", "'; DROP TABLE containers; --", '$ids', '?1', '/* */', '\\x00'],
  ...['\n', '\r\nDEL a', '\u0000', 'a\u0000b', '\u2028', '\ufeff', '\ud800', 'ａ', '試測', '💥'],
  ...['<script>', '${1}', '#{1}', '{{1}}', 'redis.call("FLUSHALL")', 'x'.repeat(129)],
  'x'.repeat(5_000),
];

/** Any text, hostile ones and joined ones more often. */
export const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE_TEXTS),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: fc.constantFrom('a', ':', '*', '_', '-', '/', '%', '2', 'f', '\n', '.') }),
  fc.tuple(fc.constantFrom(...HOSTILE_TEXTS), fc.string()).map((parts) => parts.join('')),
);
