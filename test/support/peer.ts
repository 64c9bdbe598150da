/** The least that an honest webhook handler does: it verifies the signature and stores the delivery durably, once. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 10 });
const secret = process.env['WEBHOOK_SECRET'] ?? '';
await pool.query('CREATE TABLE IF NOT EXISTS peer (id uuid PRIMARY KEY, body text NOT NULL)');

const server = createServer(async (request, response) => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const body = Buffer.concat(pieces);
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`);
  const given = Buffer.from(String(request.headers['x-hub-signature-256']));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    response.writeHead(401).end();
    return;
  }
  await pool.query('INSERT INTO peer VALUES ($1, $2) ON CONFLICT DO NOTHING', [
    request.headers['x-github-delivery'],
    body.toString('utf8'),
  ]);
  response.writeHead(200).end();
});
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
process.once('SIGTERM', () => process.exit(0));
