import { EnvHttpProxyAgent, setGlobalDispatcher } from 'undici';
import { CountersignError } from '../core/errors.ts';
import { NEVER_PROXIED, type ProxySettings, proxiesFrom } from '../core/proxy.ts';

/** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in capitals or small. Throws `bad-configuration` where one is no address. */
export function readProxies(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const { http, https, no } = proxiesFrom(env);
  return { http: addressOf(http), https: addressOf(https), no };
}

/** As curl takes it: an address without a scheme is one of plain HTTP. It may carry a password, so it is never printed. */
function addressOf(given: string | null): string | null {
  if (given === null) return null;
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const address = URL.parse(full);
  if (address === null || (address.protocol !== 'http:' && address.protocol !== 'https:')) {
    throw new CountersignError(
      'bad-configuration',
      'HTTPS_PROXY or HTTP_PROXY is no address of an HTTP proxy: write `http://proxy.example:3128`, with `user:password@` in front of the host where it asks for them.',
    );
  }
  return address.href;
}

/**
 * Sends what goes out by the process's own fetch through the operator's proxies: GitHub's API, alerts. Evidence has its
 * own way out, with its own guard.
 */
export function sendThroughProxies(env: Readonly<Record<string, string | undefined>>): void {
  const { http, https, no } = readProxies(env);
  if (http === null && https === null) return;
  const given = {
    httpProxy: http ?? '',
    httpsProxy: https ?? '',
    noProxy: no.trim() === '*' ? '*' : [...NEVER_PROXIED, no].join(','),
  };
  setGlobalDispatcher(new EnvHttpProxyAgent({ ...given, proxyTunnel: false }));
}
