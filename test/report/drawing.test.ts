import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dash } from '../../src/report/html/draw-lines.ts';
import { COLOURS, colour, dotColour, signOf } from '../../src/report/html/drawing.ts';

test('twice as many series as there are colours tell themselves apart, as dots, curves and steps', () => {
  const all = Array.from({ length: 2 * COLOURS }, (_, index) => index);
  const kinds = [(at: number) => [dotColour(at), signOf(at)], (at: number) => [dotColour(at), dash(at)], (at: number) => [colour(at), signOf(at)]]; // biome-ignore format: one idea
  for (const kind of kinds) assert.equal(new Set(all.map((at) => kind(at).join())).size, all.length);
});
