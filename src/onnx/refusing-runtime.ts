import { oneLine, UserError } from '../errors.ts';
import type { Runtime } from './runtime.ts';

/**
 * A runtime for graphs with nodes as somebody's model has them: what onnxruntime does not take in them is no bug of ours.
 * `create` and `run` then throw a UserError (`onnx-does-not-run`) with its reason.
 */
export function refusingRuntime(runtime: Runtime): Runtime {
  return {
    ...runtime,
    async create(model, carry) {
      const session = await runtime.create(model, carry).catch(refuse);
      return { ...session, run: (feeds) => session.run(feeds).catch(refuse) };
    },
  };
}

function refuse(error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new UserError('onnx-does-not-run', `onnxruntime does not run the model: ${oneLine(reason, 400)}`, {
    hint: 'Check it with onnx.checker.check_model, run it once in onnxruntime, and export it again; where both take it, please report this.',
    cause: error,
  });
}
