import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderHtml } from '../../src/report/html.ts';
import { readPage } from './html-page.ts';
import { richReview } from './pages.ts';
import { flooded, LINKS, SAMPLES, sampleReview } from './samples.ts';

const ATTACKS: Readonly<Record<string, string>> = {
  'a script': '<script>alert(1)</script>',
  'the end of what it stands in': '</code></title></desc></svg></style></script></td></table></details><b>',
  'an attribute': '" onmouseover="alert(1)" x=\'',
  'an attribute in single quotes': "' onfocus='alert(1)' autofocus='",
  'an image': '<img src=x onerror=alert(1)><svg onload=alert(1)><a xlink:href="javascript:alert(1)">',
  comment: '--> <!-- <![CDATA[ ]]> <?php',
  'a base': '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">',
  'a form': '<form action="https://evil.example"><input name=a><button>go</button></form>',
  links: 'javascript:alert(1) https://evil.example //evil.example data:text/html,x',
  'path climbing': '../../../x?y#z',
  entities: '&lt;b&gt; &#60;i&#62; &amp;#64; &Tab; &colon;',
  'control characters': '\u0000a\u0007b\u001b[31mc\u009b1md\u007f\r\n\t\u0085\u2028\u2029e',
  'hidden characters': 'a\u202eb\u2066c\u200bd\u200ee\ufefff\u00adg\u{e0041}h\u3164i',
  'half characters': 'a\ud800b\udc00c',
  private: 'a\ue000b\u{f0000}c',
  accents: `z${'\u0301'.repeat(500)}`,
  nothing: '',
  spaces: ' \t \n ',
  'urls for styles': 'url(https://evil.example/x) red;} body{display:none',
  'a name of Plot': 'var(--k0)',
  prototype: '__proto__',
};

test('the reader of this file sees raw attacks', () => {
  const page = renderHtml(sampleReview('pass-clean'), { links: LINKS });
  for (const name of ['a script', 'an image', 'a base', 'a form', 'control characters', 'hidden characters'])
    assert.throws(() => readPage(page.replace('</main>', `${ATTACKS[name]}</main>`), LINKS.server), name);
});

for (const [name, text] of Object.entries(ATTACKS))
  test(`every text replaced by ${name}`, () => {
    for (const review of [...SAMPLES.map(sampleReview), richReview()])
      readPage(renderHtml(flooded(review, text), { links: LINKS }), LINKS.server);
  });

test('a server or repository that is none gives no link', () => {
  for (const links of [
    { ...LINKS, server: 'javascript:alert(1)//' },
    { ...LINKS, server: 'https://github.com/"><b>' },
    { ...LINKS, repository: '../..' },
  ]) {
    const review = { ...richReview(), repository: null };
    const page = renderHtml({ ...review, head: { ...review.head, repository: null } }, { links });
    assert.doesNotMatch(page, /<a [^>]*href="(?!#)/);
  }
});
