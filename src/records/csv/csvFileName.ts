const MOST_CHARACTERS = 80;
/** What a file of any system may not be called, and what would hide its end. */
const NOT_IN_NAMES = /[\\/:*?"<>|\p{C}]+/gu;

/** `NAME-YYYYMMDD-HHMMSS.csv`; a file without all rows says so in its name. */
export function csvFileName(name: string, isWhole: boolean, now: Date): string {
  const clean = name
    .replaceAll(NOT_IN_NAMES, '_')
    .slice(0, MOST_CHARACTERS)
    .replace(/^[.\s]+|[.\s]+$/g, '');
  const two = (value: number) => String(value).padStart(2, '0');
  const date = `${now.getFullYear()}${two(now.getMonth() + 1)}${two(now.getDate())}`;
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('');
  return `${clean || 'rows'}-${date}-${time}${isWhole ? '' : '-incomplete'}.csv`;
}
