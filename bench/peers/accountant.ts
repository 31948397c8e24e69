import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeEnvironment } from './environment.ts';

const TOLD = new URL('../../test/fixtures/accountant.json', import.meta.url);

/** From full batches to rare ones, from much noise to hardly any. */
function cases() {
  const places = [
    { rate: 250 / 60_000, steps: 3600 },
    { rate: 250 / 60_000, steps: 14_400 },
    { rate: 0.05, steps: 480 },
    { rate: 0.25, steps: 60 },
    { rate: 1, steps: 10 },
  ];
  return places.flatMap((place) =>
    [0.5, 0.7, 1, 1.3, 2, 4, 10].flatMap((noise) => [1e-5, 1e-3].map((delta) => ({ ...place, noise, delta }))),
  );
}

/** Asks dp-accounting about each case and writes the fixture that our accountant is held to. */
if (import.meta.main) {
  const environment = makeEnvironment();
  try {
    const python = environment.python(['dp_accounting']);
    if (python === null) throw new Error('dp-accounting cannot be had here.');
    const script = fileURLToPath(new URL('accountant.py', import.meta.url));
    const input = JSON.stringify(cases());
    const told = JSON.parse(execFileSync(python, [script], { encoding: 'utf8', input })) as object[];
    writeFileSync(TOLD, `[\n${told.map((each) => `  ${JSON.stringify(each)}`).join(',\n')}\n]\n`);
  } finally {
    environment.close();
  }
}
