import { z } from 'zod';
import type {
  BelongingQuestion,
  Given,
  HttpClient,
  Registry,
  RegistryAnswer,
  RegistryQuestion,
  VersionRecord,
} from '../../core/lookup.ts';
import { instantOf, lying, type Read, readJson } from '../registry-answer.ts';
import { belongs } from './belongs.ts';

/** GitHub REST, "Get a repository". */
const repositorySchema = z.object({
  full_name: z.string(),
  created_at: z.string(),
  archived: z.boolean().optional(),
  default_branch: z.string().optional(),
});
/** GitHub REST, "List commits" with `sha`: the first is what the ref points at. */
const commitsSchema = z
  .array(z.object({ sha: z.string(), commit: z.object({ committer: z.object({ date: z.string() }).nullable() }) }))
  .min(1);

/** A version that is a full commit id. */
const COMMIT = /^[0-9a-f]{40}$/i;

const CONCEPTS: Registry['concepts'] = new Set(['firstPublishedAt', 'publishedAt', 'projectStatus']);

export interface ActionsSettings {
  /** Base address of the API. */
  readonly base: string;
  readonly http: HttpClient;
  /** A token that can read public repositories: without one, GitHub answers sixty times an hour. */
  readonly token: () => Promise<string>;
}

/**
 * Actions, as repositories of GitHub: one request for the repository, one for each ref, and for a pinned commit whether it is the repository's own. The date of a version is that of
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

  /** Default branches of repositories that were looked up, by their place: the question of belonging comes right after. */
  const branches = new Map<string, string>();

  function placeOf(name: string, registry: string | null): string | null {
    const [owner, repository, ...rest] = name.split('/');
    if (!owner || !repository || rest.length > 0) return null;
    const base = (registry ?? settings.base).replace(/\/+$/, '');
    return `${base}/repos/${encodeURIComponent(owner)}/${encodeURIComponent(repository)}`;
  }

  async function belonging(question: BelongingQuestion): Promise<Given<boolean>> {
    const { name, version, registry, signal } = question;
    const place = placeOf(name, registry);
    if (place === null || !COMMIT.test(version)) return { state: 'absent' };
    const askThere: Parameters<typeof belongs>[2] = (path, schema, stop) => ask(`${place}${path}`, schema, stop);
    const known = branches.get(place);
    if (known !== undefined) return belongs(question, known, askThere);
    const read = await ask(place, repositorySchema, signal);
    if (read.state === 'unavailable') return read;
    const branch = read.state === 'read' ? read.value.default_branch : undefined;
    if (branch === undefined) return lying('does not name its default branch');
    return belongs(question, branch, askThere);
  }

  async function look({ name, registry, versions, signal }: RegistryQuestion): Promise<RegistryAnswer> {
    const place = placeOf(name, registry);
    if (place === null) return { state: 'absent' };
    const read = await ask(place, repositorySchema, signal);
    if (read.state !== 'read') return read;
    const { full_name: fullName, created_at: created, archived, default_branch: branch } = read.value;
    if (fullName.toLowerCase() !== name.toLowerCase()) {
      return { state: 'unavailable', reason: `is now called ${fullName.slice(0, 100)}`, transient: false };
    }
    if (branch !== undefined) branches.set(place, branch);
    const records: Record<string, VersionRecord> = {};
    const tips = await Promise.all(
      versions.map(async (version) => {
        const path = `${place}/commits?sha=${encodeURIComponent(version)}&per_page=1`;
        return [version, await ask(path, commitsSchema, signal)] as const;
      }),
    );
    for (const [version, commits] of tips) {
      if (commits.state === 'absent') continue;
      if (commits.state !== 'read') return commits;
      const [tip] = commits.value;
      if (tip === undefined) return lying('answered with no commit');
      // A full commit id that leads to another commit was not understood as one.
      if (COMMIT.test(version) && tip.sha.toLowerCase() !== version.toLowerCase())
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
    byVersion: true,
    belongs: belonging,
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
