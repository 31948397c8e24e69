// tfjs on its WASM backend as a worker: each line of standard input names a job, as in peers.py; one model after another.
import { createInterface } from 'node:readline';

const [, , folder, threads] = process.argv;
process.chdir(folder);
const { createRequire } = await import('node:module');
const require = createRequire(`${folder}/package.json`);
const tf = require('@tensorflow/tfjs');
const { setWasmPaths, setThreadsCount } = require('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${folder}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`);
setThreadsCount(Number(threads));
await tf.setBackend('wasm');
await tf.ready();

async function train({ rows, width, hidden, classes, batch, epochs }, models) {
  const x = tf.tensor2d(
    Float32Array.from({ length: rows * width }, () => Number(Math.random() < 0.125)),
    [rows, width],
  );
  const y = tf.oneHot(
    tf.tensor1d(
      Int32Array.from({ length: rows }, () => Math.floor(Math.random() * classes)),
      'int32',
    ),
    classes,
  );
  const started = performance.now();
  for (let model = 0; model < models; model++) {
    const p = [[width, hidden], [hidden], [hidden, classes], [classes]].map((shape) =>
      tf.variable(tf.randomNormal(shape, 0, 0.05)),
    );
    const optimizer = tf.train.momentum(0.2, 0.9);
    const steps = Math.ceil(rows / 2 / batch) * epochs;
    for (let step = 0; step < steps; step++)
      tf.tidy(() => {
        const own = tf.tensor1d(
          Int32Array.from({ length: batch }, () => Math.floor(Math.random() * rows)),
          'int32',
        );
        const [features, targets] = [tf.gather(x, own), tf.gather(y, own)];
        optimizer.minimize(() => {
          const logits = tf.add(tf.matMul(tf.relu(tf.add(tf.matMul(features, p[0]), p[1])), p[2]), p[3]);
          return tf.losses.softmaxCrossEntropy(targets, logits);
        });
      });
    await p[0].data();
    for (const each of p) each.dispose();
    optimizer.dispose();
  }
  tf.dispose([x, y]);
  return (performance.now() - started) / 1000;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { job, models } = JSON.parse(line);
  console.log(JSON.stringify({ seconds: (await train(job, models)) / models }));
}
