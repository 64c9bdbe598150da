import { z } from 'zod';
import type {
  HttpAnswer,
  HttpClient,
  Registry,
  RegistryAnswer,
  RegistryQuestion,
  VersionRecord,
} from '../../core/lookup.ts';
import { normalizeImageName } from '../image.ts';
import { lying } from '../registry-answer.ts';

/** Registries that hold public images only, besides Docker Hub: what they do not have does not exist. */
const PUBLIC_HOSTS: ReadonlySet<string> = new Set(['mcr.microsoft.com', 'registry.k8s.io', 'public.ecr.aws']);
/** Where Docker Hub sends for tokens (Docker docs, "Registry authentication"). */
const HUB_AUTH = 'auth.docker.io';

/** OCI distribution specification 1.1, "Pulling manifests": an index, or one image. */
const MANIFESTS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** The specification's error body: a list of codes. */
const errorsSchema = z.object({ errors: z.array(z.object({ code: z.string() })).min(1) });
/** Distribution's token endpoint ("Token Authentication Specification"). */
const tokenSchema = z.object({ token: z.string().optional(), access_token: z.string().optional() });

const CONCEPTS: Registry['concepts'] = new Set();

export interface DockerSettings {
  /** Base address of Docker Hub's registry, or of a mirror. */
  readonly base: string;
  readonly http: HttpClient;
  /** Hosts, besides the public ones, that may be asked; they may hand out tokens too. */
  readonly allowedHosts: readonly string[];
}

/**
 * Images by the OCI distribution API, with the anonymous token that a registry offers. Only the tag or digest that a
 * change names is asked for, by HEAD where it exists; no image is fetched. The API tells no dates.
 */
export function createDockerRegistry(settings: DockerSettings): Registry {
  const allowed = new Set(settings.allowedHosts);

  function baseOf(name: string, registry: string | null): string | null {
    if (registry !== null) return registry.replace(/\/+$/, '');
    const host = hostIn(name);
    if (host === null) return settings.base.replace(/\/+$/, '');
    return PUBLIC_HOSTS.has(host) || allowed.has(host) ? `https://${host}` : null;
  }

  async function look({ name, registry, versions, signal }: RegistryQuestion): Promise<RegistryAnswer> {
    const base = baseOf(name, registry);
    if (base === null) return { state: 'unavailable', reason: 'the host is not one that is asked', transient: false };
    const place = `${base}/v2/${repositoryIn(name)}/manifests`;
    let token: string | null = null;
    const records: Record<string, VersionRecord> = {};
    for (const version of versions.length === 0 ? ['latest'] : versions) {
      const url = `${place}/${encodeURIComponent(version).replace('%3A', ':')}`;
      let answer = await ask(url, 'HEAD', token, signal);
      if (answer.state === 'unavailable' && answer.challenge !== undefined && token === null) {
        const given = await tokenFor(base, answer.challenge, signal);
        if (typeof given !== 'string') return given;
        token = given;
        answer = await ask(url, 'HEAD', token, signal);
      }
      // Refused even with a token: private, or not there.
      if (answer.state === 'unavailable') return answer.challenge === undefined ? answer : { state: 'absent' };
      if (answer.status === 200 && isManifest(answer)) {
        records[version] = {};
        continue;
      }
      // HEAD has no words: only those of the registry say what is missing.
      const missing = whatIsMissing(await ask(url, 'GET', token, signal));
      if (missing === 'name') return { state: 'absent' };
      if (missing !== 'version') return missing;
    }
    return { state: 'found', document: { name, versions: Object.keys(records), records, partial: true } };
  }

  function ask(url: string, method: 'GET' | 'HEAD', token: string | null, signal: AbortSignal): Promise<HttpAnswer> {
    const leave = token === null ? {} : { authorization: `Bearer ${token}` };
    return settings.http({ url, method, headers: { accept: MANIFESTS, ...leave }, signal });
  }

  async function tokenFor(
    base: string,
    challenge: string,
    signal: AbortSignal,
  ): Promise<string | Extract<RegistryAnswer, { state: 'unavailable' }>> {
    const parts = new Map(
      [...challenge.matchAll(/([a-z]+)="([^"]*)"/gi)].map(([, key = '', value = '']) => [key, value]),
    );
    const realm = URL.parse(parts.get('realm') ?? '');
    if (!/^bearer\b/i.test(challenge) || realm === null) return lying('asks for a login of a kind that is not known');
    const own = URL.parse(base);
    const isKnown = realm.host === own?.host || realm.host === HUB_AUTH || allowed.has(realm.host);
    if (!isKnown || (realm.protocol !== 'https:' && realm.host !== own?.host))
      return { state: 'unavailable', reason: 'sends for its tokens to another host', transient: false };
    for (const key of ['service', 'scope']) {
      const value = parts.get(key);
      if (value !== undefined) realm.searchParams.set(key, value);
    }
    const answer = await settings.http({ url: realm.href, signal });
    if (answer.state === 'unavailable') return answer;
    const read = tokenSchema.safeParse(parse(answer.body));
    const token = read.success ? (read.data.token ?? read.data.access_token) : undefined;
    return answer.status === 200 && token !== undefined ? token : lying('gave no token');
  }

  return {
    type: 'docker',
    concepts: CONCEPTS,
    byVersion: true,
    covers: (name, registry) => !name.includes('$') && baseOf(name, registry) !== null,
    normalizeName: normalizeImageName,
    sameVersion: (a, b) => a === b,
    // A tag stands for itself; without one it is `latest`, and what a build fills in nobody knows.
    resolve: (range, document) => (range === '' && document.versions.includes('latest') ? 'latest' : undefined),
    look,
  };
}

/** The registry's host where the name has one: a first part with a dot or a port (distribution/reference, "Grammar"). */
function hostIn(name: string): string | null {
  const [first = '', ...rest] = name.split('/');
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : null;
}

function repositoryIn(name: string): string {
  const host = hostIn(name);
  const path = host === null ? name : name.slice(host.length + 1);
  const full = host === null && !path.includes('/') ? `library/${path}` : path;
  return full.split('/').map(encodeURIComponent).join('/');
}

function isManifest({ contentType }: Extract<HttpAnswer, { state: 'answered' }>): boolean {
  return /manifest|image\.index/i.test(contentType);
}

function whatIsMissing(answer: HttpAnswer): 'name' | 'version' | Extract<RegistryAnswer, { state: 'unavailable' }> {
  if (answer.state === 'unavailable') return answer;
  const parsed = errorsSchema.safeParse(parse(answer.body));
  if (answer.status !== 404 || !parsed.success) return lying(`answered ${answer.status} with what is no image`);
  const codes = parsed.data.errors.map((each) => each.code);
  if (codes.includes('NAME_UNKNOWN')) return 'name';
  return codes.includes('MANIFEST_UNKNOWN') ? 'version' : lying(`answered 404 and ${codes.join(', ').slice(0, 80)}`);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schemas refuse undefined, and the caller says what was wrong.
    return undefined;
  }
}
