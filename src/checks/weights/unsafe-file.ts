import type { Estimate, Metric } from '../../evidence/finding.ts';
import { plainFinding } from '../../evidence/finding.ts';
import type { FileFacts, ImportFact, WeightFacts } from '../../evidence/weights.ts';
import { defineCheck } from '../check.ts';
import { sampleFile, sampleImports, sampleWeights } from '../sample-weights.ts';
import { fileName, some } from './weight-words.ts';

const NAMED = 6;
const SENTENCES = 3;
const exactly = (value: number): Estimate => ({ value, low: null, high: null, n: null });

const REMEDY =
  'Do not load this file: ask for the weights as safetensors or ONNX, or make them yourself from a source that you trust.';
const UNREAD_REMEDY =
  'Look at the file by hand where you can afford to, or ask for it as safetensors or ONNX, which are read whole.';

/** Whether a file could do more than hold weights. */
export const unsafeFile = defineCheck({
  id: 'unsafe-file',
  family: 'weights',
  question: 'Would loading a changed file of weights run code, or show one reader other things than another?',
  why: 'A pickle, and so most PyTorch and scikit-learn files, calls whatever it names when it is loaded (Casey et al. 2024, arXiv 2410.04490). It is read opcode by opcode here, never loaded; whatever is not on the short list of what savers of weights write themselves is a fail.',
  needs: ['weights'],
  options: {},
  gateMetric: null,
  remedy: REMEDY,
  run(evidence) {
    const { base, head } = evidence.weights!;
    if (!head) return plainFinding('pass', `${fileName(evidence)} is removed: nothing is left to load.`);
    const file = `${fileName(evidence)} (${head.format})`;
    const strange = head.imports.filter(({ isKnown }) => !isKnown);
    const fresh = introduced(evidence.weights!, strange);
    const metrics = importMetrics(evidence.weights!);
    const fail = (sentences: readonly string[], isIntroduced: boolean) =>
      plainFinding('fail', `${file}: ${some(sentences, SENTENCES, ' ')}`.slice(0, 990), {
        ...{ introduced: isIntroduced, remedy: REMEDY, metrics },
      });
    if (fresh.length > 0) return fail(fresh, true);
    // What was not looked into could hold anything: no fault that was seen, and no pass, whatever base holds.
    if (head.unread.length > 0)
      return plainFinding('unknown', `${file} was not looked into as a whole. ${some(head.unread, SENTENCES, ' ')}`, {
        remedy: UNREAD_REMEDY,
        metrics,
      });
    const old = [...importWords(strange), ...faultsOf(head)];
    if (old.length > 0) return fail(['This stands in base already.', ...old], false);
    const known = head.imports.length === 0 ? '' : ` What it imports only builds values: ${named(head.imports)}.`;
    if (head.promised)
      return plainFinding('warn', `${file} is named like ${head.promised.format}.${known}`, {
        introduced: base?.promised?.format !== head.promised.format,
        remedy: 'Name the file by what it holds: programs choose how to load it by its name.',
        metrics,
      });
    return plainFinding('pass', `${file} runs no code when it is loaded.${known}`, { metrics });
  },
  samples(seed) {
    const fault = FAULTS[seed % FAULTS.length]!;
    const base = sampleFile(seed);
    return {
      faulty: sampleWeights(seed, { change: 'changed', base, head: { ...base, ...fault(seed) } }),
      clean: sampleWeights(seed, { change: 'changed', base, head: sampleFile(seed + 1) }),
    };
  },
});

/** What head has and base has not, one sentence for each kind of fault. */
function introduced({ base, head }: WeightFacts, strange: readonly ImportFact[]): string[] {
  const isSame = base !== null && base.sha256 === head!.sha256;
  const before = new Set(base?.imports.map(keyOf));
  // Beyond the cap of imports nobody can say that base has them, too.
  const isFlooded = head!.importsTotal > head!.imports.length;
  const imports = strange.filter((each) => !isSame && (isFlooded || each.runsAnything || !before.has(keyOf(each))));
  const known = new Set(base && faultsOf(base));
  return [...importWords(imports), ...faultsOf(head!).filter((fault) => !known.has(fault))];
}

/** What is wrong with a file but its imports. */
function faultsOf({ promised, problems, format }: FileFacts): string[] {
  const disguise = promised?.isDisguise
    ? [`It is named like ${promised.format}, which cannot run code, and is ${format}, which can.`]
    : [];
  return [...disguise, ...problems];
}

/** The same import in another file of an archive is the same: the archive's root is named after the file. */
const keyOf = ({ name, isCalled }: ImportFact): string => `${name} ${isCalled}`;

function importWords(imports: readonly ImportFact[]): string[] {
  if (imports.length === 0) return [];
  return [`It imports what is not known to be harmless: ${named(imports)}.`];
}

function named(imports: readonly ImportFact[]): string {
  const names = new Map<string, string>();
  for (const { name, inside, at, isCalled, isKnown } of imports) {
    const place = inside === '' ? '' : ` in "${inside.slice(-40)}"`;
    if (!names.has(name))
      names.set(name, `"${name.slice(0, 80)}"${isCalled ? ' (called)' : ''}${isKnown ? '' : ` at byte ${at}`}${place}`);
  }
  return some([...names.values()], NAMED, ', ');
}

function importMetrics({ base, head }: WeightFacts): Metric[] {
  const metric = (name: string, count: (file: FileFacts) => number): Metric => ({
    ...{ name, at: null, unit: 'count', limit: null, head: exactly(count(head!)) },
    base: base && exactly(count(base)),
    delta: base && exactly(count(head!) - count(base)),
  });
  if (head!.importsTotal === 0 && (base?.importsTotal ?? 0) === 0) return [];
  return [metric('unknown imports', ({ imports }) => imports.filter(({ isKnown }) => !isKnown).length)];
}

const FAULTS: readonly ((seed: number) => Partial<FileFacts>)[] = [
  (seed) => sampleImports(seed, 'os.system'),
  (seed) => sampleImports(seed, 'builtins.eval'),
  (seed) => sampleImports(seed, `plain_package_${seed}.Model`),
  () => ({ problems: ['"a/data.pkl" has other flags than are listed.'] }),
  () => ({ promised: { format: 'safetensors', isDisguise: true } }),
  () => ({ promised: { format: 'a NumPy array', isDisguise: false } }),
];
