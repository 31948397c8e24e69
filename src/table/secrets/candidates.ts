import { hash32, uniformAt } from '../../tensor/random.ts';

/** The part of a secret that is ranked: from `start` of the secret, before the first letter that is no fixed form. */
export interface Ranked {
  /** What stands before it inside of the secret: the form that everyone knows. */
  readonly form: string;
  readonly text: string;
}

/** Characters that are ranked: beyond them the ranks say no more. */
const LONGEST = 16;
const FORMS: readonly RegExp[] = [
  /^-----BEGIN[^\n]{0,40}-----\s*/,
  /^[a-z][a-z0-9+]{1,20}:\/\/[^:@/\s]{0,100}:/i,
  /^(?:AKIA|ASIA|AIza|SG\.|[A-Za-z]{2,6}[_-](?:[a-z0-9]{2,6}[_-])*)/,
  /^[A-Z]{2}(?=\d{2})/,
  /^\+[1-9]\d?/,
];

/** What of a secret is ranked, a mail address up to its at sign; null where that is too short to tell from a guess. */
export function rankedPart(secret: string, kind: string): Ranked | null {
  const form = FORMS.map((pattern) => pattern.exec(secret)?.[0]).find((found) => found !== undefined) ?? '';
  const rest = kind === 'email address' ? secret.slice(0, secret.indexOf('@')) : secret.slice(form.length);
  const text = rest.split(/[\n@]/)[0]!.slice(0, LONGEST);
  // Fewer than 2^17 candidates are guessed one by one.
  const bits = [...text].reduce((sum, sign) => sum + Math.log2(alphabetOf(sign).length), 0);
  return bits < 17 ? null : { form: kind === 'email address' ? '' : form, text };
}

/** Random texts of the same form: each digit and letter by another of its kind, all else as it stands; none is the text. */
export function candidatesOf(text: string, count: number, seed: number): string[] {
  const drawn = (candidate: number, draw: number) =>
    [...text]
      .map((sign, at) => {
        const alphabet = alphabetOf(sign);
        return alphabet[Math.floor(alphabet.length * uniformAt(hash32(seed, candidate, draw), at))]!;
      })
      .join('');
  return Array.from({ length: count }, (_, candidate) => {
    const first = drawn(candidate, 0);
    return first === text ? drawn(candidate, 1) : first;
  });
}

const ALPHABETS = ['0123456789', 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const alphabetOf = (sign: string): string => ALPHABETS.find((alphabet) => alphabet.includes(sign)) ?? sign;
