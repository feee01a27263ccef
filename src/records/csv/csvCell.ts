import { plainText } from '../plainText.js';

/** Most texts of a trace: nothing in them needs quotes, and none begins a formula. */
const PLAIN = /^[A-Za-z0-9_](?:[\w .:/()+-]*[\w)])?$/;
/**
 * What a spreadsheet may take for a formula (OWASP, CSV Injection): `=`, `+`, `-` and `@`, full-width
 * and small forms and the minus sign included, also behind what programs skip or take off, which is
 * white space, invisible characters and quotes; and a tab or a line end in front.
 */
const FORMULA = /^[\s\p{C}"'`´‘’“”„«»＂＇]*[=+\-@＝＋－＠﹦﹢﹣﹫−]|^[\t\r\n]/u;
/** Separators of any country, quotes, and what may be taken for the end of a line. */
const QUOTED = /[",;|\p{C}\p{Zl}\p{Zp}]|^\s|\s$/u;

/** A text as a field (RFC 4180), with `'` in front where a spreadsheet would reckon with it. */
export function csvText(text: string): string {
  if (PLAIN.test(text)) return text;
  if (FORMULA.test(text)) return quoted(`'${text}`);
  return QUOTED.test(text) ? quoted(text) : text;
}

/** A value of a table as a field; null and absent are empty. Numbers stay numbers, below zero too. */
export function csvCell(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' ? String(value) : csvText(plainText(value));
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
