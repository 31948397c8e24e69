import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostedAt } from '../../src/source/hosted-at.ts';

for (const remote of [
  'https://github.com/example/spam-filter',
  'https://github.com/example/spam-filter.git',
  'https://github.com/example/spam-filter/',
  'https://someone:hunter2@github.com/example/spam-filter.git',
  'git@github.com:example/spam-filter.git',
  'ssh://git@github.com/example/spam-filter.git',
])
  test(`on GitHub: ${remote}`, () => assert.equal(hostedAt(remote), 'example/spam-filter'));

for (const remote of [
  null,
  '',
  '/srv/git/spam-filter',
  'https://gitlab.com/example/spam-filter',
  'https://github.com.evil.example/example/spam-filter',
  'https://evil.example/github.com/example/spam-filter',
  'https://evil.example@x/github.com/a/b',
  'https://github.com/example',
  'https://github.com/a/b/c',
  'https://github.com/a/b"><script>',
  `https://github.com/${'a'.repeat(200)}/b`,
])
  test(`elsewhere: ${remote}`, () => assert.equal(hostedAt(remote), null));
