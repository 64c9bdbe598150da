import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageFile } from '../../src/package-root.ts';
import { BODY_LIMIT_BYTES, createHttpServer, WEBHOOK_PATH } from '../../src/service/http.ts';
import { readCredentials, readSettings } from '../../src/service/settings.ts';

const KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;
const SECRET = 'a-secret-of-more-than-sixteen';
/** A header that looks like a signature: what it is worth shows only when the body is there. */
const SIGNED = `x-hub-signature-256: sha256=${'0'.repeat(64)}`;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-serve-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('start-up refuses, in one sentence,', () => {
  const good = { APP_ID: '7', PRIVATE_KEY: KEY, WEBHOOK_SECRET: SECRET };
  test.each([
    ['a missing webhook secret', { ...good, WEBHOOK_SECRET: '' }, /WEBHOOK_SECRET is missing/],
    ['the secret that Probot falls back to', { ...good, WEBHOOK_SECRET: 'development' }, /anyone can guess/],
    ['a short secret', { ...good, WEBHOOK_SECRET: 'short' }, /shorter than 16/],
    ['a missing App id', { ...good, APP_ID: undefined }, /APP_ID is missing/],
    ['an App id that is no number', { ...good, APP_ID: 'Iv1.abc' }, /not a number/],
    ['a missing key', { ...good, PRIVATE_KEY: undefined }, /private key is missing/],
    ['a key that is none', { ...good, PRIVATE_KEY: 'hello' }, /private key cannot be used/],
    [
      'a key file that is not there',
      { ...good, PRIVATE_KEY: undefined, PRIVATE_KEY_PATH: '/nowhere.pem' },
      /cannot be read/,
    ],
  ])('%s', (_, env, sentence) => {
    expect(() => readCredentials(env, { dataFolder: folder })).toThrow(sentence);
  });

  test.each([
    ['a port that is none', { PORT: 'web' }, /PORT/],
    ['an API address that is none', { GITHUB_API_URL: 'github' }, /GITHUB_API_URL/],
  ])('%s', (_, env, sentence) => {
    expect(() => readSettings(env)).toThrow(sentence);
  });

  test('a key that is an elliptic one', () => {
    const { privateKey } = generateKeyPairSync('ec', {
      namedCurve: 'P-256',
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    expect(() => readCredentials({ ...good, PRIVATE_KEY: privateKey }, { dataFolder: folder })).toThrow(/not RSA/);
  });

  test('an unreachable database, without naming its password', async () => {
    const { code, stderr } = await serve({
      ...good,
      DATABASE_URL: 'postgres://someone:hunter2@127.0.0.1:1/nothing',
    });
    expect(code).not.toBe(0);
    expect(
      stderr
        .trim()
        .split('\n')
        .filter((line) => line.startsWith('countersign serve:')),
    ).toHaveLength(1);
    expect(stderr).not.toContain('hunter2');
  });
});

test('without credentials the two ways to get them are printed, and the page asks for the code when it is public', async () => {
  const child = start({ HOST: '0.0.0.0', PORT: '0', COUNTERSIGN_DATA: join(folder, 'none') });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += String(piece);
  });
  await expect.poll(() => text).toMatch(/http:\/\/0\.0\.0\.0:\d+\//);
  expect(text).toMatch(/APP_ID/);
  const code = /one-time code: ([0-9a-f]+)/.exec(text)?.[1] ?? '';
  const address = (/(http:\/\/0\.0\.0\.0:\d+\/)/.exec(text)?.[1] ?? '').replace('0.0.0.0', '127.0.0.1');
  expect((await fetch(address)).status).toBe(401);
  expect((await fetch(`${address}?code=${'0'.repeat(code.length)}`)).status).toBe(401);
  const page = await fetch(`${address}?code=${code}`);
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('Create the GitHub App');
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('close', resolve));
});

