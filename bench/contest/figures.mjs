const SMALL = 100;

export function median(numbers) {
  const sorted = numbers.slice().sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function rounded(number) {
  const digits = Math.abs(number) < SMALL ? 1 : 0;
  return number.toLocaleString('en-US', { maximumFractionDigits: digits });
}

/** The median of the figures with their range; what is no number is told as it is. */
export function summary(figures) {
  const numbers = figures.filter((figure) => typeof figure === 'number');
  const others = [...new Set(figures.filter((figure) => typeof figure === 'string'))];
  if (numbers.length === 0) return others.join('; ') || '–';
  const range = `${rounded(Math.min(...numbers))}–${rounded(Math.max(...numbers))}`;
  const shown = numbers.length > 1 ? `${rounded(median(numbers))} (${range})` : rounded(numbers[0]);
  return [shown, ...others].join('; ');
}

/** The figures of one contender. */
export function figuresOf(runs, contender, name) {
  return runs.filter((run) => run.contender === contender).map((run) => run[name]);
}

/** Median of `a` over median of `b`, both of the same rounds; null where one has none. */
export function ratio(runs, name, a, b) {
  const [over, under] = [a, b].map((contender) =>
    figuresOf(runs, contender, name).filter((figure) => typeof figure === 'number'),
  );
  if (over.length === 0 || under.length === 0) return null;
  return Math.round((median(over) / median(under)) * 100) / 100;
}

/**
 * A table with a row for each contender: `columns` maps headings to names of figures.
 * @param {string} title
 */
export function contenderTable(title, runs, contenders, columns) {
  const rows = contenders.map((contender) => [
    contender,
    ...Object.values(columns).map((name) => summary(figuresOf(runs, contender, name))),
  ]);
  return { title, heading: ['', ...Object.keys(columns)], rows };
}

/** A table as Markdown. */
export function toMarkdown({ title, heading, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const rule = heading.map(() => '---');
  return [`## ${title}`, '', line(heading), line(rule), ...rows.map(line), ''].join('\n');
}
