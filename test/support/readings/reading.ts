import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as loosening from '../../../detectors/guardrail/agent-instructions-changed/loosening.ts';
import type * as homoglyphs from '../../../detectors/guardrail/bidirectional-text/homoglyphs.ts';
import type * as sql from '../../../detectors/guardrail/destructive-operation/sql.ts';
import type * as invisible from '../../../detectors/guardrail/hidden-instructions/invisible.ts';
import type * as places from '../../../detectors/guardrail/hidden-instructions/places.ts';
import type * as added from '../../../detectors/guardrail/support/added.ts';
import type * as code from '../../../detectors/guardrail/support/code.ts';
import type * as expression from '../../../detectors/guardrail/support/expression.ts';
import type * as hcl from '../../../detectors/guardrail/support/hcl.ts';
import type * as instructions from '../../../detectors/guardrail/support/instructions.ts';
import type * as json from '../../../detectors/guardrail/support/json.ts';
import type * as judge from '../../../detectors/guardrail/support/judge.ts';
import type * as lines from '../../../detectors/guardrail/support/lines.ts';
import type * as own from '../../../detectors/guardrail/support/own.ts';
import type * as parsed from '../../../detectors/guardrail/support/parsed.ts';
import type * as policy from '../../../detectors/guardrail/support/policy.ts';
import type * as quote from '../../../detectors/guardrail/support/quote.ts';
import type * as report from '../../../detectors/guardrail/support/report.ts';
import type * as secrets from '../../../detectors/guardrail/support/secrets.ts';
import type * as settings from '../../../detectors/guardrail/support/settings.ts';
import type * as shell from '../../../detectors/guardrail/support/shell.ts';
import type * as sides from '../../../detectors/guardrail/support/sides.ts';
import type * as template from '../../../detectors/guardrail/support/template.ts';
import type * as toml from '../../../detectors/guardrail/support/toml.ts';
import type * as tree from '../../../detectors/guardrail/support/tree.ts';
import type * as unreadable from '../../../detectors/guardrail/support/unreadable.ts';
import type * as workflow from '../../../detectors/guardrail/support/workflow.ts';
import type * as yaml from '../../../detectors/guardrail/support/yaml.ts';

/** The guard rails' own readers of formats and texts; the mutation run hands in mutated ones. */
export interface Readers {
  readonly code: typeof code;
  readonly expression: typeof expression;
  readonly hcl: typeof hcl;
  readonly homoglyphs: typeof homoglyphs;
  readonly invisible: typeof invisible;
  readonly json: typeof json;
  readonly lines: typeof lines;
  readonly loosening: typeof loosening;
  readonly places: typeof places;
  readonly quote: typeof quote;
  readonly report: typeof report;
  readonly secrets: typeof secrets;
  readonly shell: typeof shell;
  readonly sql: typeof sql;
  readonly template: typeof template;
  readonly toml: typeof toml;
  readonly added: typeof added;
  readonly judge: typeof judge;
  readonly parsed: typeof parsed;
  readonly settings: typeof settings;
  readonly sides: typeof sides;
  readonly unreadable: typeof unreadable;
  readonly workflow: typeof workflow;
  readonly instructions: typeof instructions;
  readonly own: typeof own;
  readonly policy: typeof policy;
  readonly tree: typeof tree;
  readonly yaml: typeof yaml;
}

/** A text, and what a reader is to make of it. */
export interface Reading {
  readonly name: string;
  readonly expected: string;
  says(readers: Readers): string;
}

/** The readers of the rules that are kept under that root. */
export async function readersIn(root: string): Promise<Readers> {
  const load = (path: string) => import(pathToFileURL(join(root, 'detectors', 'guardrail', path)).href);
  return {
    code: await load('support/code.ts'),
    expression: await load('support/expression.ts'),
    hcl: await load('support/hcl.ts'),
    homoglyphs: await load('bidirectional-text/homoglyphs.ts'),
    invisible: await load('hidden-instructions/invisible.ts'),
    json: await load('support/json.ts'),
    lines: await load('support/lines.ts'),
    loosening: await load('agent-instructions-changed/loosening.ts'),
    places: await load('hidden-instructions/places.ts'),
    quote: await load('support/quote.ts'),
    report: await load('support/report.ts'),
    secrets: await load('support/secrets.ts'),
    shell: await load('support/shell.ts'),
    sql: await load('destructive-operation/sql.ts'),
    template: await load('support/template.ts'),
    toml: await load('support/toml.ts'),
    added: await load('support/added.ts'),
    judge: await load('support/judge.ts'),
    parsed: await load('support/parsed.ts'),
    settings: await load('support/settings.ts'),
    sides: await load('support/sides.ts'),
    unreadable: await load('support/unreadable.ts'),
    workflow: await load('support/workflow.ts'),
    instructions: await load('support/instructions.ts'),
    own: await load('support/own.ts'),
    policy: await load('support/policy.ts'),
    tree: await load('support/tree.ts'),
    yaml: await load('support/yaml.ts'),
  };
}
