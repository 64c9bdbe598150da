import type { FileSide } from '../../../src/core/detector.ts';
import { parsed } from '../support/parsed.ts';
import { children, type Entry, entriesOf, isFalse, isTrue, items, type Node, text, texts } from '../support/tree.ts';
import { isSettings } from './paths.ts';

/** One thing that a settings file lets agents do. */
export interface Grant {
  /** Where it stands in the file: equal on both sides. */
  readonly name: string;
  readonly what: string;
  /** Exact source. */
  readonly value: string;
  readonly shown: string;
  readonly shape: string;
  /** Takes the question away, rather than adding something that is asked for. */
  readonly severe: boolean;
  /** A prohibition: its loss is the finding, not its presence. */
  readonly denial: boolean;
  readonly start: number;
  readonly end: number;
}

/** Keys whose true says "do not ask" (each tool's settings reference). */
const AUTO =
  /^(?:autoApprove|auto[-_]?approve(?:d|All)?|alwaysAllow(?:\w*)|trust|trusted|autoAccept|yolo(?:Mode)?|skipPermissions|dangerouslySkipPermissions|dangerouslyAllowAll\w*|enableAllProjectMcpServers|allowAll|autoRun|autoExecute\w*|chat\.tools\.(?:global\.)?autoApprove|chat\.tools\.terminal\.(?:autoApprove|enableAutoApprove|ignoreDefaultAutoApproveRules)|chat\.agent\.autoApprove|cursor\.\w*autoRun\w*|yes[-_]always|auto[-_]commits?_without_asking|bypassPermissions|task\.allowAutomaticTasks|security\.workspace\.trust\.enabled)$/i;

/** Values that say "do not ask" under keys of any meaning. */
const OPEN_VALUES: readonly (readonly [RegExp, RegExp])[] = [
  [/^(?:defaultMode|permissionMode|mode)$/i, /^(?:bypassPermissions|acceptEdits|dontAsk|yolo|full[-_]?auto|auto)$/i],
  [/^(?:approval[-_]?(?:policy|mode))$/i, /^(?:never|yolo|full-auto|auto_edit|on-failure)$/i],
  [/^sandbox(?:[-_]?mode)?$/i, /^(?:danger-full-access|none|off|false|disabled)$/i],
  [/^(?:task\.allowAutomaticTasks|runOn|chat\.tools\.\w+)$/i, /^(?:on|folderOpen|always)$/i],
];

const SERVERS = /^(?:mcpServers|servers|mcp_servers|mcp|context_servers)$/;
const ALLOWS =
  /^(?:allow|allowed|allowedTools|allowed_tools|tools\.allowed|coreTools|autoApprovedTools|alwaysAllow|autoApprove|enabledMcpjsonServers|additionalDirectories|commandAllowlist|allowlist|roots|permission|trustedCommands)$/;
const DENIES = /^(?:deny|denied|disallowedTools|excludeTools|commandDenylist|denylist|disabledMcpjsonServers|ask)$/;
const HOOKS =
  /^(?:hooks|apiKeyHelper|statusLine|awsAuthRefresh|notify|preToolUse|postToolUse|postCreateCommand|initializeCommand)$/i;

interface Finder {
  readonly side: FileSide;
  readonly found: Grant[];
}

function add(
  finder: Finder,
  path: string,
  node: { readonly start: number; readonly end: number },
  what: string,
  shape: string,
  marks: { severe: boolean; denial?: boolean },
): void {
  const value = finder.side.text.slice(node.start, node.end);
  finder.found.push({
    name: path,
    what,
    value,
    shown: value.replace(/\s+/g, ' '),
    shape,
    severe: marks.severe,
    denial: marks.denial ?? false,
    start: node.start,
    end: node.end,
  });
}

