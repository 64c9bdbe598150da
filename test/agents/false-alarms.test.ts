import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute } from '../../src/agents/attribute.ts';
import { processorNow } from '../support/processor.ts';
import { facts, withCommit } from './facts.ts';

describe('bare names and look-alikes are nobody', () => {
  it.each([
    { author: { id: 11, login: 'claude', type: 'User' } },
    { author: { id: 12, login: 'devin', type: 'User' } },
    { author: { id: 13, login: 'jules', type: 'User' } },
    { author: { id: 14, login: 'Copilot', type: 'User' } },
    { author: { id: 15, login: 'cursoragent', type: 'User' } },
    { branch: 'cursor-pagination' },
    { branch: 'codex-alimentarius' },
    { branch: 'feature/claude-monet' },
    { branch: 'feature/codex/parser' },
    { branch: 'devin/fix-tests' },
    { branch: 'devin-fixes' },
    { branch: 'jules/verne' },
    { branch: 'continue/work' },
    { branch: 'release-20240131' },
    { branch: 'backup-202401311200' },
    { branch: 'nightly-20240131235959' },
    { branch: 'retry-1700000000000' },
    { branch: 'openhands-fix-readme' },
    { labels: ['claude', 'codex', 'ai'] },
    { title: 'Claude Code support' },
    { body: 'Replaces `🤖 Generated with [Claude Code](https://claude.ai/code)` by nothing.' },
    { body: 'This drops the 🤖 Generated with [Claude Code](https://claude.ai/code) footer.' },
    { body: '> 🤖 Generated with [Claude Code](https://claude.ai/code)\n\nWhy is this here?' },
    { body: '```\n<!-- CURSOR_AGENT_PR_BODY_BEGIN -->\nCo-Authored-By: Claude <noreply@anthropic.com>\n```\n' },
    { body: 'See https://my-cursor.com/agents/bc-1 and https://notapp.devin.ai/sessions/1' },
    { body: 'Requested by: @mona' },
    { body: 'An open fence:\n\n```\nCo-Authored-By: Claude <noreply@anthropic.com>' },
  ])('%j', (changes) => {
    expect(attribute(facts(changes), [])).toMatchObject({ agent: null, class: 'human', tier: 'none' });
  });

  it.each([
    'Co-authored-by: Claude <claude@gmail.com>',
    'Co-authored-by: Claude Monet <claude@museum.example>',
    'Co-authored-by: Copilot <Copilot@users.noreply.github.com>',
    'Co-authored-by: Claude <claude[bot]@users.noreply.github.com>',
    'Co-authored-by: Codex <1198982749+Copilot@users.noreply.github.com>',
    'Co-authored-by: x <noreply@anthropic.com.example>',
    'Co-authored-by: x <xnoreply@anthropic.com>',
    'Reviewed-by: Claude <noreply@anthropic.com>',
    'Assisted-by: Jane Doe <jane@octo.example>',
    'Made-with: love',
    'Agent-Logs-Url: https://example.com/sessions/1',
    'Amp-Thread-ID: 12',
  ])('the trailer "%s"', (trailer) => {
    expect(attribute(withCommit(`Fix\n\n${trailer}`), [])).toMatchObject({ agent: null, class: 'human', tier: 'none' });
  });

  it.each([
    'Strip trailers\n\nLines such as\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n\nare removed before the push.',
    'Strip trailers\n\nRemoves "Co-Authored-By: Claude <noreply@anthropic.com>" from messages.',
    'Strip trailers\n\n    Co-Authored-By: Claude <noreply@anthropic.com>\n\nis gone.',
    'Co-Authored-By: Claude <noreply@anthropic.com>',
    'Strip trailers\n\n> Co-Authored-By: Claude <noreply@anthropic.com>',
  ])('a trailer that a message only speaks of: %j', (message) => {
    expect(attribute(withCommit(message), [])).toMatchObject({ agent: null, class: 'human', tier: 'none' });
  });

  it.each([
    'Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>\nSigned-off-by: Mona <mona@octo.example>',
    'Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n\nChange-Id: I0a1b\n\n',
    'Fix it\nCo-Authored-By: Claude <noreply@anthropic.com>',
    'Fix\r\n\r\nco-authored-by:Claude   <NoReply@Anthropic.com>\r\n',
    'Two things (#12)\n\n* One\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n\n* Two\n\nSome prose.',
    'Fix\n\nCo-authored-by: Claude\n <noreply@anthropic.com>',
    'Fix\n\nCo-authored-by: noreply@anthropic.com',
    'Fix\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n(cherry picked from commit 0a1b2c3d4e)',
  ])('a trailer in trailer position counts: %j', (message) => {
    expect(attribute(withCommit(message), [])).toMatchObject({ agent: 'claude', class: 'agent', tier: 'declared' });
  });
});

