import picomatch from 'picomatch';
import { z } from 'zod';
import { DEFAULT_POLICY, PROTECTED_RULES } from '../core/policy.ts';

const Scrutiny = z
  .enum(['strict', 'standard', 'critical'])
  .describe(
    'What holds a merge. strict: errors of high and medium confidence. standard: errors of high confidence. critical: only critical findings and those that nobody can sign.',
  );

const Slug = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower-case letters, digits and "-", at most 64 characters');
const RuleId = Slug.describe('Id of a rule, as docs/rules.md lists them.');
const Text = z.string().trim().min(1).max(300);
const Days = z.int().min(0).max(3650);

const PackageTypeName = z
  .enum(['npm', 'pypi', 'cargo', 'golang', 'gem', 'composer', 'nuget', 'maven', 'githubactions', 'docker'])
  .describe('Package-URL type.');

/** Paths that a glob must not match all of: such a glob names nothing, it takes the review away. */
const PROBES = [
  'a',
  'a/b',
  'x/package.json',
  'src/index.ts',
  '.github/workflows/ci.yml',
  'z.py',
  'deep/er/and/deeper.md',
];

/** A glob over paths that names something: one that matches everything would take the whole change out of review. */
const PathGlob = z
  .string()
  .min(1)
  .max(500)
  .refine((glob) => !glob.startsWith('!') && !glob.startsWith('/'), 'a glob starts with neither "!" nor "/"')
  .refine((glob) => {
    const matches = picomatch(glob, { dot: true, nonegate: true });
    return PROBES.filter((path) => matches(path)).length < 3;
  }, 'this glob matches nearly every path: name the folder or the kind of file')
  .describe('Glob over paths from the root of the repository, for example test/fixtures/**');

const RuleSetting = z
  .strictObject({
    level: z
      .enum(['error', 'warning', 'note', 'off'])
      .optional()
      .describe('Level of an ordinary finding of this rule. off: the rule is not told at all.'),
    blocks: z
      .array(z.enum(['high', 'medium', 'low']))
      .optional()
      .describe(
        'Confidences at which a finding (other than a note) holds the merge, whoever wrote it. Empty: it never holds.',
      ),
  })
  .describe('Level and action of one rule.');

const Exception = z
  .strictObject({
    rule: RuleId,
    package: z
      .string()
      .regex(/^[a-z]+:[^\s]{1,250}$/, 'write type:name or type:name@range, for example npm:left-pad@^1.3.0')
      .optional()
      .describe('A package and, after @, a range of versions: npm:left-pad@^1.3.0. Without a range, every version.'),
    path: PathGlob.optional().describe('A glob over paths. Exactly one of package and path.'),
    reason: Text.describe('Why this is accepted.'),
    expires: z.iso.date().describe('Last day on which it holds (UTC), for example 2026-12-31.'),
    owner: Text.describe('Who answers for it.'),
  })
  .refine(({ package: named, path }) => (named === undefined) !== (path === undefined), {
    message: 'give exactly one of package and path',
  })
  .refine(({ rule }) => !PROTECTED_RULES.includes(rule), {
    message: `${PROTECTED_RULES.join(' and ')} have no exceptions`,
    path: ['rule'],
  })
  .describe('A finding that is accepted for a time: it is shown as a note.');

const Rank = z.enum(['write', 'maintain', 'admin']);

const Identity = z
  .strictObject({
    agent: Slug.describe('Name under which it is reported.'),
    class: z
      .enum(['agent', 'dependency-bot', 'review-bot', 'bot'])
      .default('agent')
      .describe('What it is. Default: agent.'),
    accounts: z.array(z.int().positive()).default([]).describe('Numeric GitHub account ids.'),
    apps: z.array(Slug).default([]).describe('Slugs of GitHub Apps.'),
    emails: z
      .array(z.string().regex(/^[^@\s]*@[^@\s]+\.[^@\s]+$/, 'an address, or @domain'))
      .default([])
      .describe('Addresses of commits and co-author lines: whole, or @domain.'),
    trailers: z
      .array(z.string().regex(/^[A-Za-z0-9-]{2,64}$/, 'the name of a trailer, without the colon'))
      .default([])
      .describe('Names of commit trailers.'),
    branches: z.array(z.string().min(2).max(200)).default([]).describe('Globs over the head branch.'),
    bodyMarkers: z.array(z.string().min(6).max(300)).default([]).describe('Texts in the pull request’s body.'),
    labels: z.array(z.string().min(1).max(100)).default([]).describe('Labels.'),
  })
  .describe('A coding agent or bot of your own. It raises scrutiny; it never takes a known agent out of its class.');

/** Keys that a floor can name; a second part, after a point, narrows it to one value below. */
const FLOOR_KEYS: readonly string[] = Object.keys(DEFAULT_POLICY);

