import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TOLD, type Told, trajectories } from '../../test/training/trajectories.ts';
import { makeEnvironment } from './environment.ts';

/** What PyTorch is told of each training. */
function cases() {
  return trajectories().map(({ name, recipe, rates, parameters, features, labels }) => ({
    ...{ name, model: name.split(' ')[0], optimizer: recipe.optimizer, decay: recipe.decay, batch: recipe.batch },
    ...{ rates: Array.from(rates), features: Array.from(features), labels: Array.from(labels) },
    parameters: parameters.map(({ name: full, shape, decays, data }) => ({
      ...{ name: full.replace(/^w\//, ''), shape, decays, data: Array.from(data) },
    })),
  }));
}

/** Trains the networks of `test/training/trajectories.ts` with PyTorch and writes the fixture that our loop is held to. */
if (import.meta.main) {
  const environment = makeEnvironment();
  try {
    const python = environment.python(['torch']);
    if (python === null) throw new Error('PyTorch cannot be had here.');
    const file = join(environment.folder, 'trajectories.json');
    writeFileSync(file, JSON.stringify(cases()));
    const script = fileURLToPath(new URL('trajectories.py', import.meta.url));
    const output = execFileSync(python, [script, file], { encoding: 'utf8', maxBuffer: 1 << 26 });
    rmSync(file);
    const lines = (JSON.parse(output) as Told[]).map((each) => JSON.stringify(each));
    writeFileSync(TOLD, `[\n${lines.join(',\n')}\n]\n`);
  } finally {
    environment.close();
  }
}
