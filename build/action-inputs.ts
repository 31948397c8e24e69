import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionInputs } from '../src/config/options.ts';

const FILE = join(import.meta.dirname, '..', 'action.yml');

/** The `inputs:` of action.yml as the table of options has them. */
export function inputsYaml(): string {
  const inputs = actionInputs().map(({ name, sentence, choices, default: value }) => {
    const words = choices ? `${sentence} One of ${choices.join(', ')}.` : sentence;
    const preset = value === null ? '' : `    default: ${JSON.stringify(value)}\n`;
    return `  ${name}:\n    description: ${JSON.stringify(words)}\n    required: false\n${preset}`;
  });
  return `inputs:\n${inputs.join('')}`;
}

/** Writes them into action.yml: `node build/action-inputs.ts`. */
if (import.meta.main)
  writeFileSync(FILE, readFileSync(FILE, 'utf8').replace(/^(?:INPUTS\n|inputs:\n(?: .*\n)*)/m, inputsYaml()));
