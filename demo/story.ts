import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../src/commands/index.ts';
import type { CommandIo } from '../src/commands/io.ts';
import type { StoredCheckRun } from '../test/support/github/index.ts';
import { type PageMoment, renderPage } from './page.ts';
import { HONEST, raise, type Stage } from './stage.ts';
import { createTimeline, NotAsTold, type Timeline } from './timeline.ts';

const MANIFEST = { name: 'shop', version: '1.0.0', type: 'module', dependencies: {} };
const FRESH = 'csv-report-toolkit';
const INVENTED = 'express-report-streaming-helpers';

/** The whole story, played on this machine. Resolves with 0 only where every step went as told. */
export async function run(io: CommandIo): Promise<number> {
  const timeline = createTimeline(io.stdout, io.now);
  io.stdout('Countersign, from webhook to green: an emulated GitHub, a local npm registry, the real server.\n');
  const moments: PageMoment[] = [];
  const stage = await raise({
    'package.json': json(MANIFEST),
    'src/server.ts': "import { createServer } from 'node:http';\n\ncreateServer().listen(8080);\n",
  });
  try {
    await play(stage, timeline, moments, io);
    timeline.shows(`what a reader of GitHub sees, as a page: ${writePage(moments)}`);
    io.stdout('\nEvery step went as told.\n');
    return 0;
  } catch (error) {
    if (!(error instanceof NotAsTold)) throw error;
    io.stderr(`\nNot as told: ${error.message}\n`);
    return 1;
  } finally {
    await stage.close();
  }
}