/** Commits as people wrote them before coding agents: names, words and trailers that come near the table's. */
const names = [
  'Claude Shannon',
  'Devin Weaver',
  'Jules Verne',
  'Cody Mello',
  'Ada',
  'José',
  'Amp Lee',
  'Kimi R',
  'Roo K',
  'Warp W',
  'Gemini G',
];
const words = [
  'cursor',
  'codex',
  'continue',
  'copilot seat',
  'claude',
  'devin',
  'amp',
  'warp',
  'augment',
  'crush',
  'vibe',
  'goose',
  'parser',
  'login',
  'CI',
];
const verbs = ['Fix', 'Add', 'Remove', 'Initial plan for', 'Refactor', 'docs:', 'cursor:', 'Revert "Add', 'aider au'];
const domains = [
  'gmail.com',
  'redhat.com',
  'google.com',
  'openai-fans.example',
  'x.ai.example',
  'cursor.com.example',
  'users.noreply.github.com',
];
const keys = [
  'Signed-off-by',
  'Reviewed-by',
  'Co-authored-by',
  'Acked-by',
  'Tested-by',
  'Reported-by',
  'Assisted-by',
  'Suggested-by',
];
const plainTrailers = [
  'Change-Id: I8473b95934b5732ac55d26311a706c9c2bde9940',
  'Fixes: #12',
  'Bug: 1234',
  'git-svn-id: svn://svn.example/trunk@1',
  'PR-URL: https://github.com/o/r/pull/1',
];

const one = (list: readonly string[]) => fc.constantFrom(...list);
const person = fc.tuple(one(names), one(domains)).map(([name, domain]) => ({
  name,
  email: `${name
    .split(' ')[0]
    ?.toLowerCase()
    .normalize('NFD')
    .replace(/[^a-z]/g, '')}@${domain}`,
}));
const trailer = fc.oneof(
  fc.tuple(one(keys), person).map(([key, { name, email }]) => `${key}: ${name} <${email}>`),
  one(plainTrailers),
);
const humanCommit = fc
  .record({
    author: person,
    verb: one(verbs),
    word: one(words),
    body: fc.array(
      fc.tuple(one(words), one(words)).map(([a, b]) => `The ${a} now waits for the ${b}.`),
      { maxLength: 4 },
    ),
    trailers: fc.array(trailer, { maxLength: 4 }),
  })
  .map(({ author, verb, word, body, trailers }) => ({
    message: [`${verb} ${word}`, body.join('\n'), trailers.join('\n')].filter((part) => part !== '').join('\n\n'),
    authorName: author.name,
    authorEmail: author.email,
    authorLogin: author.name.split(' ')[0]?.toLowerCase() ?? null,
    authorId: null,
  }));

describe('commits from before coding agents', () => {
  it('raise no alarm in 5,000 made after the habits of old public histories', () => {
    let alarms = 0;
    const branch = fc.tuple(one(words), one(words)).map(([a, b]) => `${a.replace(' ', '-')}-${b.replace(' ', '-')}`);
    const safeBranch = branch.map((name) => (name.startsWith('claude-') ? `fix/${name}` : name));
    fc.assert(
      fc.property(fc.array(humanCommit, { minLength: 1, maxLength: 3 }), safeBranch, (commits, name) => {
        const attribution = attribute(facts({ commits, branch: name }), []);
        if (attribution.class !== 'human' || attribution.tier !== 'none') alarms += 1;
      }),
      { numRuns: 5000, seed: 7 },
    );
    expect(alarms).toBe(0);
  });

  it('answers for any text at all, in time that grows with its length', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.string({ maxLength: 300 }), (body, message) => {
        expect(attribute({ ...withCommit(message), body }, []).evidence.length).toBeLessThanOrEqual(20);
      }),
      { numRuns: 1000, seed: 7 },
    );
    const hostile = [
      '`'.repeat(150_000),
      '- '.repeat(100_000),
      '<sub>'.repeat(50_000),
      'a: b\n'.repeat(40_000),
      ' x\n'.repeat(60_000),
      `a: b\n${' x\n'.repeat(60_000)}`,
      '`a'.repeat(100_000),
      'Requested by:'.repeat(20_000),
    ];
    for (const text of hostile) {
      const start = processorNow();
      attribute({ ...withCommit(`x\n\n${text}`), body: text, author: { id: 158243242, login: 'd', type: 'Bot' } }, []);
      expect(processorNow() - start, text.slice(0, 12)).toBeLessThan(2000);
    }
  });
});
