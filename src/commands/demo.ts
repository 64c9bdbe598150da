import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { CountersignError } from '../core/errors.ts';
import { packageFile } from '../package-root.ts';
import type { CommandIo } from './io.ts';

type Story = (io: CommandIo) => Promise<number>;

/** Plays the demo. Its stage (an emulated GitHub, a local registry) is part of the repository, not of the published package. */
export async function run(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help')) {
    io.stdout(
      'countersign demo: the whole story on this machine, no account needed; 0 only if every step went as told\n',
    );
    return 0;
  }
  const file = packageFile('demo', 'story.ts');
  if (!existsSync(file)) {
    throw new CountersignError(
      'bad-usage',
      'The demo runs in a checkout of the repository: clone it, then `npm ci && npm run demo`.',
    );
  }
  const story: unknown = await import(pathToFileURL(file).href);
  if (!hasRun(story)) throw new TypeError('demo/story.ts exports no run()');
  return story.run(io);
}

function hasRun(module: unknown): module is { readonly run: Story } {
  return typeof module === 'object' && module !== null && 'run' in module && typeof module.run === 'function';
}
