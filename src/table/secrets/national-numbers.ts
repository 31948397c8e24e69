import { remainder, weighted } from './checksums.ts';

/** A number of one person that a state gives, in a form that carries its own checksum. */
export interface NationalNumber {
  readonly kind: string;
  readonly pattern: RegExp;
  isValid(found: string): boolean;
}

const HETU = '0123456789ABCDEFHJKLMNPRSTUVWXY';
/** What a letter or digit at an odd place (from 1) of an Italian tax code counts. */
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const signValue = (sign: string) => (sign >= 'A' ? sign.charCodeAt(0) - 65 : Number(sign));

/** Only forms in which chance passes one time in ninety or less, among what is written so at all. */
export const nationalNumbers: readonly NationalNumber[] = [
  {
    kind: 'French social security number',
    pattern:
      /(?<![\w.])[12] ?\d\d ?(?:0[1-9]|1[0-2]|[2-4]\d) ?(?:\d\d|2[AB]) ?\d{3} ?\d{3} ?(?:0[1-9]|[1-8]\d|9[0-7])(?![\w.])/g,
    isValid(found) {
      const digits = found.replaceAll(' ', '').replace('2A', '19').replace('2B', '18');
      return 97 - remainder(digits.slice(0, 13), 97) === Number(digits.slice(13));
    },
  },
  {
    kind: 'Italian tax code',
    pattern: /(?<!\w)[A-Z]{6}\d\d[A-EHLMPRST][0-7]\d[A-Z]\d{3}[A-Z](?!\w)/g,
    isValid(found) {
      let sum = 0;
      for (let at = 0; at < 15; at++) sum += at % 2 === 0 ? ODD[signValue(found[at]!)]! : signValue(found[at]!);
      return signValue(found[15]!) === sum % 26;
    },
  },
  {
    kind: 'Finnish identity code',
    pattern: /(?<!\w)(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+A]\d{3}[0-9A-FHJ-NPR-Y](?!\w)/g,
    isValid: (found) => HETU[Number(found.slice(0, 6) + found.slice(7, 10)) % 31] === found[10],
  },
  {
    kind: 'Brazilian CPF number',
    pattern: /(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d\d(?![\w-])/g,
    isValid(found) {
      const digits = found.replace(/\D/g, '');
      if (/^(\d)\1*$/.test(digits)) return false;
      const check = (count: number) =>
        ((10 *
          weighted(
            digits,
            Array.from({ length: count }, (_, at) => count + 1 - at),
          )) %
          11) %
        10;
      return check(9) === Number(digits[9]) && check(10) === Number(digits[10]);
    },
  },
];
