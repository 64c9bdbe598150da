import { describe, expect, it } from 'vitest';
import { attribute, raise } from '../../src/agents/attribute.ts';
import { AGENTS, BOTS } from '../../src/agents/table.ts';
import type { AgentIdentity, Attribution } from '../../src/core/attribution.ts';
import { facts, withCommit } from './facts.ts';

function verdictOf(attribution: Attribution): string {
  return `${attribution.agent ?? '-'} ${attribution.class} ${attribution.tier}`;
}

describe('every account of the table', () => {
  const accounts = AGENTS.flatMap((row) =>
    (row.accounts ?? []).map((account) => ({ ...account, agent: row.agent, row: row.row })),
  );

  it.each(accounts)('$row: pull requests by account $id are verified', ({ id, login, agent }) => {
    const byAuthor = attribute(facts({ author: { id, login, type: 'User' } }), []);
    expect(verdictOf(byAuthor)).toBe(`${agent} agent verified`);
    expect(byAuthor.evidence[0]).toMatchObject({ where: 'author', tier: 'verified' });
    expect(verdictOf(attribute(facts({ sender: { id, login, type: 'User' } }), []))).toBe(`${agent} agent verified`);
  });

  it.each(accounts)('$row: the login $login under another id is not it', ({ login }) => {
    expect(attribute(facts({ author: { id: 7, login, type: 'User' } }), []).agent).toBeNull();
  });

  it.each(accounts)('$row: a commit of account $id is declared, since its address can be forged', ({ id, agent }) => {
    const byId = withCommit('Fix', { id });
    expect(verdictOf(attribute(byId, []))).toBe(`${agent} agent declared`);
    expect(attribute(byId, []).requester).toBe('mona');
  });
});

