import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeEnvironment } from './environment.ts';

const REFERENCES = new URL('../../test/fixtures/attack-references.json', import.meta.url);

/** Figures that were printed in papers, with where: ours are held to them by the same tests. */
const published = {
  epsilon: [
    {
      source: 'Jagielski et al. 2020, arXiv 2006.07709: the best that 500 trials at 99% can show',
      counts: { truePositives: 500, members: 500, falsePositives: 0, others: 500 },
      ...{ delta: 0, confidence: 0.99, epsilon: 4.54, within: 0.005 },
    },
  ],
  // The paper rounds some of its figures and cuts others off: one unit of the last digit is allowed.
  oneRun: [
    { source: 'Steinke et al. 2023, arXiv 2305.08846, page 45', m: 100, r: 100, v: 75, delta: 0, epsilon: 0.702 },
    { source: 'Steinke et al. 2023, arXiv 2305.08846, page 46', m: 100, r: 100, v: 75, delta: 1e-4, epsilon: 0.699 },
    { source: 'Steinke et al. 2023, arXiv 2305.08846, page 46', m: 1000, r: 100, v: 75, delta: 1e-4, epsilon: 0.673 },
    {
      source: 'Steinke et al. 2023, arXiv 2305.08846, page 28',
      ...{ m: 100_000, r: 1510, v: 1439, delta: 1e-5, epsilon: 2.675 },
    },
  ],
  oneRunP: [
    { source: 'Steinke et al. 2023, arXiv 2305.08846, page 45', m: 100, r: 100, v: 75, ratio: 3, delta: 0, p: 0.553 },
  ],
};

/** Asks published implementations of the attacks about small arrays and writes the fixture that ours are held to. */
if (import.meta.main) {
  const environment = makeEnvironment();
  try {
    const python = environment.python(['numpy', 'scipy', 'pandas', { pip: 'scikit-learn', module: 'sklearn' }]);
    if (python === null) throw new Error('NumPy, SciPy, pandas and scikit-learn cannot be had here.');
    // Bare: what they depend on is several gigabytes that these files of theirs do not use.
    const peers = ['jax-privacy==2.0.0', 'privacyguard-platform==0.0.2'];
    execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--no-deps', ...peers], { stdio: 'inherit' });
    const script = fileURLToPath(new URL('attacks.py', import.meta.url));
    const output = execFileSync(python, [script], { encoding: 'utf8', maxBuffer: 1 << 26 });
    const lines = Object.entries({ ...JSON.parse(output), published }).map(
      ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
    );
    writeFileSync(REFERENCES, `{\n${lines.join(',\n')}\n}\n`);
  } finally {
    environment.close();
  }
}
