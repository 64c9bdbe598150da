import type { FileSide } from '../../../src/core/detector.ts';
import { CountersignError } from '../../../src/core/errors.ts';
import { latest } from './latest.ts';
import { dockerfileAst } from './libraries.ts';
import { positionAt } from './lines.ts';
import { isContent, linesOf, parsed } from './parsed.ts';
import { entriesOf, get, text } from './tree.ts';
import { unreadable } from './unreadable.ts';
import { workflowOf } from './workflow.ts';

/** One command line of a script, with its words; quotes are taken off, variables are left as written. */
export interface Command {
  readonly words: readonly string[];
  /** As written, on one line. */
  readonly source: string;
  readonly start: number;
  readonly end: number;
}

const SCRIPT =
  /\.(?:sh|bash|zsh|ksh|ps1|psm1|bat|cmd|fish)$|(?:^|\/)(?:\.husky|\.githooks)\/[^/]+$|(?:^|\/)(?:entrypoint|deploy|install|setup|bootstrap)$/i;
const DOCKERFILE = /(?:^|\/)(?:Dockerfile|Containerfile)(?:\.[\w-]+)?$|\.dockerfile$/i;
const MAKEFILE = /(?:^|\/)(?:GNU)?[Mm]akefile$|\.mk$|(?:^|\/)[Jj]ustfile$/;

export const isDockerfile = latest((path) => DOCKERFILE.test(path));

const holds = latest(
  (path) =>
    SCRIPT.test(path) || isDockerfile(path) || MAKEFILE.test(path) || /\.ya?ml$|(?:^|\/)package\.json$/i.test(path),
);

/** Whether a file may hold commands. */
export function mayHoldCommands(path: string): boolean {
  return holds(path);
}

/** Splits one piece of shell into commands: at line ends, `;`, `&&`, `||`, `|` and `&`, quotes and comments respected. */
export function commandsIn(script: string, offset: number): readonly Command[] {
  const commands: Command[] = [];
  let words: string[] = [];
  let word = '';
  let open = false;
  let quote = '';
  let start = 0;
  const closeWord = () => {
    if (open) words.push(word);
    word = '';
    open = false;
  };
  const close = (end: number) => {
    closeWord();
    if (words.length > 0)
      commands.push({
        words,
        source: script
          .slice(start, end)
          .replace(/\\?\s+/g, ' ')
          .trim(),
        start: offset + start,
        end: offset + end,
      });
    words = [];
  };
  for (let index = 0; index < script.length; index += 1) {
    const character = script[index] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
      else if (character === '\\' && quote === '"') {
        index += 1;
        word += script[index] ?? '';
      } else word += character;
      continue;
    }
    if (words.length === 0 && !open) start = index;
    if (character === '\\') {
      index += 1;
      if (script[index] !== '\n') {
        word += script[index] ?? '';
        open = true;
      }
    } else if (character === '"' || character === "'") {
      quote = character;
      open = true;
    } else if (character === '#' && !open) {
      const end = script.indexOf('\n', index);
      index = (end === -1 ? script.length : end) - 1;
    } else if (
      character === '\n' ||
      character === ';' ||
      character === '|' ||
      (character === '&' && script[index - 1] !== '>')
    )
      close(index);
    else if (/\s/.test(character)) closeWord();
    else {
      word += character;
      open = true;
    }
  }
  close(script.length);
  return commands;
}

/** Longest command that is judged, in characters. */
const COMMAND_LIMIT = 20_000;

const MEMO = new WeakMap<FileSide, readonly Command[]>();

/** Every command of a file: scripts, Dockerfile RUN, workflow steps, package scripts, recipes. */
export function commandsOf(side: FileSide): readonly Command[] {
  const known = MEMO.get(side);
  if (known !== undefined) return known;
  const fresh = isContent(side) && side.binary === undefined ? read(side) : [];
  // Patterns over one endless command would take time in the square of its length.
  const endless = fresh.find(({ words }) => words.reduce((sum, word) => sum + word.length + 1, 0) > COMMAND_LIMIT);
  if (endless !== undefined)
    throw unreadable(
      side.path,
      positionAt(linesOf(side), endless.start).line,
      `a command is longer than ${COMMAND_LIMIT} characters`,
    );
  MEMO.set(side, fresh);
  return fresh;
}

function read(side: FileSide): readonly Command[] {
  const { path, text: source } = side;
  if (DOCKERFILE.test(path)) return dockerCommands(side);
  if (SCRIPT.test(path) || /^#!.*\b(?:ba|z|k|da)?sh\b/.test(source)) return commandsIn(source, 0);
  if (MAKEFILE.test(path)) {
    return source.split('\n').flatMap((line, index) =>
      /^[\t ]/.test(line)
        ? commandsIn(
            line.replace(/^[\t ]*[@-]*/, (head) => ' '.repeat(head.length)),
            linesOf(side).starts[index] ?? 0,
          )
        : [],
    );
  }
  if (/(?:^|\/)package\.json$/i.test(path)) return packageScripts(side);
  if (!/\.ya?ml$/i.test(path)) return [];
  const workflow = workflowOf(side);
  if (workflow === null) return [];
  return workflow.jobs.flatMap((job) =>
    job.steps.flatMap((step) => {
      if (step.run === undefined) return [];
      // A block scalar's text is indented in the file: positions are those of the step's whole script.
      const { start, end } = step.run;
      return commandsIn(text(step.run) ?? '', 0).map((command) => place(side, command, start, end));
    }),
  );
}

/** Where a command of a scalar stands in the file: its first line, else the scalar. */
function place(side: FileSide, command: Command, start: number, end: number): Command {
  const first = command.source.split(' ').slice(0, 2).join(' ');
  const at = side.text.indexOf(first, start);
  return at === -1 || at > end
    ? { ...command, start, end }
    : { ...command, start: at, end: Math.min(end, at + command.source.length) };
}

function packageScripts(side: FileSide): readonly Command[] {
  try {
    return entriesOf(get(parsed(side).roots[0], 'scripts')).flatMap(({ value }) =>
      commandsIn(text(value) ?? '', 0).map((command) => ({ ...command, start: value.start, end: value.end })),
    );
  } catch (error) {
    // The dependency rules tell of a manifest that cannot be read.
    if (error instanceof CountersignError && error.code === 'unreadable-file') return [];
    throw error;
  }
}

function dockerCommands(side: FileSide): readonly Command[] {
  const starts = linesOf(side).starts;
  return dockerfileAst()
    .DockerfileParser.parse(side.text)
    .getInstructions()
    .filter((instruction) => /^(?:RUN|CMD|ENTRYPOINT)$/i.test(instruction.getInstruction()))
    .flatMap((instruction) => {
      const range = instruction.getRange();
      const start = (starts[range.start.line] ?? 0) + range.start.character;
      const end = (starts[range.end.line] ?? 0) + range.end.character;
      const source = side.text.slice(start, end).replace(/^\s*\w+/, (head) => ' '.repeat(head.length));
      return commandsIn(source, start);
    });
}