describe('every App, address, trailer, branch and marker of the table', () => {
  const apps = AGENTS.flatMap((row) => (row.apps ?? []).map((app) => ({ app, agent: row.agent })));
  it.each(apps)('App $app is verified', ({ app, agent }) => {
    expect(verdictOf(attribute(facts({ app: { slug: app } }), []))).toBe(`${agent} agent verified`);
  });

  const emails = AGENTS.flatMap((row) => (row.emails ?? []).map((known) => ({ ...known, agent: row.agent })));
  it.each(emails)('$address ($tier, $as)', ({ address, tier, as, agent }) => {
    const full = address.endsWith('+')
      ? `${address}Some-Login@users.noreply.github.com`
      : address.startsWith('@')
        ? `agent${address}`
        : address;
    const expected = `${agent} agent ${tier}`;
    for (const key of ['Co-authored-by', 'CO-AUTHORED-BY', 'co-Authored-By']) {
      expect(verdictOf(attribute(withCommit(`Fix\n\n${key}: Any Name <${full.toUpperCase()}>`), []))).toBe(expected);
    }
    const asAuthor = attribute(withCommit('Fix', { email: full }), []);
    expect(verdictOf(asAuthor)).toBe(as === 'anywhere' ? expected : '- human none');
  });

  it.each([
    ['copilot', 'Agent-Logs-Url: https://github.com/octo/demo/sessions/12-34'],
    ['claude', 'Claude-Session: https://claude.ai/code/session_01AbC'],
    ['cursor', 'Made-with: Cursor'],
    ['amp', 'Amp-Thread-ID: https://ampcode.com/threads/T-0a1b'],
    ['replit', 'Replit-Commit-Author: Agent'],
    ['replit', 'Replit-Commit-Session-Id: 4b5c'],
  ])('%s: the trailer "%s" is declared', (agent, trailer) => {
    expect(verdictOf(attribute(withCommit(`Fix\n\n${trailer}`), []))).toBe(`${agent} agent declared`);
    expect(
      verdictOf(attribute(withCommit(`Fix\n\n${trailer.replace(/^[^:]+/, (key) => key.toUpperCase())}`), [])),
    ).toBe(`${agent} agent declared`);
  });

  it.each([
    'Assisted-by: Claude:claude-4',
    'Coding-Agent: something',
    'AI-assisted-by: a model',
    'Entire-Checkpoint: 0a1b2c',
  ])('the generic trailer "%s" is suspected and names nobody', (trailer) => {
    expect(verdictOf(attribute(withCommit(`Fix\n\n${trailer}`), []))).toBe('- agent suspected');
  });

  it.each([
    ['copilot', 'copilot/fix-123', 'declared'],
    ['claude', 'claude/issue-12-20250701', 'declared'],
    ['claude', 'claude-issue-12', 'declared'],
    ['codex', 'codex/add-tests', 'declared'],
    ['codex', 'refs/heads/codex/add-tests', 'declared'],
    ['cursor', 'cursor/add-tests-1a2b', 'declared'],
    ['cursor', 'cursor/add-tests', 'suspected'],
    ['devin', 'devin/1700000000-add-tests', 'declared'],
    ['jules', 'add-tests-11923456789012345678', 'suspected'],
    ['amazon-q', 'Q-DEV-issue-12-1700000000', 'declared'],
    ['openhands', 'openhands-fix-issue-12', 'declared'],
    ['openhands', 'openhands-fix-pr-12', 'declared'],
    ['cosine', 'cosine/add-tests', 'declared'],
  ])('%s: the branch %s is %s', (agent, branch, tier) => {
    expect(verdictOf(attribute(facts({ branch }), []))).toBe(`${agent} agent ${tier}`);
  });

  it.each([
    ['copilot', '<!-- START COPILOT CODING AGENT SUFFIX -->'],
    ['copilot', '<!-- START COPILOT CODING AGENT TIPS -->'],
    ['copilot', '<!-- START COPILOT ORIGINAL PROMPT -->'],
    ['claude', '🤖 Generated with [Claude Code](https://claude.ai/code)'],
    ['claude', '🤖 Generated with [Claude Code](https://claude.com/claude-code)'],
    ['claude', '🤖 Generated with [Claude Code](https://docs.anthropic.com/s/claude-code)'],
    ['claude', '_Generated by [Claude Code](https://claude.ai/code/session_01AbC)_'],
    ['codex', 'https://chatgpt.com/codex/tasks/task_e_68'],
    ['codex', 'Generated with [Codex](https://openai.com/codex)'],
    ['cursor', '<!-- CURSOR_AGENT_PR_BODY_BEGIN -->'],
    ['cursor', '<a href="https://cursor.com/agents/bc-12">Open</a>'],
    ['cursor', '[Open](https://www.cursor.com/background-agent?bcId=bc-12)'],
    ['cursor', 'Made with [Cursor](https://cursor.com)'],
    ['devin', 'Link to Devin run: https://app.devin.ai/sessions/0a1b'],
    ['devin', '[Link to Devin run](https://devin.example)'],
    ['jules', 'PR created automatically by Jules for task [123](https://jules.google.com/task/123) started by @mona'],
  ])('%s: the body marker "%s" is declared', (agent, marker) => {
    expect(verdictOf(attribute(facts({ body: `Adds tests.\n\n${marker}\n` }), []))).toBe(`${agent} agent declared`);
  });

  it('finds the marker of a commit message too, and Aider by its suffix and subject', () => {
    const message =
      'Fix\n\n🤖 Generated with [Claude Code](https://claude.ai/code)\n\nSigned-off-by: Mona <m@octo.example>';
    expect(verdictOf(attribute(withCommit(message), []))).toBe('claude agent declared');
    expect(verdictOf(attribute(withCommit('Fix', { name: 'Mona (aider)' }), []))).toBe('aider agent declared');
    expect(verdictOf(attribute(withCommit('aider: Fix'), []))).toBe('aider agent declared');
  });

  it.each(['codegen-sh[bot]', 'lovable-dev[bot]', 'gpt-engineer-app[bot]', 'v0[bot]', 'bolt-new-by-stackblitz[bot]'])(
    'the login %s, whose id is not known, is suspected',
    (login) => {
      expect(attribute(facts({ author: { id: 5, login, type: 'Bot' } }), [])).toMatchObject({
        class: 'agent',
        tier: 'suspected',
      });
    },
  );

  it('lists a first commit "Initial plan" as support, and takes it for nothing alone', () => {
    const plan = withCommit('Initial plan');
    expect(verdictOf(attribute(plan, []))).toBe('- human none');
    const evidence = attribute({ ...plan, branch: 'copilot/fix-1' }, []).evidence.map(({ value }) => value);
    expect(evidence).toEqual(['copilot/fix-1', 'subject: Initial plan']);
  });
});

