import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isBuilt, isTagged, option, type Sink, taintedSinks } from '../support/tainted.ts';

const rule = codeRule({
  id: 'command-injection',
  shortDescription: 'A system command is built from a value that somebody else decides',
  help: 'A shell reads `;`, `|`, `$( )` and quotes in the value as commands of its own, so whoever sends the value runs programs on the machine. Start the program directly with a list of arguments (execFile, spawn, subprocess.run without a shell), and let only known values choose which program runs.',
  cwe: [78, 88],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION =
  'Start the program without a shell and pass the value as an argument of its own: execFile(program, [value]).';

/** Calls that give their first argument to a shell. */
const SHELL =
  /^(?:child_process\.(?:exec|execSync)|~(?:exec|execSync|execAsync|execPromise)|shelljs\.exec|~shell\.exec|execa\.(?:command|commandSync|execaCommand|execaCommandSync)|ssh2\.Client\(\)\.exec|node-ssh\.NodeSSH\(\)\.execCommand|child-process-promise\.exec|child_process\.default\.exec|node-cmd\.(?:run|runSync|get)|os\.(?:system|popen)|subprocess\.(?:getoutput|getstatusoutput)|commands\.(?:getoutput|getstatusoutput)|asyncio\.create_subprocess_shell|paramiko\.SSHClient\(\)\.exec_command|~Deno\.run|sudo-prompt\.exec|fabric\.Connection\(\)\.(?:run|sudo|local)|invoke\.(?:run|sudo)|promisify-child-process\.exec|@actions\/exec\.(?:exec|getExecOutput))$/;
/** Calls that start a program; dangerous with a shell, or where the program itself is chosen. */
const PROGRAM =
  /^(?:child_process\.(?:spawn|spawnSync|execFile|execFileSync|fork)|~(?:spawn|spawnSync|execFile|execFileSync)|execa(?:\.(?:execa|execaSync|sync))?|cross-spawn(?:\.(?:spawn|sync))?|child-process-promise\.(?:spawn|execFile)|~Bun\.spawn|~Bun\.spawnSync|subprocess\.(?:run|call|check_call|check_output|Popen)|os\.(?:exec[lv]p?e?|spawn[lv]p?e?|startfile)|node-pty\.spawn|pty\.spawn|os\.posix_spawnp?|asyncio\.create_subprocess_exec|~Deno\.Command)$/;
const TEMPLATES = /^(?:zx\.\$|bun\.\$|~\$|execa\.\$|execa\.execa)/;
const TERMINAL = /^pexpect\.(?:spawn|run|runu)$/;
const STARTS = oneOf(new RegExp([SHELL, PROGRAM, TEMPLATES, TERMINAL].map(({ source }) => source).join('|')));
const SHELLS = /^(?:.*[/\\])?(?:sh|bash|zsh|dash|ksh|cmd|cmd\.exe|powershell|powershell\.exe|pwsh|eval)$/i;

function* sinks(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: STARTS, named: REMOTE })) {
    const from = call.origin ?? (isRemoteShell(facts, call) ? 'paramiko.SSHClient().exec_command' : null);
    if (from === null) continue;
    if (isTagged(call)) {
      yield* inTemplate(facts, call);
      continue;
    }
    const python = facts.program.dialect === 'python';
    if (python && /^~exec$/.test(from)) continue;
    const command = commandOf(call);
    if (command === undefined) continue;
    if (SHELL.test(from)) {
      // What is handed over whole to a connection that is handed over too is the caller's own command.
      const isCallers = call.origin === null && !isBuilt(facts, command);
      yield { ...shellSink(call, command), ...(isCallers ? { atLeast: 'remote' } : {}) };
    } else if (TERMINAL.test(from)) {
      // It starts programs for people at a terminal: only from outside is a choice of theirs a harm.
      yield {
        ...shellSink(call, command),
        what: 'Which program is started, and with what, comes from',
        atLeast: 'remote',
      };
    } else if (PROGRAM.test(from)) {
      yield* program(facts, call);
    }
  }
}

const REMOTE = oneOf(/^exec_command$/);

/** Paramiko: a connection that was handed over has a method that nothing else has. */
function isRemoteShell(facts: FileFacts, call: Call): boolean {
  return call.name === 'exec_command' && call.receiver !== null && facts.program.text.includes('paramiko');
}

const STARTING = /^(?:child_process|os|subprocess)$/;

