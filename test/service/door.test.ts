import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../src/service/http.ts';
import type { Service } from '../../src/service/start.ts';
import { openStage, type Stage } from './support.ts';

let stage: Stage;
let service: Service;
let port: number;

beforeAll(async () => {
  stage = await openStage();
  service = await stage.start();
  port = Number(new URL(service.address).port);
});
afterAll(async () => {
  await service.stop();
  await stage.close();
});

/** Writes bytes as they are, and answers what came back until the other side closed. */
function raw(pieces: readonly string[], everyMs = 0, to = port): Promise<{ readonly text: string }> {
  return new Promise((resolve) => {
    const socket = connect(to, '127.0.0.1');
    let text = '';
    let next = 0;
    const timer = setInterval(() => {
      const piece = pieces[next % pieces.length];
      next += 1;
      if (piece !== undefined && socket.writable && (everyMs > 0 || next <= pieces.length)) socket.write(piece);
    }, everyMs || 1);
    socket.on('data', (piece) => (text += String(piece)));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearInterval(timer);
      resolve({ text });
    });
  });
}

/** Of a body, a piece at a time: more than the door waits for. */
const DRIPS = Array.from({ length: 10_000 }, () => 'x');

/** A door behind which nobody is. */
const NOBODY: Parameters<typeof createHttpServer>[0] = {
  webhook: () => undefined,
  readiness: async () => ({ ready: true, store: 'ok', queue: 'ok', sources: { state: 'ok', down: [] } }),
};

const PATH = '/api/github/webhooks';

describe('the door of a running service', () => {
  test.each([
    ['unsigned', {}],
    ['signed with another secret', { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` }],
    ['signed by the old method only', { 'x-hub-signature': `sha1=${'0'.repeat(40)}` }],
    ['signed with nonsense', { 'x-hub-signature-256': 'sha256=;DROP TABLE' }],
  ])('stores nothing of a delivery that is %s', async (_, headers) => {
    const before = await service.ports.store.queue.depth();
    const answer = await fetch(`${service.address}${PATH}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'pull_request',
        'x-github-delivery': crypto.randomUUID(),
        ...headers,
      },
      body: '{"action":"opened"}',
    });
    expect([400, 401]).toContain(answer.status);
    expect(await service.ports.store.queue.depth()).toBe(before);
  });

  test.each([
    ['that is no JSON', '{"action":'],
    ['that is another thing than an object', '[1,2,3]'],
    ['without what it needs', '{"action":"opened"}'],
    ['nested deeper than anybody writes', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['with prototype keys', '{"__proto__":{"action":"opened"},"constructor":{"prototype":{}}}'],
  ])('takes a signed body %s without harm', async (_, body) => {
    const before = await service.ports.store.queue.depth();
    const status = await stage.github.deliver('pull_request', body as never);
    expect(status).not.toBeNull();
    expect(await service.ports.store.queue.depth()).toBe(before);
    expect(await fetch(`${service.address}/healthz`).then((answer) => answer.status)).toBe(200);
  });

  test.each([
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '//api/github/webhooks',
    '/api/github/webhooks/../../../healthz',
    '/api/github/webhooks%00',
    '/metrics',
    '/api/github/webhooks/',
  ])('has nothing at %s', async (path) => {
    const { text } = await raw([`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`]);
    expect(text).toMatch(/^HTTP\/1\.1 (?:400|404|405) /);
    expect(text).not.toMatch(/root:|countersign_/);
  });

  test('cuts off headers without end, in size and in number', async () => {
    const large = await raw([`POST ${PATH} HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`]);
    expect(large.text).toMatch(/^HTTP\/1\.1 431 /);
    const many = Array.from({ length: 3_000 }, (_, index) => `H${index}: v\r\n`).join('');
    const flood = await raw([
      `POST ${PATH} HTTP/1.1\r\nHost: x\r\n${many}Content-Length: 2\r\nConnection: close\r\n\r\n{}`,
    ]);
    expect(flood.text).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  test('gives a sender ten seconds for its headers, and fifteen for all', () => {
    const { headersTimeout, requestTimeout } = createHttpServer(NOBODY);
    expect([headersTimeout, requestTimeout]).toEqual([10_000, 15_000]);
  });

  test('cuts off senders that trickle their headers or their body, and serves others meanwhile', async () => {
    const impatient = createHttpServer(NOBODY);
    impatient.headersTimeout = 500;
    impatient.requestTimeout = 800;
    await new Promise<void>((resolve) => impatient.listen(0, '127.0.0.1', resolve));
    const own = (impatient.address() as AddressInfo).port;
    const signed = `X-Hub-Signature-256: sha256=${'0'.repeat(64)}\r\nContent-Length: 1000000\r\n\r\n`;
    const begun = `POST ${PATH} HTTP/1.1\r\nHost: x\r\n${signed}`;
    // None of them ends by itself.
    const slow = [
      ...Array.from({ length: 50 }, () => raw(['GET / HTTP/1.1\r\n', 'X-Slow: a\r\n'], 50, own)),
      ...Array.from({ length: 50 }, () => raw([begun, ...DRIPS], 50, own)),
    ];
    expect(await fetch(`http://127.0.0.1:${own}/healthz`).then((answer) => answer.status)).toBe(200);
    await Promise.all(slow);
    expect(await fetch(`http://127.0.0.1:${own}/healthz`).then((answer) => answer.status)).toBe(200);
    await new Promise((resolve) => impatient.close(resolve));
  });
});
