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
