import { existsSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { markdownTable } from 'markdown-table';
import { benchDiff } from './diff.ts';
import { benchLoop } from './loop.ts';
import { benchTrunk } from './trunk.ts';
import { benchReviews } from './whole-review.ts';

const threads = 2;
const number = (value: number, digits = 1) => value.toFixed(digits);
const lines: string[][] = [['what', 'measured', 'target']];
console.error('shadow loop ...');
const { slice, matmul, loop, products, secondsPerShadow } = await benchLoop(threads);
lines.push(['MatMul 2048^3', `${number(matmul)} GFLOP/s`, '']);
lines.push([
  `shadow loop, ${slice}, 64 models`,
  `${number(loop)} GFLOP/s = ${number(loop / matmul, 2)} x MatMul; ${number(secondsPerShadow, 3)} s a shadow`,
  '1.0 x',
]);
lines.push([
  'its matrix products alone, of the same shapes',
  `${number(products)} GFLOP/s = ${number(products / matmul, 2)} x MatMul; ${number((100 * loop) / products, 0)}% of the loop's time`,
  '',
]);
console.error('diff of 2,000,000 rows ...');
const diff = await benchDiff();
lines.push([
  'diff of 2,000,000 x 5 rows a side, DuckDB held to 600 MB',
  `${number(diff.seconds)} s, ${number(diff.peakBytes / 1e9, 2)} GB`,
  '5 s, 1 GB',
]);
const data = process.env.TASTER_DATA ?? '../shared/data';
if (existsSync(data)) {
  console.error('trunk of a ResNet-20 ...');
  const { trunk, own } = await benchTrunk(join(data, 'models/onnx/resnet20_cifar10.onnx'), threads);
  lines.push([
    'trunk of a ResNet-20, all but the last layer',
    `${number(trunk, 0)} images/s = ${number(trunk / own, 2)} x onnxruntime on the whole file`,
    '0.9 x',
  ]);
  console.error('whole reviews of Location-30 ...');
  for (const { kind, target, seconds, shadows, peakBytes, verdict } of benchReviews(data))
    lines.push([
      `review of Location-30: ${kind}`,
      `${number(seconds)} s, ${shadows} shadows, ${number(peakBytes / 1e9, 2)} GB, ${verdict}`,
      target,
    ]);
} else console.log('whole reviews skipped: set TASTER_DATA to the folder of data sets.');
console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}\n`,
);
console.log(markdownTable(lines));
