// `node tools/record-findings.ts`: records what every rule says about every fixture and sample of the laboratory, its own
// and those of the others. The diff shows a reviewer what a change of a rule does elsewhere; tests keep the records true.
import { writeFileSync } from 'node:fs';
import { said } from '../test/support/corpus.ts';
import { dependencySaid } from '../test/support/dependency-corpus.ts';
import { guardrailSaid } from '../test/support/guardrail-corpus.ts';

const FOLDER = new URL('../fixtures/detectors/', import.meta.url);
writeFileSync(new URL('said.txt', FOLDER), said());
writeFileSync(new URL('said-dependency.txt', FOLDER), dependencySaid());
writeFileSync(new URL('said-guardrail.txt', FOLDER), guardrailSaid());
