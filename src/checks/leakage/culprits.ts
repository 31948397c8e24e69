import { armVariances, effectOn, type Screen } from '../../stats/interaction.ts';
import type { Shortlist, Suspect } from './shortlist.ts';

/** The suspects that were listed for what they do to a row. */
function aimingAt(row: number, { suspects }: Shortlist): Suspect[] {
  return suspects.filter(({ effects }) => effects.some((effect) => effect.row === row));
}

/**
 * The units that are to blame for one exposed row, by the screen: these alone are left out to verify it. The strongest
 * suspect is; then its effect is taken out of the row's scores (their variance makes honest rows look guilty) and the
 * next one must still rank among the top base units. Units that merely lie near the row are to blame as a set.
 */
export function culpritsOf(row: number, list: Shortlist): Suspect[] {
  const aiming = aimingAt(row, list);
  return aiming.every(({ reason }) => reason === 'near-victim') ? aiming : strongestOf(aiming, row, list);
}

function strongestOf(suspects: readonly Suspect[], row: number, { screen, reference }: Shortlist): Suspect[] {
  const index = screen.rows.indexOf(row);
  const typical = armVariances(screen);
  const bar = reference[Math.floor(reference.length * 0.01)] ?? Number.POSITIVE_INFINITY;
  const aiming = [...suspects];
  const culprits: Suspect[] = [];
  let current: Screen = only(screen, index);
  while (aiming.length > 0) {
    const ranked = aiming
      .map((suspect) => ({ suspect, t: effectOn(current, 0, suspect.bits, typical).t }))
      .sort((x, y) => (Number.isNaN(y.t) ? -1 : y.t) - (Number.isNaN(x.t) ? -1 : x.t));
    const { suspect, t } = ranked[0]!;
    if (culprits.length > 0 && !(t > bar)) break;
    culprits.push(suspect);
    aiming.splice(aiming.indexOf(suspect), 1);
    current = withoutEffect(current, suspect.bits);
  }
  return culprits;
}

function only({ models, rows, phi, inside }: Screen, index: number): Screen {
  const part = [index * models, (index + 1) * models] as const;
  return { models, rows: [rows[index]!], phi: phi.slice(...part), inside: inside.slice(...part) };
}

/** The row's scores less the means of its four cells (row in/out, unit in/out). */
function withoutEffect({ models, rows, phi, inside }: Screen, bits: Uint8Array): Screen {
  const cells = Array.from({ length: models }, (_, model) => inside[model]! * 2 + bits[model]!);
  const means = [0, 1, 2, 3].map((cell) => {
    const own = cells.flatMap((other, model) => (other === cell ? [phi[model]!] : []));
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
  return { models, rows, inside, phi: Float32Array.from(phi, (value, model) => value - means[cells[model]!]!) };
}
