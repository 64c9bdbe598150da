import { COMMANDS } from './commands/index.ts';
import type { CommandIo } from './commands/io.ts';
import { CountersignError } from './core/errors.ts';
import { redactor, secretsOfEnvironment } from './service/secrets.ts';

async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    io.stdout(helpText());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version' || name === 'version') {
    const { VERSION } = await import('./version.ts');
    io.stdout(`${VERSION}\n`);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    io.stderr(`countersign: there is no command "${name}". \`countersign help\` lists them.\n`);
    return 2;
  }
  try {
    const { run } = await command.load();
    return await run(rest, io);
  } catch (error) {
    if (error instanceof CountersignError) {
      io.stderr(clean(`countersign ${name}: ${error.message}\n`));
      return error.code === 'bad-usage' || error.code === 'bad-configuration' ? 2 : name === 'scan' ? 3 : 1;
    }
    throw error;
  }
}

function helpText(): string {
  const width = Math.max(...[...COMMANDS.keys()].map((name) => name.length));
  const lines = [...COMMANDS].map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `countersign: holds coding agents' pull requests until a human has signed for what they change\n\n${lines.join('\n')}\n\n\`countersign COMMAND --help\` tells more.\n`;
}

/** What nobody expected, with where it happened; for a service as a line of its log. */
function lastWords(command: string | undefined, error: unknown): string {
  const told = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const what = 'an unexpected error ended the process';
  if (command !== 'serve' && command !== 'worker') return clean(`countersign: ${what}\n${told}\n`);
  const line = { level: 60, time: new Date().toISOString(), msg: what, error: clean(told) };
  return `${JSON.stringify(line)}\n`;
}

async function* decoded(input: NodeJS.ReadStream): AsyncIterable<string> {
  input.setEncoding('utf8');
  for await (const piece of input) yield String(piece);
}

// A reader that has seen enough (`| head`) closes the pipe: that is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

// Node's own last words would print whatever a library hung on the error, and a report of its the whole environment.
const clean = redactor(secretsOfEnvironment(process.env));
process.on('uncaughtException', (error) => {
  process.stderr.write(lastWords(process.argv[2], error));
  process.exit(1);
});
process.report.excludeEnv = true;

process.exitCode = await main(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  env: process.env,
  now: () => Date.now(),
  stdin: decoded(process.stdin),
  interactive: process.stderr.isTTY === true,
});
