import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { z } from 'zod';

/**
 * Makes the data of `unknown-configuration-key` from schemas that maintained packages ship: GitHub's workflow and action
 * schema (`@actions/workflow-parser`, MIT), Biome's configuration schema (`@biomejs/biome`, MIT or Apache-2.0) and the
 * options that the TypeScript compiler declares (Apache-2.0), and of our own policy's schema. Descriptions are left out. `node test/support/guardrail-schemas.ts`
 * writes them; a test holds the committed files against the installed packages.
 */
const ROOT = join(import.meta.dirname, '..', '..');
const TARGET = join(ROOT, 'detectors', 'guardrail', 'unknown-configuration-key', 'generated');

/** What a value may be. A map without `rest` knows all its keys; `any` takes everything. */
interface Shape {
  keys?: Record<string, string>;
  rest?: string;
  item?: string;
  either?: string[];
  words?: string[];
  folded?: true;
  any?: true;
}

const gitHubType = z.union([z.string(), z.looseObject({ type: z.string() })]);
const gitHubDefinition = z.looseObject({
  mapping: z
    .looseObject({ properties: z.record(z.string(), gitHubType).optional(), 'loose-value-type': z.string().optional() })
    .optional(),
  sequence: z.looseObject({ 'item-type': z.string() }).optional(),
  'one-of': z.array(z.string()).optional(),
  'allowed-values': z.array(z.string()).optional(),
  string: z.looseObject({ constant: z.string().optional() }).optional(),
});
const gitHubSchema = z.looseObject({ definitions: z.record(z.string(), gitHubDefinition) });

function gitHubShapes(file: string): Record<string, Shape> {
  const { definitions } = gitHubSchema.parse(
    JSON.parse(readFileSync(join(ROOT, 'node_modules/@actions/workflow-parser/dist', file), 'utf8')),
  );
  const shapes: Record<string, Shape> = {};
  for (const [name, definition] of Object.entries(definitions)) {
    const shape: Shape = {};
    if (definition.mapping !== undefined) {
      shape.keys = Object.fromEntries(
        Object.entries(definition.mapping.properties ?? {}).map(([key, type]) => [
          key,
          typeof type === 'string' ? type : type.type,
        ]),
      );
      if (definition.mapping['loose-value-type'] !== undefined) shape.rest = definition.mapping['loose-value-type'];
    } else if (definition.sequence !== undefined) shape.item = definition.sequence['item-type'];
    else if (definition['one-of'] !== undefined) shape.either = definition['one-of'];
    else if (definition['allowed-values'] !== undefined) shape.words = definition['allowed-values'];
    else if (definition.string?.constant !== undefined) shape.words = [definition.string.constant];
    else shape.any = true;
    shapes[name] = shape;
  }
  return shapes;
}

interface JsonSchema {
  readonly type?: string | string[] | undefined;
  readonly enum?: unknown[] | undefined;
  readonly const?: unknown;
  readonly $ref?: string | undefined;
  readonly properties?: Record<string, JsonSchema> | undefined;
  readonly additionalProperties?: boolean | JsonSchema | undefined;
  readonly items?: JsonSchema | undefined;
  readonly anyOf?: JsonSchema[] | undefined;
  readonly oneOf?: JsonSchema[] | undefined;
  readonly allOf?: JsonSchema[] | undefined;
}

const jsonSchema: z.ZodType<JsonSchema> = z.lazy(() =>
  z.object({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    enum: z.array(z.unknown()).optional(),
    const: z.unknown().optional(),
    $ref: z.string().optional(),
    properties: z.record(z.string(), jsonSchema).optional(),
    additionalProperties: z.union([z.boolean(), jsonSchema]).optional(),
    items: jsonSchema.optional(),
    anyOf: z.array(jsonSchema).optional(),
    oneOf: z.array(jsonSchema).optional(),
    allOf: z.array(jsonSchema).optional(),
  }),
);

function isScalar(schema: JsonSchema): boolean {
  if (schema.enum !== undefined || schema.const !== undefined) return true;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length > 0 && types.every((type) => type !== 'object' && type !== 'array');
}

