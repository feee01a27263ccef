/** A CSV text as its lines of fields: RFC 4180 to the letter, a character at a time. */
export function parseCsv(text: string): string[][] {
  const lines: string[][] = [];
  let fields: string[] = [];
  let i = 0;
  while (i < text.length) {
    let field = '';
    if (text[i] === '"') {
      for (i++; ; i++) {
        if (i >= text.length) throw new Error('a field does not end');
        if (text[i] !== '"') field += text[i];
        else if (text[i + 1] === '"') field += text[i++];
        else break;
      }
      i++;
    } else {
      while (i < text.length && !',\r\n"'.includes(text[i]!)) field += text[i++];
    }
    fields.push(field);
    if (text[i] === ',') {
      i++;
      continue;
    }
    if (text.slice(i, i + 2) !== '\r\n') throw new Error(`no end of a field at ${i}`);
    i += 2;
    lines.push(fields);
    fields = [];
  }
  if (fields.length > 0) throw new Error('the last line does not end');
  return lines;
}
