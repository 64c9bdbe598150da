import type { FileSide } from '../../../src/core/detector.ts';
import { isOff, isOn, judgeInfrastructure, type Opinion } from '../support/infra.ts';
import { programStatement, statementAround, statementsOf } from '../support/policy.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { mayBeInfrastructure, normal, type Setting } from '../support/settings.ts';
import { type Command, mayHoldCommands } from '../support/shell.ts';

const RULE = guardrailRule('public-storage', {
  shortDescription: 'Stored data becomes readable or writable by everybody',
  help: 'An access list, a policy or a switch opens a bucket, a container, a database or an image to the whole world. Data that was uploaded for one purpose is then found and copied by scanners within hours. Keep storage private and hand out access by identity, by signed addresses, or through a delivery network that reads the bucket.',
  level: 'error',
  confidence: 'medium',
  cwe: [732, 284],
  requires: ['beforeAfter'],
});

const REMEDIATION =
  'Keep it private; grant access to named identities, or serve it through signed addresses or a delivery network.';

const ACCESS_KEY =
  /^(?:acl|accesscontrol|cannedacl|predefinedacl|predefineddefaultobjectacl|bucketacl|defaultacl|objectacl|permission|xamzacl|accesscontrollist|canned|s3acl)$/;
const PUBLIC_ACCESS = /(?:publicread(?:write)?|authenticatedread|allusers|publicrw|publicreadonly)$/;
const BLOCKS = /^(?:blockpublicacls|blockpublicpolicy|ignorepublicacls|restrictpublicbuckets|blockpublicaccess)$/;
const ALLOWS =
  /^(?:publicreadaccess|allowblobpublicaccess|allownesteditemstobepublic|publiclyaccessible|allowpublicaccess|publicaccess|ispublic|makepublic)$/;
const CONTAINER_ACCESS =
  /^(?:containeraccesstype|publicaccess|publicaccesslevel|containerpublicaccess|publicaccesstype)$/;
const EVERYBODY =
  /^(?:allusers|allauthenticatedusers|(?:reader|owner|writer)allusers|(?:reader|owner|writer)allauthenticatedusers)$/;
const STORES = /bucket|storage|s3|gcs|blob|object|bigquery|dataset|artifactregistry|pubsub/;

function ofSetting(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, values } = setting;
  if (key.endsWith('()')) return ofCall(setting);
  const plain = values.map(normal);
  if (ACCESS_KEY.test(key) && plain.some((value) => PUBLIC_ACCESS.test(value))) {
    return { shape: 'public-acl', what: 'An access list that includes everybody' };
  }
  if (values.some((value) => /acs\.amazonaws\.com\/groups\/global\/(?:AllUsers|AuthenticatedUsers)/.test(value)))
    return { shape: 'public-grant', what: 'A grant to everybody' };
  if (BLOCKS.test(key) && isOff(setting))
    return { shape: 'public-block-off', what: 'The block on public access is switched off' };
  if (
    CONTAINER_ACCESS.test(key) &&
    plain.some((value) =>
      /^(?:blob|container|publicaccess(?:type)?(?:blob|container)|.*(?:objectread|objectreadwithoutlist))$/.test(value),
    )
  )
    return { shape: 'public-container', what: 'A container that everybody may read' };
  if (ALLOWS.test(key) && isOn(setting) && !(key === 'ispublic' && setting.value === null)) {
    const database = key === 'publiclyaccessible';
    return {
      shape: database ? 'public-database' : 'public-switch',
      what: database ? 'A database with a public address' : 'Public access is allowed',
    };
  }
  if (
    /^(?:members?|entity|roleentity|grantee|identity)$/.test(key) &&
    plain.some((value) => EVERYBODY.test(value)) &&
    (STORES.test(`${setting.type} ${setting.scope.name.toLowerCase()}`) || /entity/.test(key))
  ) {
    return { shape: 'public-member', what: 'Everybody is a member' };
  }
  if (key === 'publicaccessprevention' && plain.some((value) => /^(?:inherited|unspecified)$/.test(value)))
    return { shape: 'public-block-off', what: 'The block on public access is left to others', level: 'warning' };
  if (/^(?:specialgroup|iammember)$/.test(key) && plain.some((value) => EVERYBODY.test(value)))
    return { shape: 'public-member', what: 'Everybody is a member' };
  if (
    /^(?:group|usergroup|groupnames|attributes)$/.test(key) &&
    plain.includes('all') &&
    /snapshot|ami|image|launchpermission/.test(setting.type + setting.path.join(''))
  )
    return { shape: 'public-image', what: 'An image or snapshot shared with everybody' };
  if (key === 'defaultaction' && plain.includes('allow') && /storageaccount/.test(setting.type))
    return { shape: 'open-storage-network', what: 'Storage that every network may reach', level: 'warning' };
  return policyOpinion(setting, settings);
}

