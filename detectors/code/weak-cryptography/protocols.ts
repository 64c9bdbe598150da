import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { functionAround } from '../support/around.ts';

/** What a server appends to the key of a WebSocket's handshake (RFC 6455, section 1.3). */
const WEBSOCKET = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** The header of an object, its kind and length, ends in a zero byte (Git's documentation, "Git Objects"). */
const GIT_OBJECT = /(?:\b(?:blob|tree|commit|tag) |len(?:gth\b|\())[^\n]{0,60}\\(?:0|x00|u0000)/;

/** Whether a published format, and not the program, chose the hash: everyone who reads the result expects it. */
export function isOfProtocol(facts: FileFacts, call: Call): boolean {
  return fedTo(facts, call).some((each) => holdsGuid(facts, each) || GIT_OBJECT.test(written(facts, each)));
}

/** Bytes that nobody can predict (documentation of Node.js and Python). */
const UNPREDICTABLE =
  /^(?:[\w$]+\.)*(?:urandom|randomBytes|randomUUID|token_bytes|token_hex|uuid4)\([^()]*\)(?:\.\w+(?:\([^()]*\))?)?$/;

/** Whether chance alone is hashed: there is nothing that somebody could find a second text for. */
export function isOfChance(facts: FileFacts, call: Call): boolean {
  // The algorithm's name is no part of what is hashed.
  const fed = fedTo(facts, call).filter(({ type }) => type !== 'string');
  return fed.length > 0 && fed.every((each) => UNPREDICTABLE.test(written(facts, each)));
}

/** `{ Names.RSA_WITH_SHA1: hashes.SHA1() }`: a table of algorithms by their names, from which others choose. */
export function isOfTable(facts: FileFacts, call: Call): boolean {
  const pair = call.node.parent;
  const key = pair?.type === 'pair' ? pair.children.find((child) => child.field === 'key') : undefined;
  return (
    key !== undefined &&
    /(?:^|[^a-z])(?:md[245]|sha_?1)(?:[^a-z\d]|$)/i.test(facts.text(key).replace(/([a-z])([A-Z])/g, '$1_$2'))
  );
}

function holdsGuid(facts: FileFacts, fed: Syntax): boolean {
  const parts = [fed, ...fed.children];
  return parts.some((part) => written(facts, part).includes(WEBSOCKET));
}

function written(facts: FileFacts, node: Syntax): string {
  return facts.text(facts.definition(node) ?? node).slice(0, 400);
}

/** What a hash is made of: its own arguments, and those of `update` on it or on the name that it is kept in. */
function fedTo(facts: FileFacts, call: Call): readonly Syntax[] {
  const home = functionAround(call.node);
  const fed = [...call.arguments];
  let top: Syntax = call.node;
  while (top.parent !== null && /^(?:member|call)_expression$/.test(top.parent.type)) top = top.parent;
  const kept = top.parent?.children.find((child) => child.field === 'name' || child.field === 'left');
  for (const each of facts.callsLike({ named: (name) => name === 'update' })) {
    const on = each.receiver;
    if (on === null || functionAround(each.node) !== home) continue;
    const isOwn = on.start <= call.node.start && call.node.end <= on.end;
    if (isOwn || (kept !== undefined && facts.text(on) === facts.text(kept))) fed.push(...each.arguments);
  }
  return fed;
}
