import type { CommitFacts } from '../core/attribution.ts';
import { CountersignError } from '../core/errors.ts';
import type { CommitNode } from '../core/history.ts';
import { openObjects } from './objects.ts';
import { runGit } from './process.ts';
import { commitOf } from './snapshot.ts';

/**
 * Commits of the head that the base has not, oldest first, at most `limit` (the newest). Signatures are not verified:
 * that would run a configured program.
 */
export async function gitCommits(
  repository: string,
  base: string,
  head: string,
  limit: number,
): Promise<{ readonly commits: readonly (CommitFacts & CommitNode)[]; readonly complete: boolean }> {
  const [from, to] = await Promise.all([commitOf(repository, base), commitOf(repository, head)]);
  const count = `--max-count=${limit + 1}`;
  const { code, stdout, stderr } = await runGit(repository, ['rev-list', '--topo-order', count, to, `^${from}`, '--']);
  if (code !== 0) throw new CountersignError('bad-usage', `no commits from ${base} to ${head}: ${stderr}`);
  const names = stdout.toString('latin1').split('\n').filter(Boolean);
  const objects = openObjects(repository);
  try {
    const kept = names.slice(0, limit).reverse();
    const commits = await Promise.all(
      kept.map(async (sha) => {
        const object = await objects.read(sha);
        if (object?.type !== 'commit') throw new CountersignError('bad-usage', `commit ${sha} is missing`);
        return factsOf(sha, object.bytes);
      }),
    );
    return { commits, complete: names.length <= limit };
  } finally {
    objects.close();
  }
}

/** A commit object: header lines, an empty line, the message (git book, "Git Objects"). */
function factsOf(sha: string, bytes: Buffer): CommitFacts & CommitNode {
  const end = bytes.indexOf('\n\n');
  const headers = bytes.toString('utf8', 0, end === -1 ? bytes.byteLength : end).split('\n');
  const message = end === -1 ? '' : bytes.toString('utf8', end + 2);
  const author = identityOf(headers.find((line) => line.startsWith('author ')));
  const committer = identityOf(headers.find((line) => line.startsWith('committer ')));
  return {
    sha,
    parents: headers.flatMap((line) => /^parent ([0-9a-f]+)$/.exec(line)?.[1] ?? []),
    message,
    authorName: author.name,
    authorEmail: author.email,
    authorLogin: null,
    authorId: null,
    committerEmail: committer.email,
    committerId: null,
    verified: null,
  };
}

function identityOf(line: string | undefined): { readonly name: string | null; readonly email: string | null } {
  const found = /^\w+ (.*?) ?<([^<>]*)>/.exec(line ?? '');
  return { name: found?.[1] ?? null, email: found?.[2] ?? null };
}