describe('the door', () => {
  let received: string[] = [];
  const server = createHttpServer({
    webhook: (request, response) => {
      received.push((request as unknown as { body: string }).body);
      response.end('ok');
    },
    readiness: async () => ({ ready: true, store: 'ok', queue: 'ok', sources: { state: 'ok', down: [] } }),
  });
  let port = 0;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('refuses a body that says it is over 25 MB before a byte of it is read', async () => {
    received = [];
    const answer = await raw(
      `POST ${WEBHOOK_PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: ${BODY_LIMIT_BYTES + 1}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 413/);
    expect(received).toEqual([]);
  });

  test('cuts off a body that grows past it unsaid', async () => {
    received = [];
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const answer = await raw(
      `POST ${WEBHOOK_PATH} HTTP/1.1\r\nhost: x\r\n${SIGNED}\r\ntransfer-encoding: chunked\r\n\r\n${chunk.repeat(27)}`,
    );
    expect(answer).toMatch(/413|^$/);
    expect(received).toEqual([]);
  });

  test('hands an ordinary body on as it came', async () => {
    received = [];
    const headers = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    await fetch(`http://127.0.0.1:${port}${WEBHOOK_PATH}`, { method: 'POST', headers, body: '{"a":"é"}' });
    expect(received).toEqual(['{"a":"é"}']);
  });

  test.each([
    ['without a signature', ''],
    ['with one of another form', 'x-hub-signature-256: sha1=abc\r\n'],
    ['with two of them', `${SIGNED}\r\n${SIGNED}\r\n`],
  ])('reads no byte of a body %s', async (_, header) => {
    received = [];
    const answer = await raw(`POST ${WEBHOOK_PATH} HTTP/1.1\r\nhost: x\r\n${header}content-length: 1000000\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 401/);
    expect(received).toEqual([]);
  });

  test('holds no more of all bodies together than a few of the largest, and takes short ones meanwhile', async () => {
    received = [];
    const megabyte = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const began = `POST ${WEBHOOK_PATH} HTTP/1.1\r\nhost: x\r\n${SIGNED}\r\ntransfer-encoding: chunked\r\n\r\n${megabyte.repeat(20)}`;
    const answers: string[] = [];
    const hostile = Array.from({ length: 7 }, () => raw(began, (answer) => answers.push(answer)));
    await expect.poll(() => answers).toEqual([expect.stringMatching(/^HTTP\/1\.1 503/)]);
    await fetch(`http://127.0.0.1:${port}${WEBHOOK_PATH}`, {
      method: 'POST',
      headers: { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` },
      body: 'short',
    });
    expect(received).toEqual(['short']);
    server.closeAllConnections();
    await Promise.all(hostile);
    expect(answers).toHaveLength(1);
  });

  test.each(['/', '/api/github/webhooks/..%2f', '//etc/passwd'])('knows nothing at %s', async (path) => {
    expect((await fetch(`http://127.0.0.1:${port}${path}`)).status).toBe(404);
  });

  function raw(text: string, hear?: (answer: string) => void): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (piece) => {
        answer += String(piece);
        hear?.(String(piece));
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', () => resolve(answer));
    });
  }
});

test('a signed port that is in use is said', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { stderr, code } = await serve({
    APP_ID: '7',
    PRIVATE_KEY: KEY,
    WEBHOOK_SECRET: SECRET,
    PORT: String(port),
    COUNTERSIGN_DATA: join(folder, 'busy'),
  });
  await new Promise((resolve) => other.close(resolve));
  expect(stderr).toMatch(/Is it in use/);
  expect(code).toBe(2);
});

function start(env: Readonly<Record<string, string | undefined>>) {
  return spawn(process.execPath, [packageFile('src', 'main.ts'), 'serve'], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function serve(
  env: Readonly<Record<string, string | undefined>>,
): Promise<{ code: number | null; stderr: string }> {
  await writeFile(join(folder, 'marker'), '');
  const child = start({ COUNTERSIGN_DATA: join(folder, 'data'), ...env });
  let stderr = '';
  child.stderr.on('data', (piece) => {
    stderr += String(piece);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, stderr };
}
