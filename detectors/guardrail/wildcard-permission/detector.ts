import type { FileSide } from '../../../src/core/detector.ts';
import { judgeInfrastructure, type Opinion } from '../support/infra.ts';
import { programStatement, type Statement, statementsOf } from '../support/policy.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { mayBeInfrastructure, normal, type Setting } from '../support/settings.ts';
import { type Command, mayHoldCommands } from '../support/shell.ts';
import { entryOf, get, items, text, texts } from '../support/tree.ts';

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
const MIGHTY = /^(?:iam|sts|organizations|kms|secretsmanager|lambda|ec2|s3|dynamodb|rds|cloudformation|ssm)$/i;

function statementOpinion(statement: Statement): Opinion | null {
  if (!statement.allows) return null;
  const anything = statement.actions.some((action) => /^\*(?::\*)?$/.test(action));
  const anywhere =
    statement.resources.length === 0 ||
    statement.resources.some((resource) => resource === '*' || /^arn:aws[\w-]*:\*/.test(resource));
  if (anything)
    return {
      shape: 'all-actions',
      what: 'Every action is allowed',
      ...(anywhere ? { confidence: 'medium' as const } : {}),
    };
  if (statement.notActions.length > 0 && anywhere)
    return { shape: 'not-action', what: 'Every action but a few is allowed' };
  const service = statement.actions
    .map((action) => /^([\w-]+):\*$/.exec(action)?.[1])
    .find((name) => name !== undefined && MIGHTY.test(name));
  if (service !== undefined && !statement.ofResource && statement.resources.includes('*'))
    return { shape: 'all-of-a-service', what: 'Every action of a service is allowed on everything' };
  const escalates = statement.actions.some((action) =>
    /^iam:(?:PassRole|CreateAccessKey|CreatePolicyVersion|AttachUserPolicy|AttachRolePolicy|PutUserPolicy|PutRolePolicy|UpdateAssumeRolePolicy)$|^sts:AssumeRole$/i.test(
      action,
    ),
  );
  if (escalates && !statement.conditioned && statement.resources.includes('*'))
    return { shape: 'escalation', what: 'An action by which an identity raises itself is allowed on everything' };
  return null;
}

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
  if (/^(?:principals?|identifiers)$/.test(key)) {
    const statement = statementsOf(setting);
    if (statement === null)
      return values.includes('*') && /lambdapermission/.test(setting.type)
        ? { shape: 'everybody', what: 'Everybody may call this function' }
        : null;
    const bucket = statement.actions.some((action) => /^s3:/i.test(action));
    return statement.allows && statement.everybody && !statement.conditioned && !bucket
      ? { shape: 'everybody', what: 'Everybody is allowed' }
      : null;
  }
  if (
    (/policyarns?|managedpolicyarns|policyname$/.test(key) ||
      (key === 'policies' && /function|role|user|group|task/.test(setting.type))) &&
    values.some((value) => /(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)$/.test(value))
  )
    return { shape: 'administrator', what: "An administrator's policy is attached" };
  if (
    /^(?:role|roles|roledefinitionname)$/.test(key) &&
    values.some((value) =>
      /^(?:roles\/(?:owner|editor|iam\.securityAdmin|iam\.serviceAccount(?:TokenCreator|KeyAdmin|Admin)|iam\.(?:organizationR|r)oleAdmin|resourcemanager\.(?:organizationAdmin|projectIamAdmin|folderIamAdmin))|Owner|User Access Administrator)$/.test(
        value,
      ),
    ) &&
    /iam|roleassignment|binding|member|policy|project/.test(setting.type + setting.path.join(''))
  ) {
    return { shape: 'administrator', what: "An administrator's role is granted" };
  }
  if (
    /^members?$/.test(key) &&
    values.some((value) => /^all(?:Authenticated)?Users$/.test(value)) &&
    /^google/.test(setting.type) &&
    !/storage|bucket/.test(setting.type)
  )
    return { shape: 'everybody', what: 'Everybody is a member' };
  if (/^auth(?:orization)?type$/.test(key) && values[0] === 'NONE' && /lambda(?:function)?url/.test(setting.type))
    return { shape: 'everybody', what: 'Everybody may call this function' };
  if (/githubusercontentcomsub$/.test(key) && values.some((value) => /^(?:\*|repo:\*.*|repo:[^/:]*\*.*)$/.test(value)))
    return { shape: 'any-repository', what: 'Workflows of any repository may take the role' };
  if (key === 'roledefinitionid' && values.some((value) => MIGHTY_ROLES.test(value)))
    return { shape: 'administrator', what: "An administrator's role is granted" };
  return kubernetes(setting);
}

