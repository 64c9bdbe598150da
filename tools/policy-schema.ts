// Writes the JSON Schemas that are documentation: of the policy file and of `scan --format json`. With `--check` it
// writes nothing and fails where one is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { packageFile } from '../src/package-root.ts';
import { policyJsonSchema } from '../src/policy/schema.ts';
import { scanJsonSchema } from '../src/report/json.ts';

const SCHEMAS: ReadonlyMap<string, object> = new Map([
  ['policy.schema.json', policyJsonSchema()],
  ['scan.schema.json', scanJsonSchema()],
]);

const check = process.argv.includes('--check');
for (const [name, schema] of SCHEMAS) {
  const path = packageFile('docs', name);
  const text = `${JSON.stringify(schema, null, 2)}\n`;
  if (!check) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8') !== text) {
    console.error(`docs/${name} is stale: run \`node tools/policy-schema.ts\``);
    process.exitCode = 1;
  }
}
