import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { watchTroubles } from '../fixtures/watched-page.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Why no page can be opened here; false where one can. */
export const skip = existsSync(CHROMIUM) ? false : `there is no ${CHROMIUM}`;

export interface Opened {
  readonly page: Page;
  /** What must not be: console errors, dialogs, requests beside the page itself. */
  readonly troubles: string[];
  close(): Promise<void>;
}

export interface PageReader {
  open(html: string, options?: Parameters<Browser['newContext']>[0]): Promise<Opened>;
  close(): Promise<void>;
}

/** A browser that opens reports as files, as their readers do. */
export async function openPageReader(): Promise<PageReader> {
  const folder = mkdtempSync(join(tmpdir(), 'html-browser-'));
  // Started as root in containers, Chromium has no sandbox.
  const browser = skip === false ? await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] }) : null;
  return {
    async open(html, options = {}) {
      const file = join(folder, 'page.html');
      const address = pathToFileURL(file).href;
      writeFileSync(file, html);
      // The checker's own script is put in beside the page's policy; that the policy bites is a test of its own.
      const context = await browser!.newContext({ viewport: { width: 1100, height: 800 }, ...options });
      const page = await context.newPage();
      const troubles = watchTroubles(page);
      page.on('request', (request) => {
        if (request.url() !== address && request.url() !== 'data:,') troubles.push(`request: ${request.url()}`);
      });
      await page.goto(address);
      return { page, troubles, close: () => context.close() };
    },
    async close() {
      await browser?.close();
      rmSync(folder, { recursive: true });
    },
  };
}
