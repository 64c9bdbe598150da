import { expected, hasMatch } from '../core/prefilter.ts';
import { remote, type Source } from './sources.ts';
import type { Program, Syntax } from './syntax.ts';

export const TOOL_CALL: Source = remote("a tool call's arguments");
/** What a file says that reads tool calls from the answers of a language model. */
const READS = expected(/tool_calls?\b|toolCalls?\b|tool_use|toolUse|function_?calls?\b/i);

/**
 * What a language model wants a tool to be called with, as its answers hold it: `call.function.arguments` (OpenAI, "Function
 * calling", chat completions), `item.arguments` (the same, responses), `block.input` (Anthropic, "Tool use"), `call.args`
 * (Gemini, LangChain, the AI SDK). It is written by whoever wrote what the model read.
 */
export function toolCallSource(node: Syntax, member: string | null, program: Program): Source | null {
  if (member === null || !/^(?:arguments|input|args|kwargs)$/.test(member)) return null;
  const holder = program.text.slice(node.start, node.end).replace(/\??\.\w+$/, '');
  if (/\.function\??$/.test(holder)) return member === 'arguments' ? TOOL_CALL : null;
  if (!hasMatch(READS, program.text)) return null;
  return /(?:^|[.\])_]|[a-z](?=[A-Z]))(?:block|tool(?:_?use|_?call)?|(?:function_?)?call|item|part|use|output|content)$/i.test(
    holder.replace(/\[\w*\]$|!$/, ''),
  )
    ? TOOL_CALL
    : null;
}