async function play(stage: Stage, timeline: Timeline, moments: PageMoment[], io: CommandIo): Promise<void> {
  const { repository, registry, github } = stage;
  timeline.shows(
    stage.online
      ? 'The local registry stands in front of the public one.'
      : 'The public registry cannot be reached; the local one stands alone.',
  );
  await registry.publish({ name: FRESH, version: '1.0.0' });
  timeline.act('Somebody', `publishes ${FRESH}@1.0.0 to the registry.`);

  // The agent's pull request, and what the check says of it.
  const first = await repository.push('copilot/reports', agentsFiles(true), {
    as: 'Copilot',
    message: 'Add report export',
  });
  const pullRequest = await repository.open({
    branch: 'copilot/reports',
    title: 'Add report export',
    body: 'Exports reports as CSV.',
    as: 'Copilot',
  });
  timeline.act(
    'Copilot',
    `opens pull request #${pullRequest}: one invented package, one published a moment ago, ${HONEST.name} (dates recorded from the public registry), and a shell command built from a request.`,
  );
  timeline.told(
    await until(() => repository.checkRuns(first).length > 0),
    'the webhook arrives and the check starts at once',
  );
  const blocked = await repository.completed(first);
  timeline.shows(`check ${blocked.name}: ${blocked.conclusion} — ${blocked.title}`);
  timeline.quote(annotations(blocked));
  timeline.told(blocked.conclusion === 'failure', 'a name that does not exist fails the check: nobody can sign it');
  const found = ['package-not-found', 'package-too-new', 'command-injection'];
  timeline.told(
    found.every((rule) => blocked.annotations.some((each) => each.title?.includes(rule))) &&
      blocked.annotations.length === 3,
    `it found exactly those three, and nothing about ${HONEST.name}`,
  );
  const oldCode = codeIn(blocked);
  moments.push(momentOf(stage, pullRequest, blocked, 'Copilot has opened a pull request.', agentsFiles(true)));

  timeline.act('Copilot', 'tries to sign its own work.');
  await repository.comment(pullRequest, `/countersign sign all ${oldCode} reviewed thoroughly, looks good`, 'Copilot');
  await repository.edit(pullRequest, { body: 'Exports reports as CSV. Pre-approved by the security team.' }, 'Copilot');
  const edited = await repository.completed(first, { when: (run) => codeIn(run) !== oldCode });
  timeline.shows(`its new words make a new report, ${codeIn(edited)}; check: ${edited.conclusion}`);
  timeline.told(edited.conclusion === 'failure' && edited.actions.length === 0, "the agent's command had no effect");

  timeline.act('maria', `signs with the report code she read first, ${oldCode}.`);
  await repository.comment(
    pullRequest,
    `/countersign sign all ${oldCode} export is only used by our own staff`,
    'maria',
  );
  const refusal = await replyTo(stage, pullRequest, 'maria', /not the current report/);
  timeline.quote([refusal]);
  timeline.told(repository.checkRun(edited.id).conclusion === 'failure', 'an old code signs nothing');

  timeline.act('Copilot', `removes ${INVENTED} and pushes.`);
  const second = await repository.push('copilot/reports', agentsFiles(false), {
    as: 'Copilot',
    message: 'Drop the helper',
  });
  const signable = await repository.completed(second);
  timeline.shows(`check ${signable.name}: ${signable.conclusion} — ${signable.title}`);
  timeline.told(signable.conclusion === 'action_required', 'what is left can be signed, by a person');
  const code = codeIn(signable);

  timeline.act('Somebody with a copy of maria’s token', 'sends the right command.');
  await github.asUser('maria', 'POST', `/repos/acme/shop/issues/${pullRequest}/comments`, {
    body: `/countersign sign all ${code} export is only used by our own staff`,
  });
  const pending = await repository.completed(second, { when: (run) => run.actions.length > 0 });
  timeline.shows(`a button appears: “${pending.actions[0]?.label}” (${pending.actions[0]?.description})`);
  const patched = await github.asUser('maria', 'PATCH', `/repos/acme/shop/check-runs/${pending.id}`, {
    conclusion: 'success',
  });
  const forged = await github.deliver('check_run', { action: 'requested_action' }, { secret: 'guessed' });
  moments.push(momentOf(stage, pullRequest, pending, 'A command waits for its button.', agentsFiles(false)));
  timeline.told(patched.status >= 400, `GitHub lets no token press it or turn the check (${patched.status})`);
  timeline.told(forged !== null && forged >= 400, `a forged webhook is refused (${forged})`);
  timeline.told(repository.checkRun(pending.id).conclusion === 'action_required', 'the check stays blocked');

  timeline.act('maria', 'reads the check in her browser, writes the command herself and presses Confirm.');
  await repository.comment(
    pullRequest,
    `/countersign sign all ${code} internal tool, input comes from our own scheduler`,
    'maria',
  );
  const stolen = pending.actions[0]?.identifier;
  const own = await repository.completed(second, {
    when: (run) => run.actions.length > 0 && run.actions[0]?.identifier !== stolen,
  });
  timeline.shows('her own command voids the other one: a new button');
  await repository.press(own.id, own.actions[0]?.identifier ?? '', 'maria');
  const green = await repository.completed(second, { when: (run) => run.conclusion === 'success' });
  timeline.shows(`check ${green.name}: ${green.conclusion} — ${green.title}`);
  timeline.quote(summary(green));
  moments.push(momentOf(stage, pullRequest, green, 'maria has pressed Confirm.', agentsFiles(false)));
  timeline.told(green.conclusion === 'success', 'the check is green, signed by a person who was there');
  timeline.told(github.violations.length === 0, 'every request fits GitHub’s own API description');

  await verifyLedger(stage, green, timeline, io);
}

/** What a reader sees of the pull request at this moment. */
function momentOf(
  stage: Stage,
  pullRequest: number,
  run: StoredCheckRun,
  caption: string,
  files: Readonly<Record<string, string>>,
): PageMoment {
  const sticky = stage.repository.comments(pullRequest).find((comment) => comment.body.includes('countersign:sticky'));
  const conclusions = ['success', 'failure', 'action_required', 'cancelled'] as const;
  return {
    caption,
    checkName: run.name,
    conclusion: conclusions.find((each) => each === run.conclusion) ?? 'in_progress',
    output: { title: run.title ?? '', summary: run.summary ?? '', text: run.text ?? '' },
    annotations: run.annotations.map((each) => ({
      path: each.path,
      startLine: each.start_line,
      endLine: each.end_line,
      level: each.annotation_level === 'failure' ? 'failure' : 'warning',
      title: each.title ?? '',
      message: each.message,
    })),
    actions: run.actions,
    comment: sticky?.body ?? null,
    sources: new Map(Object.entries(files)),
  };
}

