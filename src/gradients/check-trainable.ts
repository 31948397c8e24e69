import { refusingNodes } from '../onnx/node-error.ts';
import { backward } from './backward.ts';
import { openParameters } from './open-parameters.ts';
import type { Candidate } from './slices.ts';
import { stack } from './stack.ts';

/** Throws a UserError that names operator, node and reason where a slice cannot run for many models, or be differentiated. */
export function checkTrainable({ graph, parameters }: Pick<Candidate, 'graph' | 'parameters'>, output: string): void {
  const wrt = parameters.map(({ name }) => name);
  const open = openParameters(graph, new Set(wrt));
  refusingNodes(() => {
    // Asked about rows the models share their input; trained, each has its own.
    stack(open, { models: 2, inputs: new Set(wrt) });
    const { graph: many } = stack(open, { models: 2, inputs: new Set(open.inputs.map(({ name }) => name)) });
    backward(many, { loss: output, wrt });
  });
}
