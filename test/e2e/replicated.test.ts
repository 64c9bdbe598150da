import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../support/world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ files: { 'package.json': '{ "name": "shop", "version": "1.0.0" }\n' } });
});
afterAll(() => world.close());

/** The same mistake under other names, in another file, laid out differently. */
function listing(folder: string, spaced: boolean): string {
  const call = spaced
    ? `  exec(\n    'ls ' +\n      request.query.${folder}, (error, out) => response.send(out),\n  );`
    : `  exec('ls ' + request.query.${folder}, (error, out) => response.send(out));`;
  return `import { exec } from 'node:child_process';\n\nexport function ${folder}s(request, response) {\n${call}\n}\n`;
}

async function summaryOf(branch: string, path: string, text: string, as: string): Promise<string> {
  const head = await world.repository.push(branch, { [path]: text }, { as });
  await world.repository.open({ branch, title: `List ${path}`, as });
  const run = await world.repository.completed(head);
  return `${run.summary} ${run.text}`;
}

test('the third pull request of an agent with the same mistake says so, and where it first appeared', async () => {
  expect(await summaryOf('copilot/a', 'src/a.js', listing('dir', false), 'Copilot')).not.toContain(
    'replicated-pattern',
  );
  // A person's copy is no sign of an agent that repeats itself.
  expect(await summaryOf('ben/p', 'src/p.js', listing('home', false), 'ben')).not.toContain('replicated-pattern');
  expect(await summaryOf('copilot/b', 'src/b.js', listing('folder', true), 'Copilot')).not.toContain(
    'replicated-pattern',
  );
  const third = await summaryOf('copilot/c', 'lib/c.js', listing('place', false), 'Copilot');
  expect(third).toContain('replicated-pattern');
  expect(third).toMatch(/3 places, with those of 2 other pull requests by agents, first in pull request 1\b/);
  expect(third).toContain('src/a.js:4');
});

test('a merge group counts other pull requests, and its own only once, through the places in its code', async () => {
  const { repository } = world;
  const opened = async (branch: string, path: string, text: string, as: string): Promise<number> => {
    const head = await repository.push(branch, { [path]: text }, { as });
    const number = await repository.open({ branch, title: `Store ${path}`, as });
    await repository.completed(head);
    return number;
  };
  const copy = (name: string) =>
    `import { writeFileSync } from 'node:fs';\n\nexport function ${name}(request) {\n  writeFileSync('data/' + request.query.${name}, '');\n}\n`;
  const first = await opened('copilot/s1', 'src/s1.js', copy('one'), 'Copilot');
  const second = await opened('copilot/s2', 'src/s2.js', copy('two'), 'Copilot');
  const both = await repository.queue([first, second], 'maria');
  // Two places in two pull requests are two, however they are looked at.
  expect(textOf(await repository.completed(both.headSha))).not.toContain('replicated-pattern');

  await opened('copilot/s3', 'src/s3.js', copy('three'), 'Copilot');
  const again = await repository.queue([first], 'maria');
  const alone = textOf(await repository.completed(again.headSha));
  expect(alone).toMatch(/3 places, with those of 2 other pull requests by agents/);
  const person = await opened('ben/s4', 'src/s4.js', copy('four'), 'ben');
  const mixed = await repository.queue([person], 'maria');
  expect(textOf(await repository.completed(mixed.headSha))).not.toContain('replicated-pattern');
});

function textOf({ summary, text }: { readonly summary: string | null; readonly text: string | null }): string {
  return `${summary} ${text}`;
}
