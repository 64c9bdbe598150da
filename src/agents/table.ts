import type { AuthorClass, Tier } from '../core/attribution.ts';

/**
 * Who writes pull requests: the known identities of coding agents and bots, as data. Collected from public
 * repositories up to autumn 2026; `accounts` are GitHub's numeric user ids. Nothing here is a bare name: Claude, Devin
 * and Jules are people, cursor, codex and continue are words.
 */
export interface KnownIdentity {
  /** What the row stands for, for tests and documentation. */
  readonly row: string;
  /** The slug that is reported; null for a sign that names no agent. */
  readonly agent: string | null;
  readonly class: Exclude<AuthorClass, 'human'>;
  /** Accounts that open pull requests: the only sign, with `apps`, that makes `verified`. */
  readonly accounts?: readonly KnownAccount[];
  /** Slugs of GitHub Apps (`performed_via_github_app`). */
  readonly apps?: readonly string[];
  /** Logins without a known id: suspected only. */
  readonly logins?: readonly string[];
  /** Account ids that GitHub shows for commits, because it maps the author's address to them: as forgeable as the address. */
  readonly commitAccounts?: readonly number[];
  readonly emails?: readonly KnownEmail[];
  /** Ending of a commit author's name, with the space that keeps it from being a name of its own. */
  readonly authorNameSuffixes?: readonly string[];
  readonly trailers?: readonly KnownTrailer[];
  readonly branches?: readonly KnownPattern[];
  readonly bodyMarkers?: readonly KnownPattern[];
  /** Start of a commit's subject. */
  readonly subjectPrefixes?: readonly string[];
  /** Subject that means nothing by itself, and is listed as evidence where the agent is known from another sign. */
  readonly supportingSubjects?: readonly string[];
}

export interface KnownAccount {
  readonly id: number;
  readonly login: string;
}

export interface KnownEmail {
  /** A whole address; or `id+`, the prefix GitHub puts before a login at users.noreply.github.com; or `@domain`. */
  readonly address: string;
  readonly tier: Exclude<Tier, 'verified' | 'none'>;
  /** `anywhere`: author, committer or co-author; `trailer`: as co-author only (people of that domain write commits too). */
  readonly as: 'anywhere' | 'trailer';
}

export interface KnownTrailer {
  /** Compared without case. */
  readonly key: string;
  /** What the value must look like; any value where absent. */
  readonly value?: RegExp;
  readonly tier: Exclude<Tier, 'verified' | 'none'>;
  /** The value may be a person's name and address, as in old histories: then it is no sign. */
  readonly orPerson?: true;
  /** Written by several agents: another sign of equal tier names the agent better. */
  readonly shared?: true;
}

export interface KnownPattern {
  readonly pattern: RegExp;
  readonly tier: Exclude<Tier, 'verified' | 'none'>;
}

/** GitHub's noreply domain: an address there counts only with the numeric id before the `+`. */
export const NOREPLY_DOMAIN = '@users.noreply.github.com';

const declared = (pattern: RegExp): KnownPattern => ({ pattern, tier: 'declared' });
const suspected = (pattern: RegExp): KnownPattern => ({ pattern, tier: 'suspected' });
const email = (address: string): KnownEmail => ({ address, tier: 'declared', as: 'anywhere' });
const weakEmail = (address: string): KnownEmail => ({ address, tier: 'suspected', as: 'anywhere' });
const coAuthorEmail = (address: string): KnownEmail => ({ address, tier: 'declared', as: 'trailer' });

/**
 * The start of a line that an agent writes below its text: only there do "generated with" markers count, so that a
 * sentence about the marker is none.
 */
const LINE = String.raw`^[ \t*_-]*(?:<(?:sub|sup|p|small|em|i)>[ \t]*)*`;

/** An address counts from its host's first letter: `my-cursor.com/agents/` is another host. */
const HOST = String.raw`(?<![\w.-])(?:www\.)?`;

const AGENT_LOGS: KnownTrailer = {
  key: 'Agent-Logs-Url',
  value: /^https:\/\/github\.com\/[^/\s]+\/[^/\s]+\/sessions\//,
  tier: 'declared',
  shared: true,
};

