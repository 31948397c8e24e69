import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieName, readCookie, writeCookie } from '../../src/bot/cookies.ts';

test('a cookie is read by its whole name, once, with the signs of ours', () => {
  assert.equal(readCookie('a=1; taster-session=x_-9; b=2', 'taster-session'), 'x_-9');
  assert.equal(readCookie('taster-session=', 'taster-session'), '');
  for (const header of [undefined, '', 'taster-session', 'xtaster-session=1', 'taster-session=1; taster-session=2', 'taster-session="1"', 'taster-session=a b', 'taster-session=%41']) // biome-ignore format: one idea
    assert.equal(readCookie(header, 'taster-session'), null, header);
});

test('a cookie is written for the whole site, out of reach of scripts', () => {
  const plain = 'n=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=5';
  assert.equal(writeCookie('n', 'v', { secure: false, seconds: 5 }), plain);
  assert.equal(writeCookie('n', 'v', { secure: true, seconds: 5 }), `${plain}; Secure`);
  assert.deepEqual([cookieName('x', true), cookieName('x', false)], ['__Host-taster-x', 'taster-x']);
});
