import { BlockList, isIP } from 'node:net';

const INTERNAL = new BlockList();
// IANA IPv4 and IPv6 special-purpose address registries: this host, private use, shared, loopback, link local, unique local.
INTERNAL.addSubnet('0.0.0.0', 8);
INTERNAL.addSubnet('10.0.0.0', 8);
INTERNAL.addSubnet('100.64.0.0', 10);
INTERNAL.addSubnet('127.0.0.0', 8);
INTERNAL.addSubnet('169.254.0.0', 16);
INTERNAL.addSubnet('172.16.0.0', 12);
INTERNAL.addSubnet('192.0.0.0', 24);
INTERNAL.addSubnet('192.168.0.0', 16);
INTERNAL.addSubnet('198.18.0.0', 15);
INTERNAL.addSubnet('224.0.0.0', 3);
INTERNAL.addAddress('::', 'ipv6');
INTERNAL.addAddress('::1', 'ipv6');
INTERNAL.addSubnet('fc00::', 7, 'ipv6');
INTERNAL.addSubnet('fe80::', 10, 'ipv6');
INTERNAL.addSubnet('ff00::', 8, 'ipv6');

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16);
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** Whether a host (with or without port) is an internal address, or a name that only a local resolver knows. */
export function isInternal(host: string): boolean {
  const bare = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  const family = isIP(bare);
  if (family === 0)
    return bare === 'localhost' || bare.endsWith('.localhost') || bare.endsWith('.internal') || !bare.includes('.');
  return INTERNAL.check(bare, family === 6 ? 'ipv6' : 'ipv4');
}

/** Whether an address is one of the link itself (RFC 3927, RFC 4291): where clouds serve a machine's credentials. */
export function isLinkLocal(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LINK_LOCAL.check(address, family === 6 ? 'ipv6' : 'ipv4');
}