export const AGENTS: readonly KnownIdentity[] = [
  {
    row: 'Copilot coding agent',
    agent: 'copilot',
    class: 'agent',
    accounts: [{ id: 198982749, login: 'Copilot' }],
    apps: ['copilot-swe-agent'],
    emails: [email('198982749+')],
    trailers: [AGENT_LOGS],
    branches: [declared(/^copilot\/./)],
    bodyMarkers: [
      declared(/<!-- START COPILOT CODING AGENT SUFFIX -->/),
      declared(/<!-- START COPILOT CODING AGENT TIPS -->/),
      declared(/<!-- START COPILOT ORIGINAL PROMPT -->/),
    ],
    supportingSubjects: ['Initial plan'],
  },
  {
    row: 'Copilot, driven by a person',
    agent: 'copilot',
    class: 'agent',
    accounts: [
      { id: 175728472, login: 'Copilot' },
      { id: 223556219, login: 'Copilot' },
    ],
    // 62310815 is github-advanced-security[bot], whose co-author line marks an accepted automatic fix.
    // copilot@github.com is weak: one editor release added it to commits that were written without it.
    emails: [email('175728472+'), email('223556219+'), email('62310815+'), weakEmail('copilot@github.com')],
    commitAccounts: [62310815],
  },
  {
    row: 'Claude app / action',
    agent: 'claude',
    class: 'agent',
    accounts: [{ id: 209825114, login: 'claude[bot]' }],
    apps: ['claude'],
    emails: [email('209825114+'), email(`41898282+claude[bot]${NOREPLY_DOMAIN}`)],
    branches: [declared(/^claude[/-]./)],
  },
  {
    row: 'Claude through GitHub agents',
    agent: 'claude',
    class: 'agent',
    accounts: [{ id: 242468646, login: 'Claude' }],
    apps: ['anthropic-code-agent'],
    emails: [email('242468646+')],
    branches: [declared(/^claude\/./)],
    trailers: [AGENT_LOGS],
  },
  {
    row: 'Claude Code CLI / web',
    agent: 'claude',
    class: 'agent',
    // Of type User; GitHub shows it for commits whose author is noreply@anthropic.com.
    accounts: [{ id: 81847, login: 'claude' }],
    emails: [email('noreply@anthropic.com'), email('no-reply@anthropic.com')],
    trailers: [{ key: 'Claude-Session', value: /^https:\/\/claude\.ai\/code\/session_/, tier: 'declared' }],
    branches: [declared(/^claude\/./)],
    bodyMarkers: [
      declared(
        new RegExp(
          `${LINE}🤖 Generated with \\[Claude Code\\]\\((?:https?://)?(?:www\\.)?(?:claude\\.ai/code|claude\\.com/claude-code|docs\\.anthropic\\.com/s/claude-code)`,
          'mu',
        ),
      ),
      declared(new RegExp(`${LINE}Generated by \\[Claude Code\\]\\(https://claude\\.ai/code/session_`, 'mu')),
    ],
  },
  {
    row: 'Codex cloud',
    agent: 'codex',
    class: 'agent',
    accounts: [{ id: 199175422, login: 'chatgpt-codex-connector[bot]' }],
    emails: [email('199175422+'), email('codex@openai.com'), email('noreply@openai.com'), email('codex@example.com')],
    branches: [declared(/^codex\/./)],
    bodyMarkers: [
      declared(new RegExp(`${HOST}chatgpt\\.com/codex/tasks/task_`)),
      declared(new RegExp(`${LINE}(?:🤖 ?)?Generated with \\[Codex\\]\\(https://openai\\.com/codex`, 'mu')),
    ],
  },
  {
    row: 'Codex through GitHub agents',
    agent: 'codex',
    class: 'agent',
    accounts: [
      { id: 242516109, login: 'Codex' },
      { id: 267193182, login: 'codex' },
    ],
    apps: ['openai-code-agent'],
    emails: [email('242516109+'), email('267193182+')],
  },
  {
    row: 'Cursor',
    agent: 'cursor',
    class: 'agent',
    accounts: [{ id: 206951365, login: 'cursor[bot]' }],
    emails: [
      email('206951365+'),
      email('cursoragent@cursor.com'),
      email('agent@cursor.com'),
      email('composer@anysphere.co'),
    ],
    trailers: [{ key: 'Made-with', value: /^Cursor$/i, tier: 'declared' }],
    branches: [declared(/^cursor\/[\w.-]+-[0-9a-f]{4}$/), suspected(/^cursor\/./)],
    bodyMarkers: [
      declared(/<!-- CURSOR_AGENT_PR_BODY_BEGIN -->/),
      declared(new RegExp(`${HOST}cursor\\.com/agents/bc-`)),
      declared(new RegExp(`${HOST}cursor\\.com/background-agent\\?bcId=`)),
      declared(new RegExp(`${LINE}Made with \\[Cursor\\]\\(https://(?:www\\.)?cursor\\.com`, 'mu')),
    ],
  },
  {
    row: 'Devin',
    agent: 'devin',
    class: 'agent',
    accounts: [{ id: 158243242, login: 'devin-ai-integration[bot]' }],
    emails: [email('158243242+'), weakEmail('noreply@cognition.ai'), weakEmail('devin@cognition.ai')],
    branches: [declared(/^devin\/[0-9]{10}-/)],
    bodyMarkers: [
      declared(new RegExp(`${HOST}app\\.devin\\.ai/sessions/`)),
      declared(new RegExp(`${LINE}\\[?Link to Devin run`, 'mu')),
    ],
  },
  {
    row: 'Jules',
    agent: 'jules',
    class: 'agent',
    accounts: [{ id: 161369871, login: 'google-labs-jules[bot]' }],
    emails: [email('161369871+')],
    // A task's number; by itself it may be anything, and what reads as a time is none.
    branches: [suspected(/-(?!(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4,9}$|1\d{12}$)\d{12,}$/)],
    bodyMarkers: [
      declared(
        new RegExp(
          `${LINE}PR created automatically by Jules for task \\[\\d+\\]\\(https://jules\\.google\\.com/task/`,
          'mu',
        ),
      ),
    ],
  },
  {
    row: 'Gemini',
    agent: 'gemini',
    class: 'agent',
    accounts: [{ id: 176961590, login: 'gemini-code-assist[bot]' }],
    emails: [email('176961590+')],
  },
  {
    row: 'Amazon Q',
    agent: 'amazon-q',
    class: 'agent',
    accounts: [{ id: 208079219, login: 'amazon-q-developer[bot]' }],
    emails: [email('208079219+')],
    branches: [declared(/^Q-DEV-issue-\d+-\d+/)],
  },
  {
    row: 'Kiro',
    agent: 'kiro',
    class: 'agent',
    accounts: [
      { id: 245459735, login: 'kiro-agent[bot]' },
      { id: 244629292, login: 'kiro-agent' },
    ],
    emails: [email('245459735+'), email('244629292+')],
  },
  {
    row: 'OpenHands',
    agent: 'openhands',
    class: 'agent',
    accounts: [{ id: 175740463, login: 'openhands-agent' }],
    emails: [email('175740463+'), email('openhands@all-hands.dev')],
    branches: [declared(/^openhands-fix-(?:issue|pr)-\d+/)],
  },
  {
    row: 'Factory Droid',
    agent: 'factory-droid',
    class: 'agent',
    accounts: [{ id: 138933559, login: 'factory-droid[bot]' }],
    emails: [email('138933559+')],
  },
  {
    row: 'opencode',
    agent: 'opencode',
    class: 'agent',
    accounts: [{ id: 219766164, login: 'opencode-agent[bot]' }],
    emails: [email('219766164+'), email(`41898282+opencode-agent[bot]${NOREPLY_DOMAIN}`), email('noreply@opencode.ai')],
  },
  {
    row: 'Roo',
    agent: 'roo',
    class: 'agent',
    accounts: [
      { id: 263205322, login: 'roomote[bot]' },
      { id: 301996811, login: 'roomote-roomote[bot]' },
    ],
    emails: [email('263205322+'), email('301996811+'), email('roomote@roomote.dev'), email('roomote@roocode.com')],
  },
  { row: 'Codegen', agent: 'codegen', class: 'agent', logins: ['codegen-sh[bot]'] },
  { row: 'Tembo', agent: 'tembo', class: 'agent', logins: ['tembo-io', 'tembo-io[bot]'] },
  { row: 'Cosine', agent: 'cosine', class: 'agent', branches: [declared(/^cosine\/./)] },
  {
    row: 'Aider',
    agent: 'aider',
    class: 'agent',
    emails: [email('noreply@aider.chat'), email('aider@aider.chat')],
    authorNameSuffixes: [' (aider)'],
    subjectPrefixes: ['aider:'],
  },
  {
    row: 'Amp',
    agent: 'amp',
    class: 'agent',
    emails: [email('amp@ampcode.com')],
    trailers: [{ key: 'Amp-Thread-ID', value: /^https:\/\/ampcode\.com\/threads\/T-/, tier: 'declared' }],
  },
  {
    row: 'Replit',
    agent: 'replit',
    class: 'agent',
    emails: [email('agent@replit.com')],
    trailers: [
      { key: 'Replit-Commit-Author', tier: 'declared' },
      { key: 'Replit-Commit-Session-Id', tier: 'declared' },
    ],
  },
  { row: 'Junie', agent: 'junie', class: 'agent', emails: [email('junie@jetbrains.com')] },
  { row: 'Crush', agent: 'crush', class: 'agent', emails: [email('crush@charm.land')] },
  { row: 'Vibe', agent: 'vibe', class: 'agent', emails: [email('vibe@mistral.ai')] },
  { row: 'Qwen', agent: 'qwen', class: 'agent', emails: [email('qwen-coder@alibabacloud.com')] },
  { row: 'Grok', agent: 'grok', class: 'agent', emails: [email('grok@x.ai'), email('noreply@x.ai')] },
  { row: 'Kimi', agent: 'kimi', class: 'agent', emails: [email('noreply@moonshot.ai')] },
  { row: 'Continue', agent: 'continue', class: 'agent', emails: [email('noreply@continue.dev')] },
  { row: 'Augment', agent: 'augment', class: 'agent', emails: [email('noreply@augmentcode.com')] },
  { row: 'Warp', agent: 'warp', class: 'agent', emails: [coAuthorEmail('@warp.dev')] },
  {
    row: 'Windsurf',
    agent: 'windsurf',
    class: 'agent',
    emails: [coAuthorEmail('@windsurf.com'), coAuthorEmail('@windsurf.ai')],
  },
  {
    row: 'generic',
    agent: null,
    class: 'agent',
    trailers: [
      { key: 'Assisted-by', tier: 'suspected', orPerson: true },
      { key: 'Coding-Agent', tier: 'suspected' },
      { key: 'AI-assisted-by', tier: 'suspected' },
      { key: 'Entire-Checkpoint', tier: 'suspected' },
    ],
  },
  { row: 'Lovable', agent: 'lovable', class: 'agent', logins: ['lovable-dev[bot]', 'gpt-engineer-app[bot]'] },
  { row: 'v0', agent: 'v0', class: 'agent', logins: ['v0[bot]'] },
  { row: 'Bolt', agent: 'bolt', class: 'agent', logins: ['bolt-new-by-stackblitz[bot]'] },
];

