import type { Command } from './io.ts';

/** Every command, in the order `help` lists them. Each is loaded only when it is called: start-up counts. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  ['serve', { summary: 'the GitHub App: webhooks, reviews, sign-offs', load: () => import('./serve.ts') }],
  ['worker', { summary: 'more workers against the same PostgreSQL', load: () => import('./worker.ts') }],
  ['scan', { summary: 'review a git range, two folders, or a whole tree', load: () => import('./scan.ts') }],
  ['changes', { summary: 'what a change does to dependencies', load: () => import('./changes.ts') }],
  ['package', { summary: 'evidence and findings for packages', load: () => import('./package.ts') }],
  ['attribute', { summary: 'who wrote a pull request (JSON lines)', load: () => import('./attribute.ts') }],
  ['ledger', { summary: 'verify, export or show the audit ledger', load: () => import('./ledger.ts') }],
  ['config', { summary: 'check a policy file and explain its values', load: () => import('./config.ts') }],
  ['init', { summary: 'write a first policy file', load: () => import('./init.ts') }],
  ['doctor', { summary: 'is everything set up, and what to do if not', load: () => import('./doctor.ts') }],
  ['demo', { summary: 'the whole story on this machine, no account needed', load: () => import('./demo.ts') }],
]);