/** An S3 policy that lets everybody in. */
function policyOpinion(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, value, values } = setting;
  const spread = value === null && key === 'aws' && values.includes('*');
  if (!spread && !/^(?:not)?principals?$/.test(key)) return null;
  const statement = spread
    ? statementAround(setting, settings)
    : value === null
      ? programStatement(setting, settings)
      : statementsOf(setting);
  if (statement === null || !statement.allows || !statement.everybody || statement.conditioned) return null;
  return statement.actions.some((action) => /^(?:s3:|\*)/i.test(action))
    ? { shape: 'public-policy', what: 'A policy that lets everybody use a bucket' }
    : null;
}

function ofCall(setting: Setting): Opinion | null {
  if (
    /(?:^|\.)(?:make_public|makePublic|grantPublicAccess|grant_public_access|DeletePublicAccessBlock(?:Command|Request)?|delete_public_access_block|deletePublicAccessBlock)\(\)$/.test(
      setting.key,
    )
  )
    return { shape: 'public-call', what: 'A call that makes storage public' };
  if (
    /(?:^|\.)(?:set_?(?:bucket_?|object_?|canned_?)?acl|with_?(?:canned_?)?acl|acl|set_public_access|set_container_access_policy|setAccessPolicy)\(\)$/i.test(
      setting.key,
    ) &&
    setting.values.some((value) => PUBLIC_ACCESS.test(normal(value)) || /^(?:container|blob)$/i.test(value))
  ) {
    return { shape: 'public-call', what: 'A call that makes storage public' };
  }
  return null;
}

const COMMANDS: readonly RegExp[] = [
  /\baws\s+s3(?:api)?\b.*--acl[= ](?:public-read(?:-write)?|authenticated-read)\b/,
  /\baws\s+s3api\s+(?:delete-public-access-block|put-bucket-acl\b.*AllUsers)/,
  /\baws\s+s3(?:api|control)\s+put-public-access-block\b.*(?:=false\b|:\s*false\b)/,
  /\baws\s+s3api\s+put-(?:bucket|object)-acl\b.*--grant-\w+\S*.*AllUsers/,
  /\bgsutil\b.*\biam\s+ch\b.*\ball(?:Authenticated)?Users\b/i,
  /\bgsutil\b.*\b(?:acl|defacl)\s+(?:set\s+public-read\S*|ch\b.*\bAll(?:Authenticated)?Users\b)/i,
  /\bgsutil\b.*\s-a\s+public-read/,
  /\bgcloud\s+storage\b.*(?:add-iam-policy-binding\b.*\ball(?:Authenticated)?Users\b|--predefined-acl[= ]public|--no-public-access-prevention)/i,
  /\baz\s+storage\s+container\b.*--public-access[= ](?:blob|container)/,
  /\baz\s+storage\s+account\b.*--allow-blob-public-access[= ](?:true|yes)?/,
  /\b(?:mc|mcli)\s+(?:anonymous|policy)\s+set\s+(?:public|download|upload)/,
  /\bs3cmd\b.*--acl-public\b/,
  /\baws\s+rds\b.*\s--publicly-accessible\b/,
  /\b(?:New-AzStorageContainer|Set-AzStorageContainerAcl|New-AzureStorageContainer)\b.*-Permission\s+(?:Blob|Container)\b/i,
  /\baws\s+ec2\s+modify-(?:snapshot|image)-attribute\b.*(?:--group-names?[= ]all|Group=all)/,
];

function ofCommand(command: Command): Opinion | null {
  const source = command.words.join(' ');
  return COMMANDS.some((pattern) => pattern.test(source))
    ? { shape: 'public-command', what: 'A command that makes storage public' }
    : null;
}

function concerns(path: string): boolean {
  return mayBeInfrastructure(path) || mayHoldCommands(path);
}

function judge(side: FileSide) {
  return judgeInfrastructure(side, REMEDIATION, ofSetting, ofCommand);
}

/** See README.md of this folder. */
export const publicStorage = looseningDetector(RULE, concerns, judge);
