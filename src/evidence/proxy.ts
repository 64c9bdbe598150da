import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { type ProxySettings, proxyFor } from '../core/proxy.ts';

/**
 * Who carries a request to an address: straight there, or through the operator's proxy. `lookup` resolves the names that
 * this machine connects to; behind a proxy that is the proxy's own, and the proxy resolves the rest.
 */
export function createRoads(proxies: ProxySettings, lookup: LookupFunction): (address: URL) => Dispatcher {
  const direct = new Agent({ connect: { lookup } });
  const through = new Map<string, Dispatcher>();
  return (address) => {
    const uri = proxyFor(address, proxies);
    if (uri === null) return direct;
    // Most proxies refuse a tunnel to the port of plain HTTP: there the address itself is sent to the proxy.
    const agent = through.get(uri) ?? new ProxyAgent({ uri, proxyTunnel: false, proxyTls: { lookup } });
    through.set(uri, agent);
    return agent;
  };
}
