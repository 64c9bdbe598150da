// Looks at a page in Chromium, as a reader would, and takes its picture: `node tools/page-shot.ts PAGE.html OUT.png`.
// Fails where the page asks the network for anything, raises an error, or is wider than its window.
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

const [page, out] = process.argv.slice(2);
const executablePath = CANDIDATES.find((path) => path !== undefined && existsSync(path));
if (page === undefined || out === undefined) {
  console.error('usage: node tools/page-shot.ts PAGE.html OUT.png');
  process.exitCode = 2;
} else if (executablePath === undefined) {
  console.error('no Chromium was found: install it, or name its program in CHROMIUM');
  process.exitCode = 2;
} else {
  const problems = await look(page, out, executablePath);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else console.log(`${out}: ${page} as Chromium shows it, nothing to object to`);
}

async function look(path: string, picture: string, program: string): Promise<readonly string[]> {
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
    await tab.screenshot({ path: picture, fullPage: true });
  } finally {
    await browser.close();
  }
  return problems;
}
