import { randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { CountersignError } from '../core/errors.ts';
import { packageFile } from '../package-root.ts';
import { WEBHOOK_PATH } from './http.ts';
import { credentialsFile, type Settings } from './settings.ts';

/** Wrong codes that are borne before the page closes for good. */
const WRONG_CODES = 5;

const Conversion = z.object({
  id: z.number().int(),
  slug: z.string(),
  html_url: z.string(),
  pem: z.string(),
  webhook_secret: z.string(),
});
const AppManifest = z.record(z.string(), z.unknown());

/**
 * The page that makes the GitHub App (GitHub docs, "Registering a GitHub App from a manifest"). It listens on
 * 127.0.0.1, or anywhere else only for whoever types the one-time code from the terminal; it writes the credentials to
 * the data folder (mode 0600) and closes. Resolves with the App's address on GitHub.
 */
export function serveManifestPage(
  settings: Settings,
  print: (text: string) => void,
): { readonly address: Promise<string>; readonly created: Promise<string>; close(): void } {
  const local = settings.host === '127.0.0.1' || settings.host === 'localhost' || settings.host === '::1';
  const code = local ? null : randomBytes(5).toString('hex');
  const state = randomBytes(16).toString('hex');
  let wrong = 0;
  const created = Promise.withResolvers<string>();
  const listening = Promise.withResolvers<string>();

  const server = createServer((request, response) => {
    void respond(request, response).catch((error: unknown) => {
      page(response, 502, `<p>${escapeHtml(error instanceof Error ? error.message : String(error))}</p>`);
    });
  });

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET') return page(response, 405, '<p>Only GET.</p>');
    if (url.pathname === '/created') return finish(url, response);
    if (url.pathname !== '/') return page(response, 404, '<p>There is nothing here.</p>');
    if (code !== null && !sameText(url.searchParams.get('code') ?? '', code)) {
      if (url.searchParams.has('code')) wrong += 1;
      if (wrong >= WRONG_CODES) server.close(() => created.reject(tooManyCodes()));
      return page(response, 401, CODE_FORM);
    }
    page(response, 200, creationForm(settings, request.headers.host ?? `${settings.host}:${settings.port}`, state));
  }

  async function finish(url: URL, response: ServerResponse): Promise<void> {
    if (!sameText(url.searchParams.get('state') ?? '', state))
      return page(response, 400, '<p>This answer belongs to another page.</p>');
    const conversion = await convert(settings, url.searchParams.get('code') ?? '');
    const file = credentialsFile(settings);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const { id: appId, pem: privateKey, webhook_secret: webhookSecret } = conversion;
    writeFileSync(file, `${JSON.stringify({ appId, privateKey, webhookSecret }, null, 2)}\n`, { mode: 0o600 });
    page(
      response,
      200,
      `<p>The App <a href="${escapeHtml(conversion.html_url)}">${escapeHtml(conversion.slug)}</a> exists. You can close this page.</p>`,
    );
    server.close();
    created.resolve(conversion.html_url);
  }

  server.on('error', (error) => {
    listening.reject(error);
    created.reject(error);
  });
  server.listen(settings.port, settings.host, () => {
    const bound = server.address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : settings.port;
    const address = `http://${local ? '127.0.0.1' : settings.host}:${port}/`;
    if (code !== null) print(`  The page asks for this one-time code: ${code}\n`);
    listening.resolve(address);
  });
  return { address: listening.promise, created: created.promise, close: () => void server.close() };
}

async function convert(settings: Settings, code: string): Promise<z.infer<typeof Conversion>> {
  const api = settings.apiUrl ?? 'https://api.github.com';
  const answer = await fetch(`${api}/app-manifests/${encodeURIComponent(code)}/conversions`, {
    method: 'POST',
    headers: { accept: 'application/vnd.github+json' },
    signal: AbortSignal.timeout(15_000),
  });
  if (!answer.ok) {
    throw new CountersignError(
      'host-refused',
      `GitHub did not hand out the App's credentials (${answer.status}). Open the first page again and retry.`,
    );
  }
  return Conversion.parse(await answer.json());
}

/** The manifest is `app.yml`, so that the App that is made and the App that is documented are the same. */
export function manifestOf(publicUrl: string, redirectUrl: string): Record<string, unknown> {
  const manifest = AppManifest.parse(parse(readFileSync(packageFile('app.yml'), 'utf8')));
  return {
    ...manifest,
    hook_attributes: { url: new URL(WEBHOOK_PATH, publicUrl).href, active: true },
    redirect_url: redirectUrl,
  };
}

function creationForm(settings: Settings, host: string, state: string): string {
  const manifest = JSON.stringify(manifestOf(`https://${host}`, `http://${host}/created`));
  const action = `${settings.webUrl}/settings/apps/new?state=${state}`;
  return `<p>This registers a GitHub App with the permissions that <code>app.yml</code> lists. Replace the webhook address on
the next page if GitHub reaches this machine under another name.</p>
<form action="${escapeHtml(action)}" method="post">
<input type="hidden" name="manifest" value="${escapeHtml(manifest)}">
<button type="submit">Create the GitHub App</button>
</form>`;
}

const CODE_FORM = `<form method="get"><label>One-time code from the terminal <input name="code" autocomplete="off" autofocus></label>
<button type="submit">Go on</button></form>`;

function page(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    connection: 'close',
  });
  response.end(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Countersign: create the GitHub App</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:3rem auto;padding:0 1rem}button{font:inherit;padding:.4rem 1rem}</style>
<h1>Countersign</h1>${body}</html>`);
}

function sameText(given: string, expected: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(expected);
  return a.length === b.length && timingSafeEqual(a, b);
}

function tooManyCodes(): CountersignError {
  return new CountersignError(
    'bad-usage',
    'The page was closed after five wrong codes. Start `countersign serve` again for a new one.',
  );
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
