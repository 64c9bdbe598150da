import type { FileSide } from '../../../src/core/detector.ts';
import { judgeInfrastructure, type Opinion } from '../support/infra.ts';
import { programStatement, type Statement, statementAround, statementsOf } from '../support/policy.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { mayBeInfrastructure, type Setting } from '../support/settings.ts';
import { type Command, mayHoldCommands } from '../support/shell.ts';
import { get, texts } from '../support/tree.ts';

const RULE = guardrailRule('wildcard-permission', {
  shortDescription: 'A permission covers everything, or everybody has it',
  help: 'A policy with `*` for its actions, a role of an administrator, or a principal that is everybody gives whoever holds it, or breaks into it, the whole account or cluster. Name the actions, the resources and the identities that are needed.',
  level: 'error',
  confidence: 'medium',
  cwe: [732, 250, 269],
  requires: ['beforeAfter'],
});

const REMEDIATION = 'Name the actions, the resources and the identities that are needed, and nothing else.';

/** Services whose every action is as good as all of the account. */
const MIGHTY = /^(?:iam|sts|organizations|kms|secretsmanager|lambda|ec2|s3|dynamodb|rds|cloudformation|ssm):\*+$/i;

/** Actions by which an identity gives itself, or takes, the rights of another (AWS docs, "Grant a user permissions to pass a role"). */
const RAISING: readonly string[] = [
  'iam:passrole',
  'iam:createaccesskey',
  'iam:createpolicyversion',
  'iam:attachuserpolicy',
  'iam:attachrolepolicy',
  'iam:putuserpolicy',
  'iam:putrolepolicy',
  'iam:updateassumerolepolicy',
  'sts:assumerole',
];

/** Whether an action of a policy is one that raises, or its `*` and `?` cover one. */
function raises(action: string): boolean {
  const parts = action.toLowerCase().split(/[*?]+/);
  const [head = '', tail = ''] = [parts[0], parts.at(-1)];
  if (parts.length === 1) return RAISING.includes(head);
  // A service's name alone covers everything, which is told in other words.
  return /:./.test(head + tail) && RAISING.some((each) => each.startsWith(head) && each.endsWith(tail));
}

function statementOpinion(statement: Statement): Opinion | null {
  if (!statement.allows) return null;
  if (statement.actions.some((action) => /^[*?]+(?::[*?]+)?$/.test(action)))
    return { shape: 'all-actions', what: 'Every action is allowed' };
  const everything = statement.resources.includes('*');
  const anywhere =
    everything ||
    statement.resources.length === 0 ||
    statement.resources.some((resource) => /^arn:aws[\w-]*:\*/.test(resource));
  if (statement.notActions.length > 0 && anywhere)
    return { shape: 'not-action', what: 'Every action but a few is allowed' };
  if (!everything) return null;
  const ofService = statement.actions.some((action) => MIGHTY.test(action));
  if (ofService && !statement.ofResource)
    return { shape: 'all-of-a-service', what: 'Every action of a service is allowed on everything' };
  if (!statement.conditioned && statement.actions.some(raises))
    return { shape: 'escalation', what: 'An action by which an identity raises itself is allowed on everything' };
  return null;
}

/** A trust or resource policy that anyone may use; what is said of buckets is the rule public-storage's. */
function everybodyOpinion(statement: Statement | null): Opinion | null {
  if (statement === null) return null;
  const bucket = statement.actions.some((action) => /^s3:/i.test(action));
  return statement.allows && statement.everybody && !statement.conditioned && !bucket
    ? { shape: 'everybody', what: 'Everybody is allowed' }
    : null;
}

