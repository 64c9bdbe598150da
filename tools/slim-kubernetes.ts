/**
 * Makes `detectors/guardrail/unknown-configuration-key/generated/kubernetes.shapes.json`: the fields of Kubernetes' core
 * kinds, from the models that the project generates of its own OpenAPI description (`@kubernetes/client-node@2.0.1`,
 * Apache-2.0, release 1.36), without prose. Words come from the API reference (kubernetes.io, "Kubernetes API").
 *
 * The package is only needed for this, so it is never a dependency. To run this script again:
 *
 *     mkdir /tmp/kubernetes && cd /tmp/kubernetes && npm pack @kubernetes/client-node@2.0.1 && tar xzf *.tgz
 *     node tools/slim-kubernetes.ts /tmp/kubernetes/package
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Kinds by the group and version under which they are written. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  v1: [
    'Pod',
    'Service',
    'ConfigMap',
    'Secret',
    'ServiceAccount',
    'Namespace',
    'PersistentVolume',
    'PersistentVolumeClaim',
    'ReplicationController',
    'LimitRange',
    'ResourceQuota',
    'Endpoints',
    'PodTemplate',
  ],
  'apps/v1': ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'],
  'batch/v1': ['Job', 'CronJob'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'networking.k8s.io/v1': ['Ingress', 'IngressClass', 'NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  'storage.k8s.io/v1': ['StorageClass'],
  'scheduling.k8s.io/v1': ['PriorityClass'],
  'admissionregistration.k8s.io/v1': ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  'V1Container.imagePullPolicy': ['Always', 'IfNotPresent', 'Never'],
  'V1PodSpec.restartPolicy': ['Always', 'OnFailure', 'Never'],
  'V1PodSpec.dnsPolicy': ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
  'V1ServiceSpec.type': ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'],
  'V1ServiceSpec.sessionAffinity': ['ClientIP', 'None'],
  'V1ServiceSpec.externalTrafficPolicy': ['Cluster', 'Local'],
  'V1ServicePort.protocol': ['TCP', 'UDP', 'SCTP'],
  'V1ContainerPort.protocol': ['TCP', 'UDP', 'SCTP'],
  'V1CronJobSpec.concurrencyPolicy': ['Allow', 'Forbid', 'Replace'],
  'V1DeploymentStrategy.type': ['Recreate', 'RollingUpdate'],
  'V1StatefulSetUpdateStrategy.type': ['OnDelete', 'RollingUpdate'],
  'V1StatefulSetSpec.podManagementPolicy': ['OrderedReady', 'Parallel'],
  'V1SeccompProfile.type': ['RuntimeDefault', 'Localhost', 'Unconfined'],
  'V1HTTPIngressPath.pathType': ['Exact', 'Prefix', 'ImplementationSpecific'],
};

const attribute = z.object({ baseName: z.string(), type: z.string() });

interface Shape {
  keys?: Record<string, string>;
  rest?: string;
  item?: string;
  either?: string[];
  words?: readonly string[];
  any?: true;
}

function attributesOf(folder: string, model: string): readonly z.infer<typeof attribute>[] {
  const source = readFileSync(join(folder, 'dist', 'gen', 'models', `${model}.js`), 'utf8');
  const list = /\.attributeTypeMap = (\[[\s\S]*?\n\]|\[\]);/.exec(source)?.[1] ?? '[]';
  return z.array(attribute).parse(JSON.parse(list));
}

/** Every model that a kind leads to; what is free text, a number or a map of the writer's takes everything. */
function shapesOf(folder: string): Record<string, Shape> {
  const shapes: Record<string, Shape> = { any: { any: true } };
  const kinds: string[] = [];

  function nameOf(type: string, place: string): string {
    const words = WORDS[place];
    if (words !== undefined) {
      shapes[place] = { words };
      return place;
    }
    const listed = /^Array<(.+)>$/.exec(type)?.[1];
    if (listed !== undefined) {
      const item = nameOf(listed, `${place}[]`);
      if (item === 'any') return 'any';
      shapes[`[${item}]`] = { item };
      return `[${item}]`;
    }
    if (!/^V\d\w+$/.test(type) || /JSONSchemaProps|ManagedFields/.test(type)) return 'any';
    return modelOf(type);
  }

  function modelOf(model: string): string {
    if (shapes[model] !== undefined) return model;
    const keys: Record<string, string> = {};
    shapes[model] = { keys };
    for (const { baseName, type } of attributesOf(folder, model)) keys[baseName] = nameOf(type, `${model}.${baseName}`);
    return model;
  }

  for (const [version, names] of Object.entries(KINDS)) {
    const prefix = (version.split('/').at(-1) ?? '').replace('v', 'V');
    for (const kind of names) {
      kinds.push(`${version} ${kind}`);
      shapes[`${version} ${kind}`] = { either: [modelOf(`${prefix}${kind}`)] };
    }
    const allowed = `${version} kinds`;
    shapes[allowed] = { words: names };
  }
  return shapes;
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) throw new Error('give the folder of the unpacked package');
  const { name, version, license } = z
    .object({ name: z.string(), version: z.string(), license: z.string() })
    .parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  const target = new URL(
    '../detectors/guardrail/unknown-configuration-key/generated/kubernetes.shapes.json',
    import.meta.url,
  );
  const content = { source: `${name}@${version}`, license, shapes: shapesOf(folder) };
  writeFileSync(fileURLToPath(target), `${JSON.stringify(content)}\n`);
}
