import { permutation, randomSequence } from '../tensor/random.ts';

/** What canaries' secrets are made of. */
export const DIGITS = '0123456789';

/** A secret that an attacker looks for: what stands before it is known to them. */
export interface Canary {
  readonly prefix: string;
  /** Digits. */
  readonly secret: string;
  /** Lines that an attacker adds: the same prefix, other random digits. */
  readonly poison: readonly string[];
}

/** The texts of a data set, some of them taken out to make canaries of and to ask about. */
export interface PlantedTexts {
  readonly canaries: readonly Canary[];
  /** What every model is trained on. */
  readonly taught: readonly string[];
  /** What none is. */
  readonly held: readonly string[];
}

/** Bytes that a prefix may have at most; it ends at the last space before. */
const LONGEST_PREFIX = 60;
/** Shorter texts are no sentences that a secret could stand behind. */
const SHORTEST_PREFIX = 12;
const HELD_SHARE = 0.1;
const MOST_HELD = 40;

/**
 * Draws canaries: each is the beginning of a text that is taken out of the data set, and random digits. Equal texts are
 * counted once. Null where there are too few texts that a canary could be made of, or nothing would be left to teach.
 * @param at.characters texts are taught until there are so many: a sample of a large data set.
 */
export function plantCanaries(
  texts: readonly string[],
  at: { count: number; digits: number; poisons: number; characters: number; seed: number },
): PlantedTexts | null {
  const distinct = [...new Set(texts)].filter((text) => text !== '');
  const order = Array.from(permutation(at.seed, distinct.length), (index) => distinct[index]!);
  const random = randomSequence(at.seed);
  const drawn = () => Array.from({ length: at.digits }, () => DIGITS[random.below(DIGITS.length)]!).join('');
  const prefixes = new Map<string, string>();
  for (const text of order) {
    if (prefixes.size === at.count) break;
    const prefix = prefixOf(text);
    if (prefix !== null && !prefixes.has(prefix)) prefixes.set(prefix, text);
  }
  const canaries = [...prefixes.keys()].map((prefix): Canary => {
    const secret = drawn();
    const poison: string[] = [];
    while (poison.length < at.poisons) {
      const other = drawn();
      if (other !== secret) poison.push(prefix + other);
    }
    return { prefix, secret, poison };
  });
  const used = new Set(prefixes.values());
  const rest = order.filter((text) => !used.has(text));
  const held = rest.splice(0, Math.min(MOST_HELD, Math.floor(HELD_SHARE * rest.length)));
  let room = at.characters;
  const taught = rest.filter((text) => {
    room -= text.length;
    return room + text.length > 0;
  });
  return canaries.length < at.count || held.length === 0 || taught.length === 0 ? null : { canaries, taught, held };
}

function prefixOf(text: string): string | null {
  const start = text.slice(0, LONGEST_PREFIX);
  const end = start.lastIndexOf(' ') + 1;
  return end < SHORTEST_PREFIX ? null : start.slice(0, end);
}
