import { z } from 'zod';

/** An account as facts give it: every part may be missing, and what is missing matches nothing. */
export const AccountFacts = z.object({
  id: z.number().int().nonnegative().nullish(),
  login: z.string().nullish(),
  type: z.string().nullish(),
});
export type AccountFacts = Readonly<z.infer<typeof AccountFacts>>;

const CommitLine = z.object({
  sha: z.string().nullish(),
  message: z.string().nullish(),
  authorName: z.string().nullish(),
  authorEmail: z.string().nullish(),
  authorLogin: z.string().nullish(),
  authorId: z.number().int().nullish(),
  committerEmail: z.string().nullish(),
  committerId: z.number().int().nullish(),
  verified: z.boolean().nullish(),
});

/**
 * One input line of `countersign attribute` and the content of `scan --pull-request FILE`: the facts of a pull request,
 * any of which may be null or absent. Fields that are not named here are ignored.
 */
export const AttributionFacts = z
  .object({
    author: AccountFacts.nullish(),
    app: z.union([z.object({ slug: z.string().nullish() }), z.string()]).nullish(),
    sender: AccountFacts.nullish(),
    assignees: z.array(AccountFacts.nullable()).nullish(),
    branch: z.string().nullish(),
    title: z.string().nullish(),
    body: z.string().nullish(),
    labels: z.array(z.union([z.string(), z.object({ name: z.string().nullish() })]).nullable()).nullish(),
    commits: z.array(CommitLine.nullable()).nullish(),
  })
  .readonly();

type CommitInput = Readonly<z.infer<typeof CommitLine>>;

/** What attribution reads. `PullRequestFacts` of core is one form of it; the schema's other forms fold into it. */
export interface LooseFacts {
  readonly author?: AccountFacts | null | undefined;
  readonly app?: { readonly slug?: string | null | undefined } | string | null | undefined;
  readonly sender?: AccountFacts | null | undefined;
  readonly assignees?: readonly (AccountFacts | null)[] | null | undefined;
  readonly branch?: string | null | undefined;
  readonly title?: string | null | undefined;
  readonly body?: string | null | undefined;
  readonly labels?: readonly (string | { readonly name?: string | null | undefined } | null)[] | null | undefined;
  readonly commits?: readonly (CommitInput | null)[] | null | undefined;
}