/** The policy file, as written: every key may be left out. */
export const PolicyFile = z
  .strictObject({
    mode: z
      .enum(['enforce', 'observe'])
      .describe(
        'observe: posts as "countersign / observe", which never satisfies the required check, and says what would have blocked. Default: enforce.',
      ),
    branches: z
      .array(z.string().min(1).max(255))
      .describe('Branches beside the default one that have a check of their own, "countersign (name)". Default: none.'),
    appliesTo: z
      .strictObject({
        agent: Scrutiny.describe('Changes by coding agents. Default: strict.'),
        'review-bot': Scrutiny.describe('Changes by review bots. Default: strict.'),
        'dependency-bot': Scrutiny.describe('Changes by dependency bots. Default: standard.'),
        bot: Scrutiny.describe('Changes by other bots. Default: standard.'),
        human: Scrutiny.describe('Changes by people. Default: standard.'),
        agents: z
          .record(Slug, Scrutiny)
          .describe('Single agents by name; raises what the class agent has, never lowers it.'),
      })
      .partial()
      .describe('What holds a merge, by who wrote the change.'),
    rules: z
      .record(RuleId, RuleSetting)
      .refine((rules) => PROTECTED_RULES.every((rule) => !Object.hasOwn(rules, rule)), {
        message: `${PROTECTED_RULES.join(' and ')} cannot be set: they hold whatever a policy says`,
      })
      .describe('Level and action of single rules.'),
    thresholds: z
      .strictObject({
        packageTooNewErrorDays: Days.describe('A name younger than this is an error. Default: 14.'),
        packageTooNewWarningDays: Days.describe('A name younger than this is a warning. Default: 60.'),
        versionTooNewDays: Days.describe('A version younger than this is told. Default: 2.'),
        fewWeeklyDownloads: z
          .int()
          .min(0)
          .max(1_000_000_000)
          .describe('Fewer weekly downloads than this prove no use. Default: 1000.'),
        establishedDays: Days.describe('A package older than this is long known. Default: 365.'),
        fewVersions: z.int().min(0).max(10_000).describe('Fewer versions than this prove no use. Default: 3.'),
        newPublisherDays: Days.describe('An account of which nothing older is known is new. Default: 60.'),
      })
      .partial()
      .describe('Numbers that rules compare with.'),
    privateNames: z
      .array(
        z.strictObject({
          type: PackageTypeName,
          name: z.string().min(1).max(214).describe('A name, or a glob: @acme/*'),
        }),
      )
      .describe('Names that are never asked of a public source. Default: none.'),
    registries: z
      .array(
        z.strictObject({
          type: PackageTypeName,
          names: z.string().min(1).max(214).describe('A scope (@acme), a prefix that ends in *, or *.'),
          registry: z
            .url({ protocol: /^https?$/ })
            .refine((url) => !/^[a-z]+:\/\/[^/]*@/i.test(url), 'no user name or password in an address')
            .describe('Base address of the registry. Only hosts that the operator allows are asked.'),
        }),
      )
      .describe('Registries for families of names. Default: none.'),
    exceptions: z.array(Exception).max(500).describe('Findings that are accepted for a time. Default: none.'),
    signers: z
      .strictObject({
        rank: Rank.describe('Lowest rank that may sign. Default: write.'),
        customRoles: z
          .array(z.string().min(1).max(100))
          .describe('Custom repository roles that count as that rank. Default: none.'),
        teams: z.array(Slug).describe('Slugs of the owner’s teams whose members may sign. Default: none.'),
        users: z
          .array(z.int().positive())
          .describe('Numeric ids of people who may sign. Bots and agents never do. Default: none.'),
        ruleRanks: z
          .record(RuleId, Rank)
          .refine((ranks) => !Object.hasOwn(ranks, 'policy-changed'), 'policy-changed is always signed by an admin')
          .describe('Another rank for single rules.'),
        twoPerson: z
          .array(RuleId)
          .describe('Rules that take two people; "critical" means every critical finding. Default: none.'),
        interested: z
          .enum(['never', 'with-presence'])
          .describe('Whether people with a hand in the change may sign where others could. Default: never.'),
        days: z.int().min(1).max(365).describe('Days that a sign-off holds. Default: 90.'),
      })
      .partial()
      .describe('Who may sign.'),
    presence: z
      .strictObject({
        relaxedRules: z
          .array(RuleId)
          .describe('Rules whose findings take no press of Confirm. Critical findings always do. Default: none.'),
        relaxedClasses: z
          .array(z.enum(['human', 'dependency-bot']))
          .describe('Whose changes. Changes by agents always take presence. Default: none.'),
      })
      .partial()
      .describe('Where a sign-off may do without the press of Confirm; the check says that it did.'),
    lapse: z
      .enum(['changed', 'always'])
      .describe(
        'What a push does. changed: opens sign-offs whose evidence changed. always: opens all. Default: changed.',
      ),
    sourceDown: z
      .enum(['sign', 'block'])
      .describe('A source that stays down. sign: a person signs for what is not known. block: wait. Default: sign.'),
    fixturePaths: z.array(PathGlob).max(100).describe('Where broken files are text: test fixtures. Default: none.'),
    excludedPaths: z
      .array(PathGlob)
      .max(200)
      .describe('What is not reviewed, matched on the old and the new name. The policy file always is. Default: none.'),
    verbosity: z
      .enum(['short', 'normal', 'full'])
      .describe(
        'The comment. short: verdict and commands. normal: with the table of packages. full: with notes. Default: normal.',
      ),
    identities: z
      .array(Identity)
      .max(200)
      .describe('Coding agents and bots beside those that are known. Default: none.'),
    bypassIssue: z
      .boolean()
      .describe(
        'Open an issue for a merge without our green check even where no branch rule requires it. Default: false.',
      ),
    floor: z
      .array(
        z.string().refine((key) => key === '*' || FLOOR_KEYS.includes(key.split('.')[0] ?? ''), {
          message: 'a key of this file, such as mode, signers.rank or rules; or *',
        }),
      )
      .describe('Only in the organisation’s file: keys that repositories can only tighten. * means all.'),
  })
  .partial()
  .describe('Policy of Countersign: .github/countersign.yml');
export type PolicyFile = z.infer<typeof PolicyFile>;

/** JSON Schema (draft 7, which editors read) of the policy file as it is written. */
export function policyJsonSchema(): object {
  return {
    ...z.toJSONSchema(PolicyFile, { target: 'draft-7', io: 'input' }),
    title: 'Countersign policy',
  };
}