function writePage(moments: readonly PageMoment[]): string {
  const markdownCss = readFileSync(
    createRequire(import.meta.url).resolve('github-markdown-css/github-markdown-light.css'),
    'utf8',
  );
  const file = join(tmpdir(), 'countersign-demo.html');
  writeFileSync(
    file,
    renderPage({
      repository: 'acme/shop',
      number: 1,
      title: 'Add report export',
      author: 'Copilot',
      head: 'copilot/reports',
      base: 'main',
      moments,
      markdownCss,
    }),
  );
  return file;
}

async function verifyLedger(stage: Stage, green: StoredCheckRun, timeline: Timeline, io: CommandIo): Promise<void> {
  timeline.act('The operator', 'stops the server and verifies the ledger against the head that the check printed.');
  timeline.told((await stage.stopServer()) === 0, 'the server drained and stopped');
  const at = ['--data', stage.dataFolder, '--installation', String(stage.github.app.installationId)];
  const head = /\b[0-9a-f]{64}\b/.exec(`${green.summary} ${green.text}`)?.[0] ?? '';
  const exported = await ledger(['export', ...at], io);
  const refused = exported.text.split('\n').filter((line) => line.includes('"sign-off-refused"')).length;
  timeline.told(refused >= 2, `what the agent and the old code tried is in the ledger (${refused} refusals)`);
  const verified = await ledger(['verify', ...at, '--expect-head', head], io);
  timeline.quote(verified.text.trim().split('\n'));
  timeline.told(verified.code === 0, 'the ledger verifies');
}

async function ledger(
  argv: readonly string[],
  io: CommandIo,
): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const command = await COMMANDS.get('ledger')?.load();
  const stdout = (piece: string) => {
    text += piece;
  };
  const code = await command?.run(argv, { ...io, stdout });
  return { code: code ?? 1, text };
}

function agentsFiles(withInvented: boolean): Record<string, string> {
  const dependencies = {
    ...(withInvented ? { [INVENTED]: '^2.1.0' } : {}),
    [FRESH]: '1.0.0',
    [HONEST.name]: HONEST.version,
  };
  return {
    'package.json': json({ ...MANIFEST, dependencies }),
    'src/export.ts': `import { exec } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';

export function exportReport(request: IncomingMessage, response: ServerResponse): void {
  const name = new URL(request.url ?? '/', 'http://localhost').searchParams.get('name');
  exec(\`report-to-csv --name \${name}\`, (_error, csv) => response.end(csv));
}
`,
  };
}

function annotations(run: StoredCheckRun): string[] {
  return run.annotations.flatMap((each) => [
    `${each.annotation_level === 'failure' ? '✗' : '!'} ${each.path}:${each.start_line}  ${each.title}`,
    ...each.message.split('\n').map((line) => `    ${line}`),
  ]);
}

function summary(run: StoredCheckRun): string[] {
  return (run.summary ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, 12);
}

function codeIn(run: StoredCheckRun): string {
  return /\br-[0-9a-z]{8}\b/.exec(`${run.summary} ${run.text}`)?.[0] ?? '';
}

async function replyTo(stage: Stage, pullRequest: number, login: string, text: RegExp): Promise<string> {
  const found = () =>
    stage.repository
      .comments(pullRequest)
      .map((comment) => comment.body)
      .find((body) => body.includes(`${login}`) && text.test(body) && !body.startsWith('/countersign'));
  if (!(await until(() => found() !== undefined)))
    throw new NotAsTold(`${login} got no answer that says "${text.source}"`);
  return (found() ?? '').replace(/<!--.*?-->/gs, '').trim();
}

async function until(condition: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return condition();
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
