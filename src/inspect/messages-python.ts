import type { Binding } from './bindings.ts';
import { decoratorsOf } from './decorators.ts';
import { BROKER, CHAT, CHAT_TEXT } from './messages.ts';
import { remote, type Source } from './sources.ts';
import { childOf, type Program, type Syntax } from './syntax.ts';

/** Packages whose functions are called with messages, by the name that they are imported under. */
const PACKAGES = /^(?:slack_bolt|telegram|telebot|aiogram|pyrogram|discord|nextcord|disnake|pika|aio_pika|paho)$/;
/** MQTT: devices and everybody else who may publish. */
const CONNECTION: Source = remote("a connection's message");
const known = new WeakMap<Program, ReadonlySet<string>>();

/** What a parameter of a function is that a bot's library or a broker's client calls; null for all others. */
export function pythonMessage({ name: called, parameter }: Binding, program: Program): Source | 'settled' | null {
  const packages = packagesOf(program);
  if (parameter === undefined || packages.size === 0 || /^(?:self|cls)$/.test(called)) return null;
  const text = (node: Syntax): string => program.text.slice(node.start, node.end);
  const above = decoratorsOf(parameter.of).map(text);
  const decorated = (pattern: RegExp): boolean => above.some((each) => pattern.test(each));
  const type = parameter.type === null ? '' : text(parameter.type);
  const at = childOf(parameter.of, 'name');
  const own = at === null ? '' : text(at);
  const list = childOf(parameter.of, 'parameters');
  const signature = list === null ? '' : text(list);
  const has = (...names: readonly string[]): boolean => names.some((each) => packages.has(each));

  if (has('slack_bolt') && decorated(/^@[\w.]+\.(?:command|event|message|action|shortcut|view|options)\(/))
    return /^(?:command|event|message|body|payload|action|shortcut|view|options)$/.test(called) ? CHAT_TEXT : null;
  if (has('telegram', 'telebot', 'aiogram', 'pyrogram')) {
    if (/\b(?:Update|Message|CallbackQuery|InlineQuery)\b|\bContextTypes\b|\bCallbackContext\b/.test(type)) return CHAT;
    if (decorated(/^@[\w.]+\.(?:message|callback_query|inline|edited_message|channel_post|on_message)(?:_handler)?\(/))
      return parameter.index === 0 || called === 'message' ? CHAT : null;
    if (/^\(\s*(?:self,\s*)?update\s*(?::[^,]+)?,\s*_?context\b/.test(signature) && /^(?:update|context)$/.test(called))
      return CHAT;
  }
  if (has('discord', 'nextcord', 'disnake')) {
    if (/^on_(?:raw_)?message(?:_edit)?$/.test(own)) return CHAT;
    if (decorated(/^@[\w.]*(?:hybrid_|slash_|tree\.)?command\(/)) {
      if (/^(?:ctx|context|interaction|inter)$/.test(called)) return CHAT;
      return type === '' || /^(?:Optional\[)?\s*str\b/.test(type) ? CHAT_TEXT : 'settled';
    }
  }
  if (has('pika') && /^\(\s*(?:self,\s*)?\w+,\s*\w+,\s*\w+,\s*body\b/.test(signature) && called === 'body')
    return BROKER;
  if (has('aio_pika') && /\b(?:Abstract)?IncomingMessage\b/.test(type)) return BROKER;
  return has('paho') && /^_?on_message/.test(own) && /^(?:msg|message)$/.test(called) ? CONNECTION : null;
}

function packagesOf(program: Program): ReadonlySet<string> {
  const before = known.get(program);
  if (before !== undefined) return before;
  const found = new Set<string>();
  for (const kind of ['import_statement', 'import_from_statement']) {
    for (const node of program.byType.get(kind) ?? []) {
      const first = /^(?:from|import)\s+(\w+)/.exec(program.text.slice(node.start, node.end))?.[1];
      if (first !== undefined && PACKAGES.test(first)) found.add(first);
    }
  }
  known.set(program, found);
  return found;
}