const ADMINISTRATOR_POLICY = /(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;
const POLICY_ATTACHED: Opinion = { shape: 'administrator', what: "An administrator's policy is attached" };
const ROLE_GRANTED: Opinion = { shape: 'administrator', what: "An administrator's role is granted" };
const ANYBODY_CALLS: Opinion = { shape: 'everybody', what: 'Everybody may call this function' };

function ofSetting(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, values } = setting;
  if (setting.value === null) return ofProgram(setting, settings);
  if (/^(?:actions?|notactions?)$/.test(key)) {
    const statement = statementsOf(setting);
    if (statement !== null) return statementOpinion(statement);
    if (values.includes('*') && /roledefinition|permission|policy|role/.test(setting.type + setting.path.join('')))
      return { shape: 'all-actions', what: 'Every action is allowed' };
    return null;
  }
  if (/^(?:not)?principals?$/.test(key)) return everybodyOpinion(statementsOf(setting));
  if (
    (/policyarns?$|policyname$/.test(key) ||
      (key === 'policies' && /function|role|user|group|task/.test(setting.type))) &&
    values.some((value) => ADMINISTRATOR_POLICY.test(value))
  )
    return POLICY_ATTACHED;
  if (
    /^(?:role|roles|roledefinitionname)$/.test(key) &&
    values.some((value) => ADMINISTRATOR_ROLE.test(value)) &&
    /iam|roleassignment|binding|member|policy|project/.test(setting.type + setting.path.join(''))
  )
    return ROLE_GRANTED;
  if (
    /^members?$/.test(key) &&
    values.some((value) => /^all(?:Authenticated)?Users$/.test(value)) &&
    /^(?:google|iam(?:policy|partialpolicy))(?!.*(?:storage|bucket))/.test(setting.type)
  )
    return { shape: 'everybody', what: 'Everybody is a member' };
  if (
    /^auth(?:orization)?type$/.test(key) &&
    values[0] === 'NONE' &&
    /lambda(?:function)?url|lambdaurl/.test(setting.type)
  )
    return ANYBODY_CALLS;
  if (/githubusercontentcomsub$/.test(key) && values.some((value) => /^(?:\*|repo:\*.*|repo:[^/:]*\*.*)$/.test(value)))
    return { shape: 'any-repository', what: 'Workflows of any repository may take the role' };
  if (key === 'roledefinitionid' && values.some((value) => MIGHTY_ROLES.test(value))) return ROLE_GRANTED;
  return kubernetes(setting);
}

/** Roles that give every right, or the giving of rights (Google docs, "IAM basic and predefined roles reference"; Azure's names). */
const ADMINISTRATOR_ROLE =
  /^(?:roles\/(?:owner|editor|iam\.securityAdmin|iam\.serviceAccount(?:TokenCreator|KeyAdmin|Admin)|iam\.(?:organizationR|r)oleAdmin|resourcemanager\.(?:organizationAdmin|projectIamAdmin|folderIamAdmin))|Owner|User Access Administrator)$/;
/** Owner and User Access Administrator (Azure docs, "Azure built-in roles"). */
const MIGHTY_ROLES = /8e3af657-a8ff-443c-a75c-2fe8c4bcb635|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9/i;

function kubernetes(setting: Setting): Opinion | null {
  const { key, values, path } = setting;
  if (key === 'verbs') return ofVerbs(setting);
  if (key === 'name' && path.at(-1) === 'roleref' && values.includes('cluster-admin'))
    return { shape: 'cluster-admin', what: 'The role cluster-admin is given' };
  if (
    key === 'name' &&
    path.at(-1) === 'subjects' &&
    values.some((value) => /^system:(?:anonymous|unauthenticated|authenticated|serviceaccounts)$/.test(value))
  )
    return { shape: 'rbac-everybody', what: 'A role is given to everybody' };
  return null;
}

/** What a rule of a role allows on which kinds of object (Kubernetes docs, "RBAC Good Practices"). */
function ofVerbs({ values, parent, type }: Setting): Opinion | null {
  const rule = parent ?? undefined;
  const resources = texts(get(rule, 'resources'));
  const ofCluster = /^clusterrole$|kubernetesclusterrole/.test(type);
  const mighty =
    resources.some((resource) => /^(?:\*|secrets)$/.test(resource)) ||
    texts(get(rule, 'apiGroups')).includes('rbac.authorization.k8s.io');
  if (values.includes('*') && mighty)
    return { shape: 'rbac-everything', what: 'Every verb is allowed on every kind of object, on secrets or on roles' };
  if (values.includes('*') && ofCluster && resources.length > 0)
    return { shape: 'rbac-verbs', what: 'Every verb is allowed in the whole cluster', level: 'warning' };
  if (values.some((value) => /^(?:escalate|bind|impersonate)$/.test(value)))
    return { shape: 'rbac-escalation', what: 'A verb by which an identity raises itself is allowed' };
  if (resources.includes('*') && values.some((value) => /^(?:create|update|patch|delete)$/.test(value)))
    return { shape: 'rbac-resources', what: 'Writing is allowed on every kind of object' };
  const reads = values.some((value) => /^(?:get|list|watch)$/.test(value));
  if (ofCluster && reads && resources.includes('secrets') && get(rule, 'resourceNames') === undefined)
    return { shape: 'rbac-secrets', what: 'Every secret of the cluster may be read', level: 'warning' };
  return null;
}

