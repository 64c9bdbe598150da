/** The proxies on the way out: addresses, or null for none. */
export interface ProxySettings {
  /** For plain addresses, asked in absolute form (RFC 9112, section 3.2.2). */
  readonly http: string | null;
  /** For encrypted ones, through a tunnel (RFC 9110, section 9.3.6, CONNECT). */
  readonly https: string | null;
  /** Hosts that are asked directly, with commas or blanks between: `corp.example` (and what is below it), `.corp.example`, `host:8080`, or `*`. */
  readonly no: string;
}

export const NO_PROXIES: ProxySettings = { http: null, https: null, no: '' };

/** As curl and undici read them: small letters before capitals; `HTTP_PROXY` serves for both where it stands alone. */
export function proxiesFrom(env: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string) => env[name.toLowerCase()] || env[name] || null;
  const http = read('HTTP_PROXY') ?? read('PROXY');
  return { http, https: read('HTTPS_PROXY') ?? http, no: read('NO_PROXY') ?? '' };
}

/** This machine itself is asked directly, whatever the settings say. */
export const NEVER_PROXIED = ['localhost', '127.0.0.1', '[::1]'] as const;

/** The proxy that a request to this address goes through; null: none. */
export function proxyFor(address: URL, { http, https, no }: ProxySettings): string | null {
  const proxy = address.protocol === 'https:' ? https : http;
  if (proxy === null || no.trim() === '*') return null;
  const host = address.hostname.toLowerCase();
  const port = address.port || (address.protocol === 'https:' ? '443' : '80');
  const direct = [...NEVER_PROXIED, ...no.split(/[,\s]+/)].some((entry) => {
    const [, name = '', only] = /^(?:\*?\.)?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
    if (name === '' || (only !== undefined && only !== port)) return false;
    return host === name || host.endsWith(`.${name}`);
  });
  return direct ? null : proxy;
}
