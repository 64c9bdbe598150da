import type { Origins } from './origins.ts';
import { remote, type Source } from './sources.ts';
import { childOf, type Program, partsOf, type Syntax } from './syntax.ts';

/** What a chat platform hands to a bot: its texts are written by whoever is in the channel. */
export const CHAT: Source = { kind: 'container', container: 'chat' };
export const CHAT_TEXT: Source = remote('a chat message');
/** What other programs put into a broker (Kafka, AMQP, SQS, Redis, NATS): whoever may write there, not everybody. */
export const BROKER: Source = { kind: 'input', strength: 'local', what: "a queue's message" };
/** What the application's own code put aside for later (BullMQ, Bull): as open as what its callers gave. */
const JOB: Source = { kind: 'input', strength: 'parameter', what: "a job's data" };

/** Given by the platform and not by who writes: numbers and names of its own. */
const ISSUED = /^(?:id|ts|date|timestamp|createdAt|created_at|\w+_(?:id|ts)|\w+Id)$/;
const CHAT_MEMBERS =
  /^(?:message|text|match(?:es)?|args|content|cleanContent|clean_content|caption|update|edited_message|effective_message|callbackQuery|callback_query|inlineQuery|inline_query|query|payload|body|event|command|action|view|options|shortcut|msg|data|fields|values|attachments|document|editedMessage|channelPost|startPayload|quoted|poll|form)$/;

export function chatMember(member: string): Source | null {
  if (member === 'context') return CHAT;
  return CHAT_MEMBERS.test(member) ? CHAT_TEXT : null;
}

/** Whether a member of something from a chat is the platform's own. */
export function isIssued(what: string, member: string | null): boolean {
  return what === 'a chat message' && member !== null && ISSUED.test(member);
}

/** Objects that hand messages to a function, by their origin, and the methods that take the function. */
const LISTENERS: readonly (readonly [from: RegExp, method: RegExp, source: Source])[] = [
  [
    /^@slack\/bolt\.(?:default\.)?App\(\)/,
    /^(?:message|event|command|action|shortcut|view|options|function|use)$/,
    CHAT,
  ],
  [
    /^(?:telegraf(?:\.(?:Telegraf|Composer))?|grammy\.(?:Bot|Composer))\(\)/,
    /^(?:on|command|hears|action|start|help|settings|use|inlineQuery|callbackQuery|hashtag|cashtag|email|url|mention|phone|textLink|textMention|spoiler|gameQuery)$/,
    CHAT,
  ],
  [/^node-telegram-bot-api\(\)/, /^(?:on|once|onText)$/, CHAT],
  [/^(?:discord\.js|eris|oceanic\.js)\b.*\(\)/, /^(?:on|once)$/, CHAT],
  [/^(?:ioredis|redis|@redis\/client)\b/, /^(?:on|once|subscribe|pSubscribe|sSubscribe)$/, BROKER],
  [/^(?:bull|bee-queue|kue|@nestjs\/bull)\b/, /^process$/, JOB],
  [/^(?:agenda|@hokify\/agenda|pg-boss)\b/, /^(?:define|work)$/, JOB],
];
/** Functions in a table that is handed over, by their key and what they are handed to. */
const KEYED: readonly (readonly [from: RegExp, key: RegExp, source: Source])[] = [
  [/^kafkajs\./, /^(?:eachMessage|eachBatch)$/, BROKER],
  [/^sqs-consumer\./, /^handleMessage(?:Batch)?$/, BROKER],
];

/** What a parameter of a function is that a chat platform, a broker or a queue calls; null for all others. */
export function messageSource(
  fn: Syntax,
  index: number,
  { program, origins }: { readonly program: Program; readonly origins: Origins },
): Source | null {
  if (program.dialect !== 'javascript') return null;
  const name = (node: Syntax): string => program.text.slice(node.start, node.end);
  const member = fn.type === 'method_definition' ? fn : fn.parent?.type === 'pair' ? fn.parent : null;
  const key = member === null ? null : (childOf(member, 'name') ?? childOf(member, 'key'));
  const list = member === null ? fn.parent : (member.parent?.parent ?? null);
  if (key !== null && isCommand(name(key), fn, index)) return CHAT;
  const call = list?.type === 'arguments' ? list.parent : null;
  const callee =
    call === null || call === undefined ? null : (childOf(call, 'function') ?? childOf(call, 'constructor'));
  if (callee === null || call === null || call === undefined) return null;
  const from = origins.origin(callee) ?? '';
  if (key !== null)
    return index === 0 ? (KEYED.find(([of, named]) => of.test(from) && named.test(name(key)))?.[2] ?? null) : null;
  if (call.type === 'new_expression') return from === 'bullmq.Worker' && index === 0 ? JOB : null;
  const object = childOf(callee, 'object');
  const property = childOf(callee, 'property');
  if (object === null || property === null || list === null) return null;
  const on = origins.origin(object) ?? '';
  const source = LISTENERS.find(([of, method]) => of.test(on) && method.test(name(property)))?.[2];
  if (source === undefined) return null;
  const first = partsOf(list)[0];
  const event = first === undefined ? '' : name(first).replace(/^["'`]|["'`]$/g, '');
  if (/^(?:error|close|end|exit|ready|connect|ClientReady|debug|warn)$/.test(event)) return null;
  // node-telegram-bot-api's `onText` gives what its expression matched as well; a broker the channel, then the message.
  if (source === CHAT) return index === 0 ? CHAT : index === 1 && name(property) === 'onText' ? CHAT_TEXT : null;
  return source === JOB && index > 0 ? null : source;

  /** discord.js: a module of one command has its `data` beside `execute(interaction)` (its guide, "Creating slash commands"). */
  function isCommand(called: string, of: Syntax, at: number): boolean {
    const parameters = childOf(of, 'parameters');
    const given = parameters === null ? undefined : partsOf(parameters)[0];
    return (
      at === 0 &&
      given !== undefined &&
      /^(?:execute|run|autocomplete|callback)$/.test(called) &&
      /^(?:interaction|message)\b/.test(name(given)) &&
      /\bdiscord\.js\b|\bSlashCommandBuilder\b/.test(program.text)
    );
  }
}
