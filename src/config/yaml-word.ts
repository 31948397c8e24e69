import { oneLine } from '../errors.ts';

/** A YAML scalar: plain where nothing can be misread, quoted otherwise. */
export function word(text: string): string {
  const plain = /^[A-Za-z_][\w./-]*$/.test(text) && !/^(y|n|yes|no|on|off|true|false|null)$/i.test(text);
  return plain ? text : JSON.stringify(text);
}

/** Some of the names for a comment, the rest counted. */
export function listed(names: readonly string[], most = 8): string {
  const some = names.slice(0, most).map((name) => oneLine(word(name), 60));
  return `${some.join(', ')}${names.length > most ? ` and ${names.length - most} more` : ''}`;
}

/** A line of YAML and why it says so: what a person is to read and to correct. */
export function guessed(line: string, why: string): string {
  return why === '' ? line : `${line} # ${why}`;
}