describe('bots', () => {
  it.each(BOTS.flatMap((row) => (row.accounts ?? []).map((account) => ({ ...account, class: row.class }))))(
    '$login is a $class, by id',
    ({ id, login, class: expected }) => {
      expect(verdictOf(attribute(facts({ author: { id, login, type: 'Bot' } }), []))).toBe(`- ${expected} verified`);
      expect(attribute(facts({ author: { id, login, type: 'Bot' } }), []).requester).toBeNull();
      expect(verdictOf(attribute(facts({ author: { id: 9, login, type: 'Bot' } }), []))).toBe('- bot none');
    },
  );

  it('release notes that a dependency bot quotes make no agent of it; a commit by an agent does', () => {
    const dependabot = { id: 49699333, login: 'dependabot[bot]', type: 'Bot' };
    const quoting = facts({ author: dependabot, body: '🤖 Generated with [Claude Code](https://claude.ai/code)' });
    expect(verdictOf(attribute(quoting, []))).toBe('- dependency-bot verified');
    const pushed = { ...withCommit('Fix\n\nCo-authored-by: Claude <noreply@anthropic.com>'), author: dependabot };
    expect(verdictOf(attribute(pushed, []))).toBe('claude agent declared');
  });

  it('a review bot that authors commits on a person’s pull request is an agent there', () => {
    const byBot = withCommit('Add docstrings', { email: '136622811+coderabbitai[bot]@users.noreply.github.com' });
    expect(verdictOf(attribute(byBot, []))).toBe('- agent declared');
    const coAuthor = withCommit('Apply\n\nCo-authored-by: x <136622811+coderabbitai[bot]@users.noreply.github.com>');
    expect(verdictOf(attribute(coAuthor, []))).toBe('- human none');
  });

  it('Actions is a bot, and Claude only where the commit says so', () => {
    const actions = { id: 41898282, login: 'github-actions[bot]', type: 'Bot' };
    expect(verdictOf(attribute(facts({ author: actions }), []))).toBe('- bot none');
    const claude = withCommit('Fix', { email: '41898282+claude[bot]@users.noreply.github.com', id: 41898282 });
    expect(verdictOf(attribute({ ...claude, author: actions }, []))).toBe('claude agent declared');
    const plain = withCommit('Fix', { email: '41898282+github-actions[bot]@users.noreply.github.com', id: 41898282 });
    expect(verdictOf(attribute(plain, []))).toBe('- human none');
  });
});

describe('which agent', () => {
  it('the account weighs more than any text', () => {
    const both = {
      ...withCommit('Fix\n\nCo-authored-by: Claude <noreply@anthropic.com>'),
      author: { id: 198982749, login: 'Copilot', type: 'Bot' },
    };
    const attribution = attribute(both, []);
    expect(verdictOf(attribution)).toBe('copilot agent verified');
    expect(attribution.evidence.map(({ agent }) => agent)).toEqual(['copilot', 'claude']);
  });

  it('a session link that several agents write goes to the one that another sign names', () => {
    const message = 'Fix\n\nAgent-Logs-Url: https://github.com/octo/demo/sessions/1';
    const claude = withCommit(message, { email: '242468646+Claude@users.noreply.github.com' });
    expect(verdictOf(attribute(claude, []))).toBe('claude agent declared');
  });

  it('looks at every commit, and keeps the evidence short', () => {
    const commit = {
      message: 'Fix',
      authorName: 'Mona',
      authorEmail: 'mona@octo.example',
      authorLogin: 'mona',
      authorId: 1001,
    };
    const last = { ...commit, message: 'Last\n\nCo-authored-by: Claude <noreply@anthropic.com>' };
    const many = facts({ commits: [...Array.from({ length: 999 }, () => commit), last] });
    expect(verdictOf(attribute(many, []))).toBe('claude agent declared');
    const loud = facts({
      commits: Array.from({ length: 200 }, (_, n) => ({
        ...commit,
        message: `x\n\nCo-authored-by: C${n} <noreply@anthropic.com>`,
      })),
    });
    expect(attribute(loud, []).evidence.length).toBe(20);
  });
});