function visit(finder: Finder, entry: Entry, path: string): void {
  const { key, value } = entry;
  const here = `${path}.${key}`;
  const whole = { start: entry.keyStart, end: value.end };
  if (AUTO.test(key) && grantsByFlag(key, value)) {
    add(finder, here, whole, 'The settings let agents act without asking', 'auto-approve', { severe: true });
  } else if (OPEN_VALUES.some(([name, open]) => name.test(key) && open.test(text(value) ?? ''))) {
    const asksSome = /^(?:acceptEdits|auto_edit|on-failure|auto)$/i.test(text(value) ?? '');
    add(finder, here, whole, 'The settings open the mode in which agents run', 'open-mode', { severe: !asksSome });
  } else if (SERVERS.test(key) && value.kind === 'map') {
    servers(finder, value, here);
  } else if (ALLOWS.test(key)) {
    allowed(finder, entry, here);
  } else if (DENIES.test(key)) {
    denied(finder, value, here);
  } else if (HOOKS.test(key) && text(value) !== '') {
    add(finder, here, whole, 'The settings run a command on events of the agent', 'hook', { severe: false });
  } else {
    for (const child of childEntries(value)) visit(finder, child, here);
  }
}

/** Entries below a node, lists looked through. */
function childEntries(node: Node): readonly Entry[] {
  return node.kind === 'map' ? node.entries : children(node).flatMap((child) => entriesOf(child));
}

function grantsByFlag(key: string, value: Node): boolean {
  if (/workspace\.trust\.enabled/.test(key)) return isFalse(value);
  return (
    isTrue(value) ||
    text(value) === 'on' ||
    (value.kind === 'list' && value.items.length > 0) ||
    entriesOf(value).some((entry) => isTrue(entry.value) || entry.value.kind === 'map')
  );
}

function servers(finder: Finder, list: Node, path: string): void {
  for (const server of entriesOf(list)) {
    const whole = { start: server.keyStart, end: server.value.end };
    add(finder, `${path}.${server.key}`, whole, 'The settings start or call a tool server', 'server', {
      severe: false,
    });
    for (const entry of entriesOf(server.value)) {
      if (AUTO.test(entry.key) && grantsByFlag(entry.key, entry.value)) visit(finder, entry, `${path}.${server.key}`);
    }
  }
}

/** A permission that covers any command, any file or any tool. */
function isWide(permission: string): boolean {
  return (
    /^(?:\*|Bash|Bash\(\*?:?\*?\)|Write|Edit|WebFetch|mcp__\*|Write\(\*\*?\)|Edit\(\*\*?\)|Read\(\/\*\*?\)|shell|run_shell_command|ShellTool|Shell\(\*\*?\)|execute)$/i.test(
      permission.trim(),
    ) || /^Bash\((?:sudo|rm|curl|wget|bash|sh|eval|python3?|node|npx)\b[^)]*\*\)$/i.test(permission.trim())
  );
}

function allowed(finder: Finder, entry: Entry, path: string): void {
  const value = entry.value;
  if (value.kind === 'map') {
    for (const child of value.entries) {
      const open = text(child.value) === 'allow' || isTrue(child.value);
      if (open)
        add(
          finder,
          `${path}.${child.key}`,
          { start: child.keyStart, end: child.value.end },
          'The settings allow a tool without a question',
          'allow',
          { severe: isWide(child.key) || /^(?:bash|edit|webfetch)$/i.test(child.key) },
        );
      else if (child.value.kind === 'map') allowed(finder, child, `${path}.${child.key}`);
    }
    return;
  }
  if (text(value) === 'allow') {
    add(
      finder,
      path,
      { start: entry.keyStart, end: value.end },
      'The settings allow every tool without a question',
      'allow',
      { severe: true },
    );
    return;
  }
  for (const item of items(value)) {
    const permission = text(item);
    if (permission !== undefined)
      add(finder, `${path}[${permission}]`, item, 'The settings allow a tool without a question', 'allow', {
        severe: isWide(permission),
      });
  }
}

function denied(finder: Finder, value: Node, path: string): void {
  for (const item of items(value))
    for (const permission of texts(item))
      add(finder, `${path}[${permission}]`, item, 'The settings forbid agents something', 'denial', {
        severe: false,
        denial: true,
      });
}

/** Everything that a settings file lets agents do. Throws CountersignError `unreadable-file` where it cannot be read. */
export function grantsOf(side: FileSide): readonly Grant[] {
  if (!isSettings(side.path)) return [];
  const finder: Finder = { side, found: [] };
  // Editors keep much else in these files; agents only what stands under their own keys.
  for (const root of parsed(side).roots) for (const entry of entriesOf(root)) visit(finder, entry, '');
  return finder.found;
}
