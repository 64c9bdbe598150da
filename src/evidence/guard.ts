import { type LookupAddress, lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { HostGuard } from '../core/lookup.ts';
import { isInternal, isLinkLocal } from './internal.ts';

/** As `dns.lookup` with `all: true`. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true; readonly family?: number | 'IPv4' | 'IPv6' | undefined },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Keeps requests away from this machine and its network. `trusted` are hosts that the operator names (with their port,
 * where they have one): those may be private. Addresses of the link itself, where clouds keep their metadata, are refused
 * even to them unless the address stands in the settings word for word.
 */
export function createHostGuard(trusted: readonly string[], resolver: Resolve = resolve): HostGuard {
  const hosts = new Set(trusted.map((host) => host.toLowerCase()));
  const names = new Set([...hosts].map(withoutPort));

  function refuses(address: URL): string | null {
    const host = address.host.toLowerCase();
    return !names.has(withoutPort(host)) && isInternal(host) ? `${host} is an internal address` : null;
  }

  const lookup: LookupFunction = (hostname, options, callback) => {
    resolver(hostname, { family: options.family, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '');
      const isTrusted = names.has(hostname.toLowerCase());
      const bad = addresses.find(({ address }) => (isTrusted ? isLinkLocal(address) : isInternal(address)));
      if (bad !== undefined) return callback(refusal(hostname, bad.address), '');
      const [first] = addresses;
      if (options.all === true) return callback(null, addresses);
      if (first === undefined) return callback(refusal(hostname, 'no address'), '');
      callback(null, first.address, first.family);
    });
  };
  return { refuses, trusts: (host) => hosts.has(host.toLowerCase()), lookup };
}

/** The code of a socket's error where a name resolves to what it must not. */
export const INTERNAL_CODE = 'EINTERNALADDRESS';

function refusal(hostname: string, address: string): NodeJS.ErrnoException {
  const error: NodeJS.ErrnoException = new Error(`${hostname} resolves to the internal address ${address}`);
  error.code = INTERNAL_CODE;
  return error;
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}
