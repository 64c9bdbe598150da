import { posix } from 'node:path';
import type { Instruction } from 'dockerfile-ast';
import { type Answer, answerOf, type Detection } from '../../../src/core/detection.ts';
import type { FileSide, GuardrailContext, GuardrailDetector, GuardrailSubject } from '../../../src/core/detector.ts';
import { isOff, isOn, judgeInfrastructure, type Opinion } from '../support/infra.ts';
import { type Judged, judgeLoosening, sidesOf, type Weakness } from '../support/judge.ts';
import { dockerfileAst } from '../support/libraries.ts';
import { isContent, linesOf } from '../support/parsed.ts';
import { nowhere } from '../support/prose.ts';
import { quote } from '../support/quote.ts';
import { tell } from '../support/report.ts';
import { guardrailRule } from '../support/rule.ts';
import { mayBeInfrastructure, type Setting } from '../support/settings.ts';
import { type Command, isDockerfile, mayHoldCommands } from '../support/shell.ts';
import { entriesOf, get, text, texts } from '../support/tree.ts';
import { mayBeWorkflow, workflowOf } from '../support/workflow.ts';

const RULE = guardrailRule('privileged-container', {
  shortDescription: 'A container gets hold of the machine it runs on',
  help: 'Privileged mode, the namespaces of the host, mounts of its file system or of the container engine’s socket, and strong capabilities let a process in the container leave it. Running as root makes every escape easier. Drop what is not needed, run as a user of its own, and mount only volumes.',
  level: 'error',
  confidence: 'medium',
  cwe: [250, 269, 653],
  requires: ['beforeAfter'],
});

const REMEDIATION = 'Drop the privilege, run as a user without rights, and mount named volumes only.';

/** Capabilities by which a process leaves its container or reads others (man page capabilities(7)). */
const CAPABILITIES =
  /^(?:\*|(?:CAP_)?(?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|SYS_RAWIO|SYS_BOOT|SYS_TIME|DAC_READ_SEARCH|DAC_OVERRIDE|NET_ADMIN|NET_RAW|BPF|PERFMON|SYSLOG|MAC_ADMIN|MAC_OVERRIDE|SETUID|SETGID|CHECKPOINT_RESTORE))$/i;
const SENSITIVE =
  /^(?:\/|\/etc(?:\/.*)?|\/proc(?:\/.*)?|\/sys(?:\/.*)?|\/dev(?:\/.*)?|\/root(?:\/.*)?|\/home(?:\/.*)?|\/boot(?:\/.*)?|\/usr(?:\/.*)?|\/lib(?:64)?(?:\/.*)?|\/s?bin(?:\/.*)?|\/opt\/cni.*|\/var|\/var\/(?:run|lib|log)(?:\/(?:docker|kubelet|containerd|crio|rancher|etcd).*)?|\/run(?:\/.*)?|\/mnt|\/host)\/?$/;