describe('identities from the policy', () => {
  const acme: AgentIdentity = {
    agent: 'acme',
    class: 'agent',
    accounts: [4242],
    apps: ['acme-coder'],
    emails: ['bot@acme.example'],
    trailers: ['Acme-Agent'],
    branches: ['acme/**'],
    bodyMarkers: ['made by acme'],
    labels: ['acme'],
  };

  it('make verified by id and App, declared by everything else', () => {
    const tierOf = (changed: Parameters<typeof attribute>[0]) => verdictOf(attribute(changed, [acme]));
    expect(tierOf(facts({ author: { id: 4242, login: 'x', type: 'User' } }))).toBe('acme agent verified');
    expect(tierOf(facts({ app: { slug: 'acme-coder' } }))).toBe('acme agent verified');
    expect(tierOf(facts({ branch: 'acme/a/b' }))).toBe('acme agent declared');
    expect(tierOf(facts({ labels: ['ACME'] }))).toBe('acme agent declared');
    expect(tierOf(facts({ body: 'made by acme' }))).toBe('acme agent declared');
    expect(tierOf(withCommit('Fix\n\nacme-agent: 1'))).toBe('acme agent declared');
    expect(tierOf(withCommit('Fix', { email: 'Bot@acme.example' }))).toBe('acme agent declared');
    expect(tierOf(facts({}))).toBe('- human none');
  });

  it('never take a known agent out of its class', () => {
    const disguise: AgentIdentity = {
      ...acme,
      class: 'dependency-bot',
      accounts: [198982749],
      apps: ['copilot-swe-agent'],
    };
    const copilot = facts({ author: { id: 198982749, login: 'Copilot', type: 'Bot' } });
    expect(verdictOf(attribute(copilot, [disguise]))).toBe('copilot agent verified');
    expect(
      verdictOf(
        attribute(facts({ branch: 'copilot/x', author: { id: 4242, login: 'x', type: 'User' } }), [
          { ...acme, class: 'bot' },
        ]),
      ),
    ).toBe('copilot agent declared');
  });
});

describe('attribution only rises', () => {
  const human = attribute(facts({}), []);
  const declared = attribute(facts({ branch: 'codex/x' }), []);
  const verified = attribute(
    facts({
      author: { id: 198982749, login: 'Copilot', type: 'Bot' },
      assignees: [{ id: 1, login: 'mona', type: 'User' }],
    }),
    [],
  );

  it('keeps what was seen once', () => {
    expect(raise(null, human)).toEqual(human);
    expect(raise(declared, human)).toMatchObject({ agent: 'codex', class: 'agent', tier: 'declared' });
    expect(raise(human, declared)).toMatchObject({
      agent: 'codex',
      class: 'agent',
      tier: 'declared',
      requester: 'mona',
    });
    expect(raise(declared, verified)).toMatchObject({ agent: 'copilot', tier: 'verified' });
    expect(raise(verified, declared)).toMatchObject({ agent: 'copilot', tier: 'verified', requester: 'mona' });
  });

  it('an edited body does not change the requester', () => {
    const by = (login: string) =>
      attribute(
        facts({
          body: `PR created automatically by Jules for task [1](https://jules.google.com/task/1) started by @${login}`,
        }),
        [],
      );
    expect(raise(by('mona'), by('hubot')).requester).toBe('mona');
  });

  it('keeps an agent over a dependency bot', () => {
    const bot = attribute(facts({ author: { id: 49699333, login: 'dependabot[bot]', type: 'Bot' } }), []);
    expect(raise(declared, bot)).toMatchObject({ class: 'agent', agent: 'codex' });
  });
});
