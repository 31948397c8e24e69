import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBotEnvironment } from '../../src/bot/environment.ts';

const GOOD = {
  APP_ID: '12',
  PRIVATE_KEY: '-----BEGIN RSA PRIVATE KEY-----\\nabc\\n-----END RSA PRIVATE KEY-----',
  WEBHOOK_SECRET: '0123456789abcdef',
};
const SIGN_IN = { CLIENT_ID: 'Iv1.abc', CLIENT_SECRET: 'f'.repeat(40), PUBLIC_URL: 'https://taster.example/' };
const read = (more: object) => readBotEnvironment({ ...GOOD, ...more }).pages;

test('all three settings of signing in, or none', () => {
  assert.deepEqual(read(SIGN_IN), {
    publicUrl: 'https://taster.example',
    client: { id: 'Iv1.abc', secret: 'f'.repeat(40) },
    reportDays: 90,
    metricsToken: null,
  });
  assert.equal(read({ PUBLIC_URL: 'http://127.0.0.1:3000' }).client, null);
  for (const name of Object.keys(SIGN_IN)) {
    if (name === 'PUBLIC_URL' || name.startsWith('CLIENT'))
      assert.throws(() => read({ ...SIGN_IN, [name]: undefined }), new RegExp(`${name} is not set`));
    assert.throws(() => read({ ...SIGN_IN, [name]: '' }), new RegExp(`${name} is not set`));
  }
});

test('an address with a path, a short token and odd days are refused, without their value', () => {
  for (const [name, value] of [
    ['PUBLIC_URL', 'https://taster.example/hidden'],
    ['PUBLIC_URL', 'https://user:hidden@taster.example'],
    ['PUBLIC_URL', 'ftp://hidden.example'],
    ['PUBLIC_URL', 'hidden'],
    ['METRICS_TOKEN', 'hidden'],
    ['CLIENT_SECRET', 'hidden'],
    ['CLIENT_ID', 'hidden id'],
    ['REPORT_DAYS', '-1'],
    ['REPORT_DAYS', 'hidden'],
  ] as const)
    assert.throws(
      () => read({ ...SIGN_IN, [name]: value }),
      (error: Error) => error.message.includes(name) && !error.message.includes('hidden'),
      `${name} ${value}`,
    );
  assert.equal(read({ REPORT_DAYS: '0' }).reportDays, 0);
});
