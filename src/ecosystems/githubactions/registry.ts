import { z } from 'zod';
import type { HttpClient, Registry, RegistryAnswer, RegistryQuestion, VersionRecord } from '../../core/lookup.ts';
import { instantOf, lying, type Read, readJson } from '../registry-answer.ts';

/** GitHub REST, "Get a repository". */
const repositorySchema = z.object({ full_name: z.string(), created_at: z.string(), archived: z.boolean().optional() });
/** GitHub REST, "List commits" with `sha`: the first is what the ref points at. */
const commitsSchema = z
  .array(z.object({ sha: z.string(), commit: z.object({ committer: z.object({ date: z.string() }).nullable() }) }))
  .min(1);

const CONCEPTS: Registry['concepts'] = new Set(['firstPublishedAt', 'publishedAt', 'projectStatus']);

export interface ActionsSettings {
  /** Base address of the API. */
  readonly base: string;
  readonly http: HttpClient;
  /** A token that can read public repositories: without one, GitHub answers sixty times an hour. */
  readonly token: () => Promise<string>;
}

/**
 * Actions, as repositories of GitHub: one request for the repository, one for each ref. The date of a version is that of
 * the commit, and so its author's word. A private repository is answered for like one that is not there.
 */
export function createActionsRegistry(settings: ActionsSettings): Registry {
  async function ask<S extends z.ZodType>(url: string, schema: S, signal: AbortSignal): Promise<Read<z.output<S>>> {
    const answer = await settings.http({
      url,
      headers: {
        accept: 'application/vnd.github+json',
        'x-github-api-version': '2022-11-28',
        authorization: `Bearer ${await settings.token()}`,
      },
      signal,
    });
    return readJson(answer, schema, saysNotFound);
  }

  async function look({ name, registry, versions, signal }: RegistryQuestion): Promise<RegistryAnswer> {
    const [owner, repository, ...rest] = name.split('/');
    if (!owner || !repository || rest.length > 0) return { state: 'absent' };
    const base = (registry ?? settings.base).replace(/\/+$/, '');
    const place = `${base}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}`;
    const read = await ask(place, repositorySchema, signal);
    if (read.state !== 'read') return read;
    const { full_name: fullName, created_at: created, archived } = read.value;
    if (fullName.toLowerCase() !== name.toLowerCase()) {
      return { state: 'unavailable', reason: `is now called ${fullName.slice(0, 100)}`, transient: false };
    }
    const records: Record<string, VersionRecord> = {};
    for (const version of versions) {
      const commits = await ask(
        `${place}/commits?sha=${encodeURIComponent(version)}&per_page=1`,
        commitsSchema,
        signal,
      );
      if (commits.state === 'absent') continue;
      if (commits.state !== 'read') return commits;
      const [tip] = commits.value;
      if (tip === undefined) return lying('answered with no commit');
      // A full commit id that leads to another commit was not understood as one.
      if (/^[0-9a-f]{40}$/i.test(version) && tip.sha.toLowerCase() !== version.toLowerCase())
        return lying('answered for another commit');
      const publishedAt = instantOf(tip.commit.committer?.date);
      records[version] = publishedAt === undefined ? {} : { publishedAt };
    }
    const since = instantOf(created);
    return {
      state: 'found',
      document: {
        name: fullName,
        versions: Object.keys(records),
        records,
        partial: true,
        projectStatus: archived === true ? 'archived' : null,
        ...(since === undefined ? {} : { firstPublishedAt: since }),
      },
    };
  }

  return {
    type: 'githubactions',
    concepts: CONCEPTS,
    normalizeName: (name) => name.toLowerCase(),
    sameVersion: (a, b) => a === b,
    resolve: () => undefined,
    look,
  };
}

/** GitHub's 404 for what is not there, or not for this reader. */
function saysNotFound(body: string): boolean {
  return /"message"\s*:\s*"(?:Not Found|No commit found[^"]*)"/i.test(body);
}
