import { type Evidence, weightEvidence } from '../evidence/evidence.ts';
import type { FileFacts, TensorChange, TensorFacts, TensorForm, WeightFacts } from '../evidence/weights.ts';
import { hash32, uniformAt } from '../tensor/random.ts';

/** Evidence about a made-up file of weights. */
export function sampleWeights(seed: number, facts: Partial<WeightFacts>): Evidence {
  const whole: WeightFacts = {
    change: 'changed',
    ...{ base: sampleFile(seed), head: sampleFile(seed + 1) },
    ...{ tensors: sampleTensors(seed), tensorsUnread: null },
    ...facts,
  };
  return weightEvidence('models/model.pt', whole, seed);
}

/** A file that holds no more than weights, as PyTorch saves it. */
export function sampleFile(seed: number): FileFacts {
  const names = ['collections.OrderedDict', 'torch._utils._rebuild_tensor_v2', 'torch.FloatStorage'];
  return {
    bytes: 1000 + (seed % 97),
    sha256: hash32(seed, 1).toString(16).padStart(64, '0'),
    format: 'a zip archive',
    promised: null,
    imports: names.map((name, at) => ({
      ...{ name, inside: 'model/data.pkl', at: 2 + at, isCalled: at < 2, isKnown: true, runsAnything: false },
    })),
    importsTotal: names.length,
    problems: [],
    unread: [],
  };
}

/** The same with one import more. */
export function sampleImports(seed: number, name: string): Pick<FileFacts, 'imports' | 'importsTotal' | 'sha256'> {
  const { imports } = sampleFile(seed);
  const strange = { ...imports[0]!, name, at: 50, isCalled: true, isKnown: false, runsAnything: seed % 2 === 0 };
  return { imports: [strange, ...imports], importsTotal: imports.length + 1, sha256: 'f'.repeat(64) };
}

/** Ten weights of which half were trained on, with other changes in front. */
export function sampleTensors(seed: number, more: readonly TensorChange[] = []): TensorFacts {
  const trained = Array.from({ length: 5 }, (_, at): TensorChange => {
    const moved = 0.01 + 0.5 * uniformAt(seed, at);
    return sampleChange(`layers.${at}.weight`, {
      ...{ share: 1, relativeNorm: moved, cosine: 1 - moved ** 2 / 2, usualStep: 0.1 + moved },
    });
  });
  return {
    tensors: { base: 10, head: 10 },
    numbers: { base: 10_000, head: 10_000 },
    same: 5,
    relativeNorm: 0.2,
    changes: [...more, ...trained],
  };
}

export const sampleForm: TensorForm = { type: 'float32', shape: [10, 100], nans: 0, infinities: 0 };

/** A tensor that moved. */
export function sampleChange(
  name: string,
  change: Omit<NonNullable<TensorChange['change']>, 'effectiveRank'>,
  head: Partial<TensorForm> = {},
): TensorChange {
  const effectiveRank = { value: 4.2, most: 10 };
  return {
    name,
    kind: 'changed',
    base: sampleForm,
    head: { ...sampleForm, ...head },
    change: { ...change, effectiveRank },
  };
}