/** `cp[name](command)`, `getattr(os, name)(command)`: which function runs is decided only then, and a shell is among them. */
function* chosen(facts: FileFacts): Generator<Sink> {
  const lookups = [
    ...facts.nodes('subscript_expression').map((node) => [node, fieldOf(node, 'object')] as const),
    ...facts
      .callsLike({ from: (from) => from === '~getattr' || from === '~Reflect.get' })
      .map((call) => [call.node, call.arguments[0]] as const),
  ];
  for (const [node, object] of lookups) {
    const call = node.field === 'function' && node.parent?.type === 'call_expression' ? node.parent : null;
    if (call === null || object === undefined || facts.origin(node) !== null) continue;
    if (!STARTING.test(facts.origin(object) ?? '')) continue;
    const given = fieldOf(call, 'arguments')?.children[0];
    if (given === undefined) continue;
    yield {
      at: call,
      value: given,
      kind: 'shell',
      what: 'Which function starts a program is chosen at run time, and what it is given comes from',
      remediation: 'Name the function that starts the program, and choose the program from a fixed list.',
      atLeast: 'local',
    };
  }
}

/** Python takes it by its name as well. */
function commandOf(call: Call): Syntax | undefined {
  return call.arguments[0] ?? call.keywords.get('args') ?? call.keywords.get('cmd') ?? call.keywords.get('command');
}

/** Every argument of theirs after the program is one of the program's own. */
const SPREAD = /^(?:asyncio\.create_subprocess_exec|os\.(?:exec|spawn)l[pe]*)$/;

function shellSink(call: Call, value: Syntax): Sink {
  return {
    at: call.node,
    value,
    kind: 'shell',
    what: 'A shell command is built from',
    remediation: REMEDIATION,
    atLeast: 'unknown',
  };
}

/** zx and Bun escape what stands in the template; a shell in it reads the value as a command all the same. */
function* inTemplate(facts: FileFacts, call: Call): Generator<Sink> {
  const template = call.arguments[0];
  if (template === undefined || !TEMPLATES.test(call.origin ?? '')) return;
  for (const part of template.children) {
    if (part.type !== 'template_substitution') continue;
    const before = facts.program.text.slice(template.start, part.start);
    const [value] = part.children;
    if (
      value === undefined ||
      !/\b(?:sh|bash|zsh|dash|ksh|cmd|pwsh|powershell)\s+(?:-\w*c|\/c|-Command)\s*["']?$|\beval\s+["']?$/i.test(before)
    )
      continue;
    yield shellSink(call, value);
  }
}

const OF_THE_STARTER = /^(?:the environment|the command line)$/;

function* program(facts: FileFacts, call: Call): Generator<Sink> {
  const command = commandOf(call);
  const list = call.arguments[1];
  if (command === undefined) return;
  const shell = option(facts, call, 'shell');
  const value = shell === null ? false : facts.constant(shell);
  const inShell = shell !== null && value !== false && value !== null;
  const named = facts.constant(command);
  if (inShell || (typeof named === 'string' && SHELLS.test(named))) {
    const rest = SPREAD.test(call.origin ?? '') ? call.arguments.slice(1) : list === undefined ? [] : [list];
    for (const given of [command, ...rest]) {
      // `new Deno.Command('bash', { args: ['-c', line] })`
      const settings = facts.object(given);
      const part =
        settings === null ? given : call.origin === '~Deno.Command' ? facts.property(settings, 'args') : null;
      if (part === null) continue;
      yield shellSink(call, part);
    }
    return;
  }
  const words = facts.definition(command) ?? command;
  const chosen = words.type === 'array' ? words.children[0] : command;
  if (chosen === undefined) return;
  // `['sh', '-c', line]`: the program is a shell, and what follows is read by it.
  const first = words.type === 'array' ? facts.constant(chosen) : undefined;
  if (typeof first === 'string' && SHELLS.test(first)) {
    for (const part of words.children.slice(1)) yield shellSink(call, part);
    return;
  }
  // Whoever sets the environment, or starts this program, starts programs anyway.
  const flow = facts.flow(chosen, 'shell');
  yield {
    at: call.node,
    value: chosen,
    kind: 'shell',
    ...(flow !== null && OF_THE_STARTER.test(flow.source) ? { level: 'note' as const } : {}),
    what: 'Which program is started comes from',
    remediation: 'Choose the program from a fixed list.',
    atLeast: 'local',
  };
}

/** Follows what is given to a shell, or chosen as a program, back to where it comes from. */
export const commandInjection: CodeDetector = {
  rule,
  triggers:
    /exec|spawn|child_process|shell|system\(|os\.system|import\s+system|popen|subprocess|\bcmd\b|\bpty\b|Deno|fork|fabric|invoke|\$\s*(?:\([^)]*\))?`/,
  detect: (facts) => [...taintedSinks(facts, rule, sinks(facts)), ...taintedSinks(facts, rule, chosen(facts))],
};
