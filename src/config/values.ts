/** Seconds in a duration such as `90s`, `5m` or `1h30m`; undefined when it is none, or longer than a day. */
export function parseDuration(text: string): number | undefined {
  const match = /^(?:(\d{1,5})h)?(?:(\d{1,5})m)?(?:(\d{1,5})s)?$/.exec(text.trim());
  if (!match || text.trim() === '') return undefined;
  const [, hours, minutes, seconds] = match;
  const total = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  return total >= 1 && total <= 86_400 ? total : undefined;
}

/** A decimal number within [min, max]; undefined for anything else (NaN, infinity, hexadecimal). */
export function parseDecimal(text: string, range: { min: number; max: number }): number | undefined {
  if (!/^[-+]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[-+]?\d{1,3})?$/i.test(text.trim())) return undefined;
  const value = Number(text);
  return value >= range.min && value <= range.max ? value : undefined;
}

/** A whole number within [min, max], written in decimal digits (underscores between digits allowed). */
export function parseWhole(text: string, range: { min: number; max: number }): number | undefined {
  const digits = text.trim().replaceAll(/(?<=\d)_(?=\d)/g, '');
  if (!/^-?\d{1,16}$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) && value >= range.min && value <= range.max ? value : undefined;
}

/** One of the given words. */
export function parseChoice<const W extends string>(text: string, words: readonly W[]): W | undefined {
  return words.find((word) => word === text.trim());
}

/** `true` or `false`, as YAML 1.2 and action inputs spell them. */
export function parseFlag(text: string): boolean | undefined {
  const word = text.trim();
  if (['true', 'True', 'TRUE'].includes(word)) return true;
  return ['false', 'False', 'FALSE'].includes(word) ? false : undefined;
}

/** Names between commas; undefined when one of them is empty. */
export function parseList(text: string): readonly string[] | undefined {
  const items = text.split(',').map((item) => item.trim());
  return items.every((item) => item !== '') ? items : undefined;
}

/** True for a date such as 2027-01-31 that the calendar has. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
