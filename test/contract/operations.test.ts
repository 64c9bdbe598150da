import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { SERVED_EVENTS } from '../../src/app.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { REGISTRY_TYPES } from '../../src/core/dependency.ts';
import { packageFile } from '../../src/package-root.ts';
import { ALERTS } from '../../src/service/alert-record.ts';
import { ALERT_LIMITS } from '../../src/service/alerts.ts';
import { RETENTION } from '../../src/service/start.ts';
import { SWEEP_CLOCK, SWEEP_LIMITS } from '../../src/service/sweep.ts';

/** What an operator reads, against what there is: names, figures and commands that a machine can check. */

const read = (...path: readonly string[]) => readFileSync(packageFile(...path), 'utf8');
const operations = read('docs', 'operations.md');
const settings = read('docs', 'settings.md');
const sources = filesBelow('src').map((path) => readFileSync(path, 'utf8'));
const code = sources.join('\n');

function filesBelow(folder: string): string[] {
  return readdirSync(packageFile(folder), { recursive: true, encoding: 'utf8' })
    .map((path) => join(packageFile(folder), path))
    .filter((path) => path.endsWith('.ts') && statSync(path).isFile());
}

const isSetting = /^(?:[A-Z]+_[A-Z0-9_]+|HOST|PORT)$/;
/** Read by Node itself. */
const OF_NODE = ['NODE_EXTRA_CA_CERTS'];
/** Read by OpenTelemetry's own package. */
const OF_OPENTELEMETRY = ['OTEL_EXPORTER_OTLP_HEADERS'];

/** Names in backticks, without what an example sets them to. */
function named(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, inner = '']) => inner.split('=')[0] ?? '');
  return [...new Set(quoted)].filter((name) => isSetting.test(name));
}

describe('settings', () => {
  test('that the documents name are read somewhere', () => {
    const names = [...named(operations), ...named(settings)].filter(
      (name) => ![...OF_NODE, ...OF_OPENTELEMETRY].includes(name),
    );
    expect(names.length).toBeGreaterThan(30);
    const families = ['COUNTERSIGN_REGISTRY_', 'COUNTERSIGN_POPULAR_'];
    const unknown = names.filter(
      (name) =>
        !new RegExp(`\\b${name}\\b`).test(code) &&
        !families.some(
          (family) =>
            code.includes(`'${family}'`) && REGISTRY_TYPES.some((type) => name === `${family}${type.toUpperCase()}`),
        ),
    );
    expect(unknown).toEqual([]);
  });

  test('that are read stand in the list, each in a row of its own or of its family', () => {
    const asked = [...code.matchAll(/\benv\['([A-Z][A-Z0-9_]+)'\]|'(COUNTERSIGN_[A-Z_]+[A-Z])'/g)].flatMap(
      ([, one, other]) => one ?? other ?? [],
    );
    const schema = /const Environment = z\.object\(\{([\s\S]*?)\n\}\);/.exec(code)?.[1] ?? '';
    const declared = [...schema.matchAll(/^\s+([A-Z][A-Z0-9_]+):/gm)].flatMap(([, name]) => name ?? []);
    expect(declared).toContain('DATABASE_URL');
    // What other programs and the system set; the settings of a command are in its own help.
    const others = ['HOME', 'GITHUB_TOKEN', 'GITHUB_ACTIONS', 'NO_COLOR', 'PATH'];
    const missing = [...new Set([...asked, ...declared])].filter(
      (name) => !others.includes(name) && !name.startsWith('OTEL_') && !settings.includes(name),
    );
    expect(missing).toEqual([]);
  });
});

test('commands and options that the document names exist', async () => {
  const quoted = [...operations.matchAll(/(?:`|^)countersign ([a-z]+)(?: ([a-z]+))?([^`\n]*)/gm)];
  expect(quoted.length).toBeGreaterThan(5);
  for (const [, command = '', verb = '', rest = ''] of quoted) {
    expect(COMMANDS.has(command), `countersign ${command}`).toBe(true);
    const text = await helpOf(command);
    if (verb !== '') expect(text, `countersign ${command} ${verb}`).toContain(`${command} ${verb}`);
    for (const [option] of rest.matchAll(/--[a-z-]+/g)) expect(text).toContain(option);
  }
});

async function helpOf(command: string): Promise<string> {
  const said: string[] = [];
  const io = {
    stdout: (text: string) => void said.push(text),
    stderr: (text: string) => void said.push(text),
    stdin: process.stdin,
    env: {},
    now: Date.now,
  };
  const { run } = (await COMMANDS.get(command)?.load()) ?? {};
  await run?.(['--help'], io as never);
  return said.join('');
}

test('alerts are those that there are, with their times', () => {
  const section = operations.slice(operations.indexOf('### Alerts'), operations.indexOf('### Traces'));
  const rows = [...section.matchAll(/^\| `([a-z-]+)` \| (.+) \|$/gm)];
  expect(rows.map(([, alert]) => alert).sort()).toEqual([...ALERTS].sort());
  const of = (alert: string) => rows.find(([, name]) => name === alert)?.[2];
  const minutes = (milliseconds: number) => `${milliseconds / 60_000} minutes`;
  expect(of('source-down')).toContain(minutes(ALERT_LIMITS.sourceMs));
  expect(of('queue-blocked')).toContain(minutes(ALERT_LIMITS.queueMs));
  expect(of('pull-requests-held')).toContain(minutes(ALERT_LIMITS.unknownMs));
  expect(of('pull-requests-held')).toContain(`${ALERT_LIMITS.heldMs / 86_400_000} days`);
});

test('what is kept, for as long as the document says', () => {
  const row = (what: string) => operations.split('\n').find((line) => line.startsWith(`| ${what} |`)) ?? '';
  expect(row('reviews')).toContain(`${RETENTION.reviewDays} days`);
  expect(row('shapes of mistakes')).toContain(`${RETENTION.reviewDays} days`);
  expect(row('effects')).toContain(`${RETENTION.effectDays} days`);
  expect([RETENTION.closedPullRequestDays, RETENTION.watchedDays]).toEqual([365, 365]);
  expect(row('pull requests')).toContain('a year');
  expect(row('names and versions that are looked at again')).toContain('a year');
});

test('the sweep is as the document tells', () => {
  const section = operations.slice(operations.indexOf('## What it finds by itself'));
  expect(SWEEP_CLOCK).toEqual({ everyMs: 3_600_000, awayMs: 30_000 });
  expect(section).toContain(`at most ${SWEEP_LIMITS.reviews}`);
  expect(SWEEP_LIMITS.spacingMs).toBe(1_000 / 4);
});

test('events are those of the App, of its description and of the README', () => {
  const app = parse(read('app.yml')) as { readonly default_events: readonly string[] };
  expect([...app.default_events].sort()).toEqual([...SERVED_EVENTS].sort());
  const table = read('README.md').split('| event | why |')[1]?.split('\n\n')[0] ?? '';
  const rows = table.split('\n').flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([a-z_]+)`/g)]);
  expect(rows.map(([, event]) => event).sort()).toEqual([...SERVED_EVENTS].sort());
});

test('files of the project that the document names are there', () => {
  const links = [...operations.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => join('docs', path));
  const paths = [...operations.matchAll(/`((?:test|docs|tools)\/[^`]+)`/g)].map(([, path = '']) => path);
  expect([...links, ...paths, 'Containerfile'].filter((path) => !statSync(packageFile(path)).isFile())).toEqual([]);
});
