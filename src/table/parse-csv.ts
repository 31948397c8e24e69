/**
 * Records of a small piece of delimited text, quotes honoured (RFC 4180); for looking at the beginning of a file only.
 * Blank lines are skipped.
 */
export function parseCsv(text: string, delimiter: string, quote: '"' | ''): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let field = '';
  let at = 0;
  const endField = () => {
    record.push(field.trim());
    field = '';
  };
  const endRecord = () => {
    endField();
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  };
  while (at < text.length) {
    const char = text[at]!;
    if (quote && char === quote && field.trim() === '') {
      field = '';
      at += 1;
      while (at < text.length && !(text[at] === quote && text[at + 1] !== quote)) {
        if (text[at] === quote) at += 1;
        field += text[at] ?? '';
        at += 1;
      }
    } else if (char === delimiter) endField();
    else if (char === '\n') endRecord();
    else field += char;
    at += 1;
  }
  if (field !== '' || record.length > 0) endRecord();
  return records;
}
