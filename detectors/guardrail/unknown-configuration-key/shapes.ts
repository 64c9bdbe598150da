import actionShapes from './generated/action.shapes.json' with { type: 'json' };
import biomeShapes from './generated/biome.shapes.json' with { type: 'json' };
import typescriptShapes from './generated/typescript.shapes.json' with { type: 'json' };
import workflowShapes from './generated/workflow.shapes.json' with { type: 'json' };

/** What a value may be. A map without `rest` knows all its keys; `any` takes everything. */
export interface Shape {
  readonly keys?: Readonly<Record<string, string | undefined>>;
  readonly rest?: string;
  readonly item?: string;
  readonly either?: readonly string[];
  readonly words?: readonly string[];
  readonly any?: boolean;
}

export type Shapes = Readonly<Record<string, Shape | undefined>>;

/** A format whose keys are known: where its files are, and the name of its root in the shapes. */
export interface Format {
  readonly name: string;
  readonly files: RegExp;
  readonly shapes: Shapes;
  readonly root: string;
}

/** Keys of Dependabot's options (GitHub docs, "Dependabot options reference"). */
const DEPENDABOT: Shapes = {
  any: { any: true },
  root: {
    keys: {
      version: 'any',
      updates: 'updates',
      registries: 'any',
      'enable-beta-ecosystems': 'any',
      'multi-ecosystem-groups': 'any',
    },
  },
  updates: { item: 'update' },
  update: {
    keys: Object.fromEntries(
      [
        'package-ecosystem',
        'directory',
        'directories',
        'exclude-paths',
        'schedule',
        'allow',
        'assignees',
        'commit-message',
        'groups',
        'ignore',
        'insecure-external-code-execution',
        'labels',
        'milestone',
        'multi-ecosystem-group',
        'open-pull-requests-limit',
        'patterns',
        'pull-request-branch-name',
        'rebase-strategy',
        'registries',
        'reviewers',
        'target-branch',
        'vendor',
        'versioning-strategy',
      ]
        .map((key) => [key, 'any'])
        .concat([['cooldown', 'cooldown']]),
    ),
  },
  cooldown: {
    keys: {
      'default-days': 'any',
      'semver-major-days': 'any',
      'semver-minor-days': 'any',
      'semver-patch-days': 'any',
      include: 'any',
      exclude: 'any',
    },
  },
};

/** Keys of a service and of the file (Compose Specification, "Services top-level element"). */
const COMPOSE: Shapes = {
  any: { any: true },
  root: {
    keys: {
      version: 'any',
      name: 'any',
      services: 'services',
      networks: 'any',
      volumes: 'any',
      configs: 'any',
      secrets: 'any',
      include: 'any',
      models: 'any',
    },
  },
  services: { keys: {}, rest: 'service' },
  service: {
    keys: Object.fromEntries(
      'annotations attach build blkio_config cpu_count cpu_percent cpu_shares cpu_period cpu_quota cpu_rt_runtime cpu_rt_period cpus cpuset cap_add cap_drop cgroup cgroup_parent command configs container_name credential_spec depends_on deploy develop device_cgroup_rules devices dns dns_opt dns_search domainname driver_opts entrypoint env_file environment expose extends external_links extra_hosts gpus group_add healthcheck hostname image init ipc isolation labels label_file label links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir'
        .split(' ')
        .map((key) => [key, 'any']),
    ),
  },
};

/** Formats by the schemas that maintained packages ship (`generated/`), and two by their own references. */
export const FORMATS: readonly Format[] = [
  {
    name: 'GitHub workflow',
    files: /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$/i,
    shapes: workflowShapes,
    root: 'workflow-root-strict',
  },
  { name: 'GitHub action', files: /(?:^|\/)action\.ya?ml$/i, shapes: actionShapes, root: 'action-root-strict' },
  { name: 'Biome configuration', files: /(?:^|\/)biome\.jsonc?$/i, shapes: biomeShapes, root: 'root' },
  {
    name: 'TypeScript configuration',
    files: /(?:^|\/)[tj]sconfig[\w.-]*\.json$/i,
    shapes: typescriptShapes,
    root: 'root',
  },
  { name: 'Dependabot configuration', files: /^\.github\/dependabot\.ya?ml$/i, shapes: DEPENDABOT, root: 'root' },
  {
    name: 'Compose file',
    files: /(?:^|\/)(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml$/i,
    shapes: COMPOSE,
    root: 'root',
  },
];
