import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderDisbelief } from '../../src/report/disbelief.ts';
import { marker, readMarker } from '../../src/report/marker.ts';
import { ATTACKS } from './attacks.ts';
import { assertSafeMarkdown } from './markdown-text.ts';
import { LINKS } from './samples.ts';

for (const [name, text] of Object.entries(ATTACKS))
  test(`the name of the changed workflow is shown, never obeyed: ${name}`, () => {
    const mark = { id: 'taster', sha: 'a'.repeat(40), run: '1', attempt: 1 };
    const body = renderDisbelief(`.github/workflows/${text}.yml`, marker(mark));
    assertSafeMarkdown(body, LINKS.server);
    assert.deepEqual(readMarker(body), mark);
    assert.ok(body.length < 5000);
  });