/** Accounts that are no coding agents. A review bot that authors commits of code is treated as an agent without a name. */
export const BOTS: readonly KnownIdentity[] = [
  {
    row: 'Dependabot',
    agent: null,
    class: 'dependency-bot',
    accounts: [{ id: 49699333, login: 'dependabot[bot]' }],
    apps: ['dependabot'],
  },
  {
    row: 'Renovate',
    agent: null,
    class: 'dependency-bot',
    accounts: [{ id: 29139614, login: 'renovate[bot]' }],
    apps: ['renovate'],
  },
  {
    row: 'CodeRabbit',
    agent: null,
    class: 'review-bot',
    accounts: [{ id: 136622811, login: 'coderabbitai[bot]' }],
    apps: ['coderabbitai'],
  },
  {
    row: 'Greptile',
    agent: null,
    class: 'review-bot',
    accounts: [{ id: 165735046, login: 'greptile-apps[bot]' }],
    apps: ['greptile-apps'],
  },
  {
    row: 'Ellipsis',
    agent: null,
    class: 'review-bot',
    accounts: [{ id: 65095814, login: 'ellipsis-dev[bot]' }],
    apps: ['ellipsis-dev'],
  },
  {
    row: 'Sourcery',
    agent: null,
    class: 'review-bot',
    accounts: [{ id: 58596630, login: 'sourcery-ai[bot]' }],
    apps: ['sourcery-ai'],
  },
  { row: 'Gemini release bot', agent: null, class: 'bot', logins: ['gemini-cli-robot'] },
];
