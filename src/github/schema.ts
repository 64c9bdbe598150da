import { z } from 'zod';

/** GitHub's answers, only the fields that we read. Unknown fields are dropped. */

/** A git object name: SHA-1, or SHA-256 in repositories of that format. */
export const Sha = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);

/** The media type `sha`: the bare name, which Octokit hands on as bytes where the answer names no charset. */
export const BareSha = z
  .union([z.string(), z.instanceof(ArrayBuffer).transform((bytes) => Buffer.from(bytes).toString('latin1'))])
  .transform((text) => text.trim())
  .pipe(Sha);

export const User = z.object({ id: z.number().int(), login: z.string(), type: z.string() });
export type User = z.infer<typeof User>;

export const Repository = z.object({
  id: z.number().int(),
  name: z.string(),
  owner: User,
  default_branch: z.string(),
  private: z.boolean(),
  archived: z.boolean().default(false),
  html_url: z.string(),
});
export type Repository = z.infer<typeof Repository>;

export const PullRequest = z.object({
  number: z.number().int(),
  state: z.enum(['open', 'closed']),
  /** Only in answers for one pull request. */
  merged: z.boolean().optional(),
  merged_at: z.string().nullish(),
  draft: z.boolean().default(false),
  title: z.string(),
  body: z.string().nullable(),
  /** Null where the account is gone ("ghost"). */
  user: User.nullable(),
  labels: z.array(z.object({ name: z.string() })),
  assignees: z.array(User).nullish(),
  head: z.object({ sha: Sha, ref: z.string(), repo: z.object({ id: z.number().int() }).nullable() }),
  base: z.object({ sha: Sha, ref: z.string(), repo: Repository }),
  /** Only in answers for one pull request. */
  commits: z.number().int().optional(),
});
export type PullRequest = z.infer<typeof PullRequest>;

const Signature = z.object({ name: z.string().nullish(), email: z.string().nullish() }).nullable();
const Linked = z.object({ id: z.number().int().optional(), login: z.string().optional() }).nullish();
export const Commit = z.object({
  sha: Sha,
  parents: z.array(z.object({ sha: Sha })),
  commit: z.object({
    message: z.string(),
    author: Signature,
    committer: Signature,
    verification: z.object({ verified: z.boolean() }).optional(),
  }),
  author: Linked,
  committer: Linked,
});
export type Commit = z.infer<typeof Commit>;

export const MergeBase = z.object({ merge_base_commit: z.object({ sha: Sha }) });
export const Comparison = z.object({ total_commits: z.number().int(), commits: z.array(Commit) });

export const GitTree = z.object({
  truncated: z.boolean(),
  tree: z.array(
    z.object({
      path: z.string(),
      mode: z.string().regex(/^[0-7]{5,6}$/),
      type: z.enum(['blob', 'tree', 'commit']),
      sha: Sha,
      size: z.number().int().optional(),
    }),
  ),
});

export const GitBlob = z.object({
  sha: Sha,
  encoding: z.enum(['base64', 'utf-8']),
  content: z.string(),
  size: z.number().int().nullish(),
});

/** "Get repository content": a list for a directory; no content in it over 1 MB. */
export const Content = z.union([
  z.object({
    type: z.string(),
    sha: Sha,
    size: z.number().int(),
    content: z.string().optional(),
    encoding: z.string().optional(),
  }),
  z.array(z.unknown()),
]);

export const CheckRun = z.object({
  id: z.number().int(),
  name: z.string(),
  head_sha: Sha,
  external_id: z.string().nullish(),
  /** GitHub also knows `waiting`, `requested` and `pending`, for runs of Actions only. */
  status: z.string(),
  conclusion: z.string().nullable(),
  html_url: z.string().nullish(),
  app: z.object({ id: z.number().int() }).nullish(),
});
export type CheckRun = z.infer<typeof CheckRun>;
export const CheckRunList = z.object({ total_count: z.number().int(), check_runs: z.array(CheckRun) });

export const Annotation = z.object({
  path: z.string(),
  start_line: z.number().int(),
  end_line: z.number().int(),
  title: z.string().nullish(),
  message: z.string().nullish(),
});

export const Comment = z.object({
  id: z.number().int(),
  body: z.string().nullish(),
  user: User.nullable(),
  performed_via_github_app: z.object({ id: z.number().int() }).nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  html_url: z.string().nullish(),
});
export type Comment = z.infer<typeof Comment>;

/** "Repository permissions for a user": ranks only by these booleans. */
const Permissions = z.object({
  pull: z.boolean().default(false),
  triage: z.boolean().default(false),
  push: z.boolean().default(false),
  maintain: z.boolean().default(false),
  admin: z.boolean().default(false),
});
export type Permissions = z.infer<typeof Permissions>;
export const CollaboratorPermission = z.object({
  role_name: z.string().nullish(),
  user: User.extend({ permissions: Permissions.optional() }).nullable(),
});
export const Collaborator = User.extend({ permissions: Permissions.optional() });

export const Activity = z.object({
  before: z.string(),
  after: z.string(),
  actor: User.partial({ type: true }).nullable(),
  timestamp: z.string(),
});

export const Membership = z.object({ state: z.string() });
export type GitTree = z.infer<typeof GitTree>;