function ofProgram(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, values } = setting;
  if (
    /^roledefinitionid$|(?:^|\.)subscriptionResourceId\(\)$/.test(key) &&
    values.some((value) => MIGHTY_ROLES.test(value))
  )
    return ROLE_GRANTED;
  if (key === 'principal') return everybodyOpinion(programStatement(setting, settings));
  if (key === 'aws' && values.includes('*')) return everybodyOpinion(statementAround(setting, settings));
  if (/^actions?$/.test(key) && values.some((value) => /^\*(?::\*)?$/.test(value))) {
    const statement = programStatement(setting, settings);
    const isStatement =
      /policystatement/.test(setting.type) ||
      settings.some(({ group, key: other }) => group === setting.group && /^(?:resources?|effect)$/.test(other));
    return statement?.allows === true && isStatement ? { shape: 'all-actions', what: 'Every action is allowed' } : null;
  }
  if (
    /^policyarns?$|from_?aws_?managed_?policy_?name\(\)$/i.test(key) &&
    values.some((value) => ADMINISTRATOR_POLICY.test(value))
  )
    return POLICY_ATTACHED;
  if (/(?:(?:Any|Star)Principal|add_any_principal)\(\)$/.test(key))
    return { shape: 'everybody', what: 'Everybody is allowed', level: 'warning' };
  return null;
}

const COMMANDS: readonly (readonly [RegExp, string, string])[] = [
  [
    /\baws\s+iam\s+attach-\w+-policy\b.*(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)/,
    'administrator',
    "A command that attaches an administrator's policy",
  ],
  [
    /\bkubectl\b.*\bcreate\s+(?:clusterrolebinding|rolebinding)\b.*--clusterrole[= ]cluster-admin\b/,
    'cluster-admin',
    'A command that gives the role cluster-admin',
  ],
  [
    /\baws\s+iam\s+(?:put-\w+-policy|create-policy)\b.*"Effect"\s*:\s*"Allow".*"Action"\s*:\s*\[?\s*"\*"/,
    'all-actions',
    'A command that allows every action',
  ],
  [/\bkubectl\b.*\bcreate\s+(?:cluster)?role\b.*--verb[= ]\*/, 'rbac-everything', 'A command that allows every verb'],
  [
    /\bgcloud\b.*\badd-iam-policy-binding\b.*--role[= ]roles\/(?:owner|editor)\b/,
    'administrator',
    "A command that grants an administrator's role",
  ],
  [
    /\bgcloud\s+(?:run|functions)\b.*(?:--allow-unauthenticated\b|--member[= ]["']?allUsers)/,
    'everybody',
    'A command that lets everybody call a service',
  ],
  [
    /\baz\s+role\s+assignment\s+create\b.*--role[= ](?:Owner|["']?User Access Administrator)/,
    'administrator',
    "A command that grants an administrator's role",
  ],
  [
    /\baws\s+lambda\s+add-permission\b.*--principal[= ]["']?\*/,
    'everybody',
    'A command that lets everybody call a function',
  ],
  [
    /\bchmod\s+(?:-\w+\s+)*(?:0?777|a\+rwx|ugo\+rwx)\b/,
    'world-writable',
    'A command that lets everybody on the machine write',
  ],
  [/NOPASSWD:\s*ALL/, 'sudo', 'A rule that lets a user do everything without a password'],
];

function ofCommand(command: Command): Opinion | null {
  const source = command.words.join(' ');
  const found = COMMANDS.find(([pattern]) => pattern.test(source));
  if (found === undefined) return null;
  return { shape: found[1], what: found[2], ...(found[1] === 'world-writable' ? { level: 'warning' as const } : {}) };
}

function concerns(path: string): boolean {
  return mayBeInfrastructure(path) || mayHoldCommands(path);
}

function judge(side: FileSide) {
  return judgeInfrastructure(side, REMEDIATION, ofSetting, ofCommand);
}

/** See README.md of this folder. */
export const wildcardPermission = looseningDetector(RULE, concerns, judge);
