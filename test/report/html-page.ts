import assert from 'node:assert/strict';
import { parseHTML } from 'linkedom';
import { SCRIPT } from '../../src/report/html/script.ts';
import { STYLE } from '../../src/report/html/style.ts';

const ELEMENTS = new Set(
  (
    'html head meta link title style body a header div p h1 h2 h3 h4 span code nav ul li main section table caption thead ' +
    'tbody tr th td small b br article figure figcaption strong svg desc g path line rect circle text tspan details summary ' +
    'pre dl dt dd footer script'
  ).split(' '),
);

/** Reads a page and throws where it holds anything that the page itself does not write. */
export function readPage(page: string, server: string) {
  const { document } = parseHTML(page);
  const ids = new Set<string>();
  for (const element of document.querySelectorAll('*')) {
    const name = element.localName.toLowerCase();
    assert.ok(ELEMENTS.has(name), `<${name}>`);
    for (const { name: attribute, value } of element.attributes) {
      assert.match(attribute, /^[a-zA-Z][\w-]*$/, attribute);
      assert.doesNotMatch(attribute, /^(?:on|style$|src$|srcset$|action$|formaction$|xlink)/i, attribute);
      if (attribute === 'href')
        assert.ok(/^#[a-z0-9-]+$/.test(value) || value.startsWith(`${server}/`) || value === 'data:,', value);
      if (attribute === 'id') {
        assert.ok(!ids.has(value), `twice the id ${value}`);
        ids.add(value);
      }
    }
  }
  const inside = [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute('href')!.slice(1));
  for (const target of inside) assert.ok(ids.has(target), `nothing is called ${target}`);
  assert.deepEqual(
    [...document.querySelectorAll('script')].map((script) => script.textContent),
    [SCRIPT],
  );
  assert.equal(document.querySelectorAll('style').length, 1);
  const rest = page.replace(STYLE, '').replace(SCRIPT, '');
  const hidden = /.{0,40}(?:[\p{Cf}\p{Co}\p{Zl}\p{Zp}]|[^\P{Cc}\n])/u.exec(rest);
  assert.equal(hidden, null, hidden?.[0]);
  const stray = /.{0,40}&(?!(?:amp|lt|gt|quot|#39);).{0,20}/u.exec(rest);
  assert.equal(stray, null, stray?.[0]);
  return document;
}

/** Texts that a hostile writer may put into any field of a page, by what they attack. */
export const PAGE_ATTACKS: Readonly<Record<string, string>> = {
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
