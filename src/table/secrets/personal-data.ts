import { isLuhn } from './checksums.ts';
import { isIban } from './iban.ts';
import { nationalNumbers } from './national-numbers.ts';

/** One secret in a text. `value`: in the form in which two are compared; it stays inside the engine. */
export interface Match {
  readonly kind: string;
  readonly isCredential: boolean;
  /** Characters of the text, end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly value: string;
}

interface Kind {
  readonly kind: string;
  /** Every repeat is bounded: hostile texts take no more than linear time. */
  readonly pattern: RegExp;
  isValid(found: string): boolean;
  /** The form in which two are compared. */
  same(found: string): string;
}

const compact = (found: string) => found.replace(/[^0-9A-Za-z]/g, '').toUpperCase();
const digitsOf = (found: string) => found.replace(/\D/g, '');

/** Names that stand for no one (RFC 2606), and ends of file names that are no domains. */
const NOBODY = /(?:^|\.)(?:example\.(?:com|net|org)|example|test|invalid|localhost)$/i;
const FILES = /\.(?:png|jpe?g|gif|svg|webp|css|js|ts|json|html?|zip|gz)$/i;
const SENDERS = /^(?:git|no-?reply|do-?not-?reply|mailer-daemon)$/i;

/** Numbers that issuers print in their manuals. */
const SAMPLE_CARDS = /^(?:4242|4111|5555|4000)(?:4242|1111|5555|0000){1,2}|^(?:378282246310005|371449635398431)$/;
/** Visa, Mastercard, American Express, Discover, Diners Club, JCB; with the lengths that they have. */
const ISSUERS =
  /^(?:4(?:\d{12}|\d{15}|\d{18})|(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d\d)\d{12}|3(?:0[0-5]|[68]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12})$/;

const KINDS: readonly Kind[] = [
  {
    kind: 'email address',
    pattern:
      /(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.){1,8}[A-Za-z]{2,24}(?![A-Za-z0-9-])/g,
    isValid(found) {
      const [name, domain] = found.split('@') as [string, string];
      return !NOBODY.test(domain) && !FILES.test(domain) && !SENDERS.test(name);
    },
    same: (found) => found.toLowerCase(),
  },
  {
    kind: 'IBAN',
    pattern:
      /(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)(?![A-Za-z0-9])/g,
    isValid: (found) => isIban(found.replaceAll(' ', '')),
    same: compact,
  },
  {
    kind: 'card number',
    pattern: /(?<![\w.+-])(?:\d{13,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{3})?|\d{4}[ -]\d{6}[ -]\d{4,5})(?![\w-]|\.\d)/g,
    isValid(found) {
      const digits = digitsOf(found);
      return ISSUERS.test(digits) && isLuhn(digits) && !SAMPLE_CARDS.test(digits);
    },
    same: digitsOf,
  },
  ...nationalNumbers.map((number) => ({ ...number, same: compact })),
  {
    // With the country's code (E.164), or grouped as in North America. 555-01xx stands for no one.
    kind: 'phone number',
    pattern:
      /(?<![\w.+/=-])(?:\+[1-9](?:[ .()-]{0,2}\d){8,14}|(?:\+?1[ .-])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[.-])[2-9]\d\d[.-]\d{4})(?![\w-]|\.\d)/g,
    isValid(found) {
      const digits = digitsOf(found);
      const isDecimal = /^\+\d+\.\d+$/.test(found);
      return !isDecimal && !/55501\d\d$/.test(digits) && !/^(\d)\1+$/.test(digits);
    },
    same: digitsOf,
  },
];

/** The email addresses, account, card, phone and national numbers in a text; of places that overlap the first. */
export function personalData(text: string): Match[] {
  const found = KINDS.flatMap(({ kind, pattern, isValid, same }) =>
    [...text.matchAll(pattern)].flatMap(({ 0: part, index }): Match[] =>
      isValid(part) ? [{ kind, isCredential: false, start: index, end: index + part.length, value: same(part) }] : [],
    ),
  );
  return withoutOverlaps(found);
}

/** In the order of the text; of those that overlap, the first to begin. */
export function withoutOverlaps(matches: readonly Match[]): Match[] {
  let end = 0;
  return matches
    .toSorted((a, b) => a.start - b.start)
    .filter((match) => {
      if (match.start < end) return false;
      end = match.end;
      return true;
    });
}
