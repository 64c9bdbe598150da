import { entriesOf, get, type Node, text } from '../support/tree.ts';
import actionShapes from './generated/action.shapes.json' with { type: 'json' };
import biomeShapes from './generated/biome.shapes.json' with { type: 'json' };
import kubernetes from './generated/kubernetes.shapes.json' with { type: 'json' };
import policyShapes from './generated/policy.shapes.json' with { type: 'json' };
import typescriptShapes from './generated/typescript.shapes.json' with { type: 'json' };
import workflowShapes from './generated/workflow.shapes.json' with { type: 'json' };
import { COMPOSE, DEPENDABOT, ESLINT, PACKAGE, RENOVATE } from './references.ts';
import type { Shapes } from './shape.ts';

/** A format whose keys are known: where its files are, and the name of its root in the shapes. */
export interface Format {
  readonly name: string;
  readonly files: RegExp;
  readonly shapes: Shapes;
  /** Null where the document is of another format after all. */
  readonly root: (document: Node) => string | null;
  /** Anybody may add keys, so only what is nearly a known one is told. */
  readonly nearOnly: boolean;
}

/** A file of another format that happens to have the name shares none of its keys. */
function sharing(root: string, shapes: Shapes): Format['root'] {
  const known = new Set(Object.keys(shapes[root]?.keys ?? {}));
  return (document) => (entriesOf(document).some(({ key }) => known.has(key)) ? root : null);
}

function always(): string {
  return 'root';
}

/** A core kind under its own version; custom resources, and versions that were retired, have no shape. */
function kubernetesRoot(document: Node): string {
  return `${text(get(document, 'apiVersion')) ?? ''} ${text(get(document, 'kind')) ?? ''}`;
}

function format(name: string, files: RegExp, shapes: Shapes, root: Format['root'], nearOnly: boolean): Format {
  return { name, files, shapes, root, nearOnly };
}

const WORKFLOW = 'workflow-root-strict';
const ACTION = 'action-root-strict';

/** Formats by the schemas that maintained packages ship (`generated/`), and others by their own references. */
export const FORMATS: readonly Format[] = [
  format(
    'GitHub workflow',
    /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$/i,
    workflowShapes,
    sharing(WORKFLOW, workflowShapes),
    false,
  ),
  format('GitHub action', /(?:^|\/)action\.ya?ml$/i, actionShapes, sharing(ACTION, actionShapes), false),
  format('Countersign policy', /^\.github\/countersign\.ya?ml$/i, policyShapes, always, false),
  format('Dependabot configuration', /^\.github\/dependabot\.ya?ml$/i, DEPENDABOT, sharing('root', DEPENDABOT), false),
  format('Renovate configuration', /(?:^|\/)(?:renovate\.json5?|\.renovaterc(?:\.json5?)?)$/i, RENOVATE, always, true),
  format('Biome configuration', /(?:^|\/)biome\.jsonc?$/i, biomeShapes, sharing('root', biomeShapes), false),
  format('TypeScript configuration', /(?:^|\/)[tj]sconfig[\w.-]*\.json$/i, typescriptShapes, always, false),
  format('ESLint configuration', /(?:^|\/)\.eslintrc(?:\.(?:json|ya?ml))?$/i, ESLINT, always, false),
  format('package.json', /(?:^|\/)package\.json$/, PACKAGE, sharing('root', PACKAGE), true),
  format(
    'Compose file',
    /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/i,
    COMPOSE,
    sharing('root', COMPOSE),
    false,
  ),
  format('Kubernetes object', /\.ya?ml$/i, kubernetes.shapes, kubernetesRoot, false),
];
