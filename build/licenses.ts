import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const LICENSE_FILE = /^(?:licen[cs]e|copying|notice|third.?party)/i;

const HEADS: Readonly<Record<string, readonly string[]>> = {
  '@bufbuild/protobuf': ['dist/esm/index.js', 'dist/esm/wire/varint.js'],
};

/** For packages that name their licence and forgot the text. */
const ISC = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby
granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT,
INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN
ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF
THIS SOFTWARE.`;
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** The licences of every package that files come from, as one text in the order of their names. Throws without one. */
export function licensesOf(files: readonly string[]): string {
  const folders = new Map<string, string>();
  for (const file of files) {
    const folder = packageFolder(file);
    if (folder !== null) folders.set(folder, describe(folder));
  }
  const texts = [...new Set(folders.values())].sort();
  return `Taster carries parts of these packages.\n\n${texts.join('\n')}`;
}

function packageFolder(file: string): string | null {
  return /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file.replaceAll('\\', '/'))?.[0] ?? null;
}

function describe(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const texts = ['.', ...(existsSync(join(folder, 'codec')) ? ['codec'] : [])].flatMap((part) =>
    readdirSync(join(folder, part))
      .filter((file) => LICENSE_FILE.test(file))
      .sort()
      .map((file) =>
        readFileSync(join(folder, part, file), 'utf8')
          .replaceAll('\r\n', '\n')
          .trim(),
      ),
  );
  // Packages that keep their terms in the heads of their sources.
  for (const file of texts.length === 0 ? (HEADS[name] ?? []) : []) texts.push(headOf(join(folder, file)));
  if (HEADS[name] && license?.includes('Apache-2.0'))
    texts.push(readFileSync(join(import.meta.dirname, '..', 'LICENSE'), 'utf8').trim());
  if (texts.length === 0) {
    const text = license?.startsWith('MIT') ? MIT : license === 'ISC' ? ISC : null;
    if (text === null) throw new Error(`${name} carries no licence text (${license ?? 'and names none'})`);
    texts.push(`Copyright (c) the authors of ${name}\n\n${text}`);
  }
  return `${'-'.repeat(80)}\n${name} ${version}\nLicence: ${license ?? 'see below'}\n\n${texts.join('\n\n')}\n`;
}

/** The comment that a source file begins with. */
function headOf(file: string): string {
  const head = /^(?:\/\/.*\n)+/.exec(readFileSync(file, 'utf8'))?.[0];
  if (!head) throw new Error(`${file} does not begin with its licence`);
  return head.replace(/^\/\/ ?/gm, '').trim();
}
