import assert from 'node:assert/strict';
import { test } from 'node:test';
import { candidatesOf, rankedPart } from '../../../src/table/secrets/candidates.ts';
import { credentials } from '../../fixtures/made-up-secrets.ts';

test('ranks what is secret of a secret, not the form that everyone knows', () => {
  for (const [secret, kind, form, text] of [
    ['anna.berg@posteo.de', 'email address', '', 'anna.berg'],
    ['+49 30 901820 99', 'phone number', '+49', ' 30 901820 99'],
    ['DE89 3704 0044 0532 0130 00', 'IBAN', 'DE', '89 3704 0044 053'],
    ['4539148803436467', 'card number', '', '4539148803436467'],
    [credentials['GitHub token']!, 'GitHub token', 'ghp_', credentials['GitHub token']!.slice(4, 20)],
    [credentials['Anthropic API key']!, 'Anthropic API key', 'sk-ant-api03-', credentials['Anthropic API key']!.slice(13, 29)], // biome-ignore format: one idea
    [credentials['database password']!, 'database password', 'postgres://carl:', /:(\w{14})@/.exec(credentials['database password']!)![1]!], // biome-ignore format: one idea
  ] as const)
    assert.deepEqual(rankedPart(secret, kind), { form, text }, kind);
  const key = rankedPart(credentials['private key']!, 'private key')!;
  assert.match(key.form, /^-----BEGIN RSA PRIVATE KEY-----\s$/);
  assert.equal(key.text.length, 16);
  assert.equal(rankedPart('ab@x.de', 'email address'), null, 'guessed by trying all');
  assert.equal(rankedPart('@', 'email address'), null);
});

test('candidates have the form of the text: digits and letters by others of their kind, all else as it stands', () => {
  const text = 'aB3-9 z_Q.é';
  const drawn = candidatesOf(text, 1000, 5);
  assert.equal(drawn.length, 1000);
  for (const candidate of drawn) {
    assert.match(candidate, /^[a-z][A-Z]\d-\d [a-z]_[A-Z]\.é$/);
    assert.notEqual(candidate, text);
  }
  assert.ok(new Set(drawn).size > 990);
  assert.deepEqual(candidatesOf(text, 1000, 5), drawn);
  assert.notDeepEqual(candidatesOf(text, 1000, 6), drawn);
});