const SOCKET = /(?:docker|containerd|crio|podman)\.sock(?:$|[:,"'])/;

function mountOpinion(source: string): Opinion | null {
  if (SOCKET.test(source)) return { shape: 'engine-socket', what: "The container engine's socket is mounted" };
  return SENSITIVE.test(posix.normalize(source.split(':')[0] ?? ''))
    ? { shape: 'host-mount', what: "A folder of the host's system is mounted" }
    : null;
}

function firstMount(sources: readonly string[]): Opinion | null {
  return sources.map(mountOpinion).find((opinion) => opinion !== null) ?? null;
}

/** What is built or called in a program that is about containers. */
const OF_CONTAINERS =
  /container|task|pod|deployment|daemonset|statefulset|k8s|kubernetes|core|docker|ecs|cdk8s|securitycontext/;
const PRIVILEGED: Opinion = { shape: 'privileged', what: 'A container runs privileged' };
const NAMESPACE: Opinion = { shape: 'host-namespace', what: 'A container shares a namespace with the host' };
const UNCONFINED: Opinion = { shape: 'unconfined', what: "The container's confinement is switched off" };

function ofSetting(setting: Setting): Opinion | null {
  const { key, values, type } = setting;
  const program = setting.value === null;
  if (program && !OF_CONTAINERS.test(type)) return null;
  // The label decides what a namespace admits (Kubernetes docs, "Pod Security Admission").
  if (key === 'podsecuritykubernetesioenforce' && values.includes('privileged'))
    return { shape: 'admission', what: 'The namespace admits privileged pods' };
  if (/^(?:privileged|privilegedmode|hostprocess|(?:privileged|allowprivileged)container)$/.test(key) && isOn(setting))
    return PRIVILEGED;
  if (key === 'allowprivilegeescalation' && isOn(setting))
    return { shape: 'escalation', what: 'A process may gain more rights than its parent' };
  return (
    ofNamespace(setting) ?? ofUser(setting) ?? ofConfinement(setting) ?? (program ? ofSocket(values) : ofMount(setting))
  );
}

function ofNamespace(setting: Setting): Opinion | null {
  const { key, values, type } = setting;
  if (/^host(?:pid|ipc|network)$/.test(key) && isOn(setting)) return NAMESPACE;
  const names =
    /^(?:network|userns|pid|ipc|uts|cgroupns)mode$/.test(key) ||
    (type === 'service' && /^(?:pid|ipc|uts|cgroup)$/.test(key));
  return names && values.includes('host') ? NAMESPACE : null;
}

function ofUser(setting: Setting): Opinion | null {
  const { key, path, type, values } = setting;
  const [first = ''] = values;
  if (key === 'runasnonroot' && isOff(setting))
    return { shape: 'root', what: 'A container may run as root', level: 'warning' };
  if (key === 'runasuser' && /^0+$/.test(first)) return { shape: 'root', what: 'A container runs as root' };
  // What an admission policy lets pods choose (PodSecurityPolicy; OpenShift's SecurityContextConstraints).
  if (/^(?:rule|type)$/.test(key) && path.at(-1) === 'runasuser' && first === 'RunAsAny')
    return { shape: 'root', what: 'A container may run as root', level: 'warning' };
  const place = path.at(-1) ?? type;
  if (key === 'user' && /^(?:root|0+)(?::.*)?$/.test(first) && /^service$|task|container/.test(place))
    return { shape: 'root', what: 'A container runs as root', level: 'warning' };
  return null;
}

function ofConfinement({ key, path, value, values }: Setting): Opinion | null {
  const adds =
    /^(?:capadd|allowedcapabilities|linuxcapabilities|defaultaddcapabilities)$/.test(key) ||
    (key === 'add' && (value === null || path.at(-1) === 'capabilities'));
  if (adds && values.some((given) => CAPABILITIES.test(given)))
    return { shape: 'capability', what: 'A container gets a capability of the host' };
  if (
    /^(?:docker)?securityopt(?:ions|s)?$/.test(key) &&
    values.some((given) =>
      /(?:seccomp|apparmor|label)[:=](?:unconfined|disable)|no-new-privileges[:=]false/.test(given),
    )
  )
    return UNCONFINED;
  const [first = ''] = values;
  const profile = key === 'type' ? (path.at(-1) ?? '') : key;
  if (/apparmor|seccomp/.test(profile) && /unconfined/i.test(first)) return UNCONFINED;
  if (key === 'procmount' && first === 'Unmasked') return UNCONFINED;
  // The type under which SELinux lets a container do what the host's root may (container-selinux, container_selinux(8)).
  return profile === 'selinuxoptions' && first === 'spc_t' ? UNCONFINED : null;
}

function ofMount({ key, path, values }: Setting): Opinion | null {
  // Containers of a workflow's jobs are read as such.
  if (path[0] === 'jobs') return null;
  if (key === 'path' && path.at(-1) === 'hostpath')
    return firstMount(values) ?? { shape: 'host-mount', what: 'A folder of the host is mounted', level: 'warning' };
  const mounts =
    /^(?:sourcepath|hostpath|volumes)$/.test(key) ||
    (key === 'source' && /^(?:volumes|mounts)$/.test(path.at(-1) ?? ''));
  return mounts ? firstMount(values) : null;
}

/** In a program a path may be one of an address as well: only the socket speaks for itself. */
function ofSocket(values: readonly string[]): Opinion | null {
  return firstMount(values.filter((value) => SOCKET.test(value)));
}

/** What may stand in front of a command without changing what it does. */
const PREFIX = String.raw`^(?:(?:\w+=\S*|sudo|env|exec|time|nohup|command|timeout \S+|-[A-Za-z]+) )*(?:\S*/)?`;
const RUNS = new RegExp(String.raw`${PREFIX}(?:docker|podman|nerdctl)(?: container)?(?: \S+)*? (?:run|create|exec)\b`);
const KUBECTL = new RegExp(String.raw`${PREFIX}kubectl .*--privileged\b`);

function ofCommand(command: Command): Opinion | null {
  const source = command.words.join(' ');
  if (RUNS.test(source)) return ofRun(source);
  if (KUBECTL.test(source)) return { shape: 'privileged', what: 'A command that runs a container privileged' };
  if (/\bchmod\s+(?:-\w+\s+)*(?:u\+s|[ug]{1,2}\+s|[46]7\d\d)\b/.test(source))
    return { shape: 'setuid', what: 'A command that makes a program run as its owner', level: 'warning' };
  return null;
}

/** What the options of a container's start say. */
function ofRun(source: string): Opinion | null {
  if (/ --privileged(?:=true)?(?: |$)/.test(source))
    return { shape: 'privileged', what: 'A command that runs a container privileged' };
  if (/ --(?:pid|net|network|ipc|userns|uts)[= ]host\b/.test(source))
    return {
      shape: 'host-namespace',
      what: 'A command that shares a namespace with the host',
      level: / --(?:net|network)[= ]host\b/.test(source) ? 'warning' : 'error',
    };
  if (
    / --cap-add[= ](?:ALL|(?:CAP_)?SYS_ADMIN|(?:CAP_)?SYS_PTRACE|(?:CAP_)?SYS_MODULE|(?:CAP_)?NET_ADMIN)\b/i.test(
      source,
    )
  )
    return { shape: 'capability', what: 'A command that gives a container a capability of the host' };
  if (/ --security-opt[= ]\S*(?:unconfined|label[:=]disable)/.test(source))
    return { shape: 'unconfined', what: 'A command that switches the confinement off' };
  const mounted = source.matchAll(/ (?:-v|--volume)[= ]?(\/\S*)| --mount[= ]\S*(?:source|src)=([^,\s]+)/g);
  return firstMount([...mounted].map((found) => found[1] ?? found[2] ?? ''));
}

/** Options of a workflow job's container, as `docker create` takes them (GitHub docs, "Workflow syntax"). */
function ofWorkflow(side: FileSide): readonly Weakness[] {
  const workflow = mayBeWorkflow(side.path) ? workflowOf(side) : null;
  return (workflow?.jobs ?? []).flatMap((job) => {
    const services = entriesOf(get(job.node, 'services')).map(({ value }) => value);
    return [get(job.node, 'container'), ...services].flatMap((container) => {
      const options = get(container, 'options');
      const mounts = texts(get(container, 'volumes')).map((volume) => ` -v ${volume}`);
      const source = `docker run ${text(options) ?? ''}${mounts.join('')}`;
      const opinion = ofRun(source);
      const at = options ?? container;
      if (opinion === null || at === undefined) return [];
      return [
        {
          key: `${job.id}|options|${opinion.shape}`,
          shape: opinion.shape,
          start: at.start,
          end: at.end,
          scope: job.scope,
          message: `The container of ${quote(job.id)} gets hold of the machine: ${quote(source.slice(11))}.`,
          remediation: REMEDIATION,
          ...(opinion.level === undefined ? {} : { level: opinion.level }),
        },
      ];
    });
  });
}

/** The USER instruction that counts in the image, and whom it names: the last one of the last stage. */
function userOf(side: FileSide): { readonly user: string; readonly instruction: Instruction } | null {
  if (!isDockerfile(side.path) || !isContent(side)) return null;
  const dockerfile = dockerfileAst().DockerfileParser.parse(side.text);
  const instructions = dockerfile.getInstructions();
  const lastStage = instructions.findLastIndex((instruction) => instruction.getKeyword() === 'FROM');
  const instruction = instructions.slice(lastStage + 1).findLast((each) => each.getKeyword() === 'USER');
  if (instruction === undefined) return null;
  const { line } = instruction.getRange().start;
  // A name by way of `ARG` or `ENV` is the same name.
  const user = (instruction.getArgumentsContent() ?? '').replace(
    /\$(?:(\w+)|\{(\w+)(?::?-(\w+))?\})/g,
    (whole, plain: string | undefined, braced: string | undefined, fallback: string | undefined) =>
      dockerfile.resolveVariable(plain ?? braced ?? '', line) ?? fallback ?? whole,
  );
  return { user: user.trim(), instruction };
}

function isRoot(user: string): boolean {
  return /^(?:root|0+)(?::\S+)?$/.test(user);
}

/** A Dockerfile whose last stage ran as a user of its own, and that no longer says as whom. */
function userRemoved(before: FileSide | null, after: FileSide | null): readonly Detection[] {
  if (before === null || after === null || !isDockerfile(after.path)) return [];
  const was = userOf(before);
  if (was === null || isRoot(was.user) || userOf(after) !== null) return [];
  const source = `USER ${was.user}`;
  return [
    tell(RULE, {
      path: after.path,
      at: { line: 1, endLine: 1 },
      message: `The last stage of the base ends with ${quote(source)}; the head names no user, so the image runs as its base image does, which is mostly root.`,
      remediation: 'End the file with a user without rights.',
      shape: 'user-removed',
      before: source,
      after: null,
    }),
  ];
}

/** The user of a Dockerfile's last stage, where that is root by name. */
function ofDockerfile(side: FileSide): readonly Weakness[] {
  const found = userOf(side);
  if (found === null || !isRoot(found.user)) return [];
  const range = found.instruction.getRange();
  const starts = linesOf(side).starts;
  const start = (starts[range.start.line] ?? 0) + range.start.character;
  const end = (starts[range.end.line] ?? 0) + range.end.character;
  return [
    {
      key: 'dockerfile|root',
      shape: 'root',
      start,
      end,
      scope: { name: 'last stage', start, end },
      message: `The image of the last stage runs as root: ${quote(side.text.slice(start, end))}.`,
      remediation: 'End the file with a user without rights.',
      level: 'warning',
    },
  ];
}

function concerns(path: string): boolean {
  return mayBeInfrastructure(path) || mayHoldCommands(path);
}

function judge(side: FileSide): Judged {
  const judged = judgeInfrastructure(side, REMEDIATION, ofSetting, ofCommand);
  return { weaknesses: [...judged.weaknesses, ...ofDockerfile(side), ...ofWorkflow(side)], scopes: judged.scopes };
}

function detect(subject: GuardrailSubject, context: GuardrailContext): Answer {
  const answer = judgeLoosening(RULE, subject, context, concerns, judge);
  const { before, after } = sidesOf(subject, concerns);
  const removed = userRemoved(before, after);
  return answerOf([...(answer.state === 'findings' ? answer.detections : []), ...removed]);
}

/** See README.md of this folder. */
export const privilegedContainer = { rule: RULE, concerns, removals: nowhere, detect } satisfies GuardrailDetector;
