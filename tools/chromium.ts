// A page as a reader sees it, in a real browser.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const WINDOW = { width: 1000, height: 900 };
const CANDIDATES = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** The browser of this machine, or null: `CHROMIUM` names another one. */
export function chromiumProgram(): string | null {
  return CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null;
}

/**
 * Opens a local page and says what is wrong with it: requests to any network, errors of its own, more width than the
 * window has, folded parts that stay shut. `picture` names a PNG file for the whole page, null for none; `program` is
 * the browser.
 */
export async function look(path: string, picture: string | null, program: string): Promise<readonly string[]> {
  const problems: string[] = [];
  const browser = await chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--no-first-run',
    ],
  });
  try {
    const tab = await browser.newPage({ viewport: WINDOW });
    tab.on('request', (request) => {
      if (!request.url().startsWith('file:')) problems.push(`the page asks for ${request.url()}`);
    });
    tab.on('pageerror', (error) => problems.push(`the page raises ${error.message}`));
    await tab.goto(pathToFileURL(resolve(path)).href);
    const width = await tab.evaluate('document.documentElement.scrollWidth');
    if (typeof width !== 'number' || width > WINDOW.width) problems.push(`the page is ${String(width)} pixels wide`);
    if ((await tab.locator('section').count()) === 0) problems.push('the page shows no moment of the pull request');
    const details = tab.locator('details').first();
    if ((await details.count()) > 0) {
      await details.locator('summary').click();
      if ((await details.getAttribute('open')) === null) problems.push('a folded part does not open');
      await details.locator('summary').click();
    }
    if (picture !== null) await tab.screenshot({ path: picture, fullPage: true });
  } finally {
    await browser.close();
  }
  return problems;
}
