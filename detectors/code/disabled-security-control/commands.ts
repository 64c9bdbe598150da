import type { Detection } from '../../../src/core/detection.ts';
import { expected, hasMatch } from '../../../src/core/prefilter.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { report } from './rule.ts';

const COMMANDS =
  /\bgit\b[^\n]*--no-verify|commit\.gpgsign[= ]false|npm[^'"`\n]*--no-audit[^'"`\n]*--force|--insecure\b|curl\b[^'"`\n]*\s-k\b|--no-check-certificate|--disable-web-security|http\.sslVerify[= ]false|strict-ssl[= ]false|StrictHostKeyChecking[= ]no|--trusted-host|--allow-unauthenticated|setenforce 0|\bbandit\b[^\n]*--exit-zero/;

/** One of them stands in every such command. */
const COMMAND_WORDS = expected(
  /--(?:no-verify|no-audit|insecure|no-check-cert|disable-web|trusted-host|allow-unauth)|gpgsign|sslVerify|strict-ssl|StrictHostKey|setenforce|exit-zero|\bcurl\b/,
);

/** `git commit --no-verify` and the like, in texts that are handed to a shell. */
export function commands(facts: FileFacts): readonly Detection[] {
  const found: Detection[] = [];
  const { text: whole } = facts.program;
  if (
    !hasMatch(COMMAND_WORDS, whole) ||
    !(whole.includes('--no-verify') || whole.includes('--exit-zero') || COMMANDS.test(whole))
  )
    return found;
  for (const type of ['string', 'template_string']) {
    for (const node of facts.nodes(type)) {
      if (node.end - node.start > 2_000) continue;
      const text = facts.text(node);
      const skips = COMMANDS.exec(text);
      if (skips !== null && isAskedFor(facts, node)) continue;
      if (skips !== null || (isSkipping(facts, node, text) && !isOwnOption(facts, node)))
        found.push(
          report(
            facts,
            node,
            `The command leaves a check out (${(skips?.[0] ?? text).slice(-40)}).`,
            'Let the check run.',
            'warning',
          ),
        );
    }
  }
  return found;
}

/** `parser.add_argument('--insecure')`, `'-o StrictHostKeyChecking=no' not in options`: the program looks for it. */
function isAskedFor(facts: FileFacts, node: Syntax): boolean {
  const operator = node.parent?.type === 'binary_expression' ? fieldOf(node.parent, 'operator') : undefined;
  if (operator !== undefined && /^(?:not )?in$/.test(facts.text(operator))) return true;
  return /^--[\w-]+$/.test(facts.text(node).replace(/['"`]/g, '')) && isOwnOption(facts, node);
}

/** An argument of its own: `['git', 'push', '--no-verify']`, `['bandit', '--exit-zero']` (a scanner that never fails). */
function isSkipping(facts: FileFacts, node: Syntax, text: string): boolean {
  const word = text.replace(/['"`]/g, '');
  if (word === '--no-verify') return true;
  const list = word === '--exit-zero' ? node.parent?.children[0] : undefined;
  return list !== undefined && /^['"]bandit['"]$/.test(facts.text(list));
}

/** `parser.add_argument('--no-verify')`, `process.argv.includes('--no-verify')`: an option of this very program. */
function isOwnOption(facts: FileFacts, node: Syntax): boolean {
  const call = node.parent?.type === 'arguments' ? node.parent.parent : null;
  const callee = call === null ? null : fieldOf(call, 'function');
  return (
    callee?.type === 'member_expression' &&
    /\b(?:add_argument|option|addOption|flag|includes|indexOf|has)$/.test(facts.text(callee))
  );
}
