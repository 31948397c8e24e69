import { createHmac } from 'node:crypto';

const BITS_PER_CALL = 256;

/**
 * One independent fair bit per model for a unit: HMAC-SHA256 of the unit's name under a secret key, 256 models a call.
 * A key that the author of a change could know would let rows be ground until their bits agree with a victim's.
 */
export function unitBits(key: string, unit: string, models: number): Uint8Array {
  const bits = new Uint8Array(models);
  for (let first = 0; first < models; first += BITS_PER_CALL) {
    const digest = createHmac('sha256', key).update(`${first}/${unit}`).digest();
    const last = Math.min(models, first + BITS_PER_CALL);
    for (let model = first; model < last; model++)
      bits[model] = (digest[(model - first) >> 3]! >> ((model - first) & 7)) & 1;
  }
  return bits;
}
