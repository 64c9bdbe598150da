import { createSign } from 'node:crypto';
import type { Json } from './types.ts';
import type { World } from './world.ts';

/** Emulate counts 5,000 requests a token and hour, like GitHub; a load test makes more, so tokens are changed before. */
const usesOfOneToken = 4_000;
const administrators = 200;

/** Who holds which token, and what emulate is shown in its place. */
export interface Tokens {
  identify(
    authorization: string | undefined,
  ): { readonly caller: string; readonly token: string | null; readonly installationId: number | null } | null;
  minted(token: string, installationId: number): void;
  expire(): void;
  /** What emulate takes for an installation that it was seeded with, whoever acts. */
  actingFor(seededInstallationId: number): Promise<string>;
  /** An administrator's authorization for our own requests to emulate. */
  admin(): string;
}

export function createTokens(world: World, upstream: string, privateKey: string): Tokens {
  const installations = new Map<string, { readonly id: number; shown: string; uses: number }>();
  const people = new Map([...world.users.keys()].map((login) => [tokenOf(login), login]));
  let asked = 0;

  const acting = new Map<number, { readonly id: number; shown: string; uses: number }>();

  /** Keeps the caller's token and shows emulate a new one from the next request on. */
  async function change(held: { readonly id: number; shown: string; uses: number }): Promise<void> {
    const seeded = world.installations.get(held.id)?.seeded ?? held.id;
    const response = await fetch(`${upstream}/app/installations/${seeded}/access_tokens`, {
      method: 'POST',
      headers: { authorization: `Bearer ${jwtOf(world.app.id, privateKey)}`, 'content-type': 'application/json' },
      body: '{}',
    });
    held.shown = String(((await response.json()) as Json)['token']);
    held.uses = 0;
  }

  return {
    identify(authorization) {
      const token = /^(?:token|bearer)\s+(.+)$/i.exec(authorization ?? '')?.[1];
      if (token === undefined) return { caller: 'anonymous', token: null, installationId: null };
      if (token.split('.').length === 3) return { caller: 'app', token: `Bearer ${token}`, installationId: null };
      const held = installations.get(token);
      if (held) {
        held.uses += 1;
        if (held.uses === usesOfOneToken) void change(held);
        return { caller: 'installation', token: `token ${held.shown}`, installationId: held.id };
      }
      const login = people.get(token);
      return login === undefined ? null : { caller: login, token: `token ${token}`, installationId: null };
    },
    minted(token, id) {
      installations.set(token, { id, shown: token, uses: 0 });
    },
    expire: () => installations.clear(),
    async actingFor(id) {
      const held = acting.get(id) ?? { id, shown: '', uses: 0 };
      acting.set(id, held);
      if (held.uses % usesOfOneToken === 0) await change(held);
      held.uses += 1;
      return `token ${held.shown}`;
    },
    admin() {
      asked += 1;
      return `token ${tokenOf(`root-${Math.floor(asked / usesOfOneToken) % administrators}`)}`;
    },
  };
}

/** Tokens to seed emulate with: one a person, many for its administrator. */
export function seededTokens(logins: readonly string[]): Record<string, { login: string; scopes: string[] }> {
  const root = Array.from({ length: administrators }, (_, index) => [tokenOf(`root-${index}`), 'root'] as const);
  const people = logins.map((login) => [tokenOf(login), login] as const);
  return Object.fromEntries(
    [...people, ...root].map(([token, login]) => [token, { login, scopes: ['repo', 'admin:org'] }]),
  );
}

export function tokenOf(login: string): string {
  return `ghp_${Buffer.from(login).toString('hex')}`;
}

/** A JWT as GitHub wants it of an App: RS256, issued a minute ago, good for ten (GitHub docs, "Generating a JSON Web Token"). */
export function jwtOf(appId: number, privateKey: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: Json): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - 60, exp: now + 540, iss: String(appId) })}`;
  return `${head}.${createSign('RSA-SHA256').update(head).sign(privateKey, 'base64url')}`;
}