function jsonSchemaShapes(path: string): Record<string, Shape> {
  const source: unknown = JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const wrapped = z
    .looseObject({
      $defs: z.record(z.string(), jsonSchema).optional(),
      definitions: z.record(z.string(), jsonSchema).optional(),
    })
    .parse(source);
  const shapes: Record<string, Shape> = { any: { any: true }, scalar: {} };
  const add = (schema: JsonSchema, name: string): string => {
    if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? 'any';
    const alternatives = schema.anyOf ?? schema.oneOf ?? schema.allOf;
    const open = schema.additionalProperties;
    if (schema.properties !== undefined) {
      const keys = Object.fromEntries(
        Object.entries(schema.properties).map(([key, inner]) => [key, add(inner, `${name}.${key}`)]),
      );
      shapes[name] =
        open === false ? { keys } : { keys, rest: typeof open === 'object' ? add(open, `${name}.*`) : 'any' };
    } else if (alternatives !== undefined)
      shapes[name] = { either: alternatives.map((inner, index) => add(inner, `${name}|${index}`)) };
    else if (schema.items !== undefined) shapes[name] = { item: add(schema.items, `${name}[]`) };
    else if (schema.enum?.every((word) => typeof word === 'string')) {
      shapes[name] = { words: schema.enum.map(String) };
    }
    // A shape without parts takes scalars only.
    else return isScalar(schema) ? 'scalar' : 'any';
    return name;
  };
  for (const [name, schema] of Object.entries({ ...wrapped.$defs, ...wrapped.definitions })) {
    const made = add(schema, name);
    if (made !== name) shapes[name] = shapes[made] ?? { any: true };
  }
  add(jsonSchema.parse(source), 'root');
  return shallow(shapes, 9);
}

/** The part that can be reached from the root within that many steps; what lies deeper takes everything. */
function shallow(shapes: Record<string, Shape>, steps: number): Record<string, Shape> {
  const kept: Record<string, Shape> = { any: { any: true }, scalar: {} };
  let names = ['root'];
  for (let step = 0; step < steps; step += 1) {
    const next = new Set<string>();
    for (const name of names) {
      const shape = shapes[name];
      if (shape === undefined || kept[name] !== undefined) continue;
      kept[name] = shape;
      for (const inner of referencesOf(shape)) if (kept[inner] === undefined) next.add(inner);
    }
    names = [...next];
  }
  const known = (name: string) => (kept[name] === undefined ? 'any' : name);
  for (const shape of Object.values(kept)) {
    if (shape.keys !== undefined)
      shape.keys = Object.fromEntries(Object.entries(shape.keys).map(([key, inner]) => [key, known(inner)]));
    if (shape.rest !== undefined) shape.rest = known(shape.rest);
    if (shape.item !== undefined) shape.item = known(shape.item);
    if (shape.either !== undefined) shape.either = shape.either.map(known);
  }
  return kept;
}

function referencesOf(shape: Shape): readonly string[] {
  return [...Object.values(shape.keys ?? {}), ...(shape.either ?? []), shape.rest, shape.item].flatMap(
    (name) => name ?? [],
  );
}

function typeScriptShapes(): Record<string, Shape> {
  const { optionDeclarations } = z
    .looseObject({
      optionDeclarations: z.array(
        z.looseObject({
          name: z.string(),
          type: z.unknown(),
          element: z.looseObject({ type: z.unknown() }).optional(),
        }),
      ),
    })
    .parse(ts);
  const values: Record<string, Shape> = {};
  const keys: Record<string, string> = {};
  for (const { name, type, element } of optionDeclarations) {
    const listed = element?.type instanceof Map;
    const words = type instanceof Map ? type : element?.type;
    keys[name] = 'any';
    if (!(words instanceof Map)) continue;
    // The compiler takes these words in any case.
    values[`${name} word`] = { words: [...words.keys()].map(String).sort(), folded: true };
    if (listed) values[`${name} list`] = { item: `${name} word` };
    keys[name] = listed ? `${name} list` : `${name} word`;
  }
  return {
    any: { any: true },
    ...values,
    root: { keys: { compilerOptions: 'options' }, rest: 'any' },
    options: { keys: Object.fromEntries(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1))) },
  };
}

/** The files and their content. */
export function generatedSchemas(): ReadonlyMap<string, string> {
  const write = (shapes: Record<string, Shape>) => `${JSON.stringify(shapes)}\n`;
  return new Map([
    ['workflow.shapes.json', write(gitHubShapes('workflow-v1.0.min.json'))],
    ['action.shapes.json', write(gitHubShapes('action-v1.0.min.json'))],
    ['biome.shapes.json', write(jsonSchemaShapes('node_modules/@biomejs/biome/configuration_schema.json'))],
    ['policy.shapes.json', write(jsonSchemaShapes('docs/policy.schema.json'))],
    ['typescript.shapes.json', write(typeScriptShapes())],
  ]);
}

/** The committed copy of one of them. */
export function committedSchema(name: string): string {
  return readFileSync(join(TARGET, name), 'utf8');
}

if (import.meta.main) for (const [name, content] of generatedSchemas()) writeFileSync(join(TARGET, name), content);