/** Owner and User Access Administrator (Azure docs, "Azure built-in roles"). */
const MIGHTY_ROLES = /8e3af657-a8ff-443c-a75c-2fe8c4bcb635|18d7d88d-d35e-4fb5-a5c3-7773c20a72d9/i;

function kubernetes(setting: Setting): Opinion | null {
  const { key, values, parent, type } = setting;
  if (parent === null) return null;
  if (key === 'verbs' && entryOf(parent, 'resources') !== undefined) {
    const resources = texts(get(parent, 'resources'));
    if (
      values.includes('*') &&
      (resources.includes('*') ||
        resources.includes('secrets') ||
        /^(?:rbac\.authorization\.k8s\.io)$/.test(texts(get(parent, 'apiGroups')).join('')))
    )
      return { shape: 'rbac-everything', what: 'Every verb is allowed on every kind of object, or on secrets' };
    if (values.includes('*') && /^clusterrole$|kubernetesclusterrole/.test(type))
      return { shape: 'rbac-verbs', what: 'Every verb is allowed in the whole cluster', level: 'warning' };
    const raising = values.find((value) => /^(?:escalate|bind|impersonate)$/.test(value));
    if (raising !== undefined)
      return { shape: 'rbac-escalation', what: 'A verb by which an identity raises itself is allowed' };
    if (resources.includes('*') && values.some((value) => /^(?:create|update|patch|delete)$/.test(value)))
      return { shape: 'rbac-resources', what: 'Writing is allowed on every kind of object' };
    if (
      /^clusterrole$|kubernetesclusterrole/.test(type) &&
      resources.includes('secrets') &&
      values.some((value) => /^(?:get|list|watch)$/.test(value)) &&
      !items(get(parent, 'resourceNames')).length
    )
      return { shape: 'rbac-secrets', what: 'Every secret of the cluster may be read', level: 'warning' };
    return null;
  }
  if (key === 'name' && setting.path.at(-1) === 'roleref' && values.includes('cluster-admin'))
    return { shape: 'cluster-admin', what: 'The role cluster-admin is given' };
  if (
    key === 'name' &&
    setting.path.at(-1) === 'subjects' &&
    values.some((value) => /^system:(?:anonymous|unauthenticated|authenticated)$/.test(value))
  )
    return { shape: 'rbac-everybody', what: 'A role is given to everybody' };
  if (
    key === 'name' &&
    /rolebinding/.test(type) &&
    setting.path.includes('roleref') &&
    text(setting.value ?? undefined) === 'cluster-admin'
  )
    return { shape: 'cluster-admin', what: 'The role cluster-admin is given' };
  return null;
}

function ofProgram(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, values } = setting;
  if (key === 'roledefinitionid' || /(?:^|\.)subscriptionResourceId\(\)$/.test(key)) {
    if (values.some((value) => MIGHTY_ROLES.test(value)))
      return { shape: 'administrator', what: "An administrator's role is granted" };
  }
  if (key === 'principal') {
    const statement = programStatement(setting, settings);
    const bucket = statement?.actions.some((action) => /^s3:/i.test(action)) === true;
    if (statement?.allows === true && statement.everybody && !statement.conditioned && !bucket)
      return { shape: 'everybody', what: 'Everybody is allowed' };
  }
  if (/^(?:actions?)$/.test(key) && values.some((value) => value === '*' || value === '*:*')) {
    const mates = settings.filter(
      ({ group, key: other }) => group === setting.group && /^(?:resources?|effect)$/.test(other),
    );
    if (mates.some(({ key: other, values: given }) => other === 'effect' && given.some((value) => /deny/i.test(value))))
      return null;
    return mates.length > 0 || /policystatement/.test(setting.type)
      ? { shape: 'all-actions', what: 'Every action is allowed' }
      : null;
  }
  if (
    /(?:fromAwsManagedPolicyName|from_aws_managed_policy_name)\(\)$/.test(key) &&
    values.some((value) => /(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)$/.test(value))
  )
    return { shape: 'administrator', what: "An administrator's policy is attached" };
  if (
    /^policyarns?$/.test(key) &&
    values.some((value) =>
      /(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)$/.test(normal(value) === '' ? '' : value),
    )
  )
    return { shape: 'administrator', what: "An administrator's policy is attached" };
  if (/(?:AnyPrincipal|StarPrincipal|add_any_principal|addAnyPrincipal)\(\)$/.test(key))
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
