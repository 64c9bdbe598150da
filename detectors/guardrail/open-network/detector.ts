import type { FileSide } from '../../../src/core/detector.ts';
import { isOn, judgeInfrastructure, type Opinion } from '../support/infra.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { mayBeInfrastructure, normal, type Setting } from '../support/settings.ts';
import { type Command, mayHoldCommands } from '../support/shell.ts';
import { coversAdminPort, type Ports, portsAt, portsOf, rangesIn } from './ports.ts';

const RULE = guardrailRule('open-network', {
  shortDescription: 'A port for administrators or databases opens to the whole internet',
  help: 'A firewall rule, security group or endpoint lets every address reach a port that only few should: remote shells and desktops, databases, queues, cluster interfaces. Such ports are found and tried within minutes. Name the networks that need them, or go through a bastion, a private network or a session service.',
  level: 'error',
  confidence: 'medium',
  cwe: [284, 668],
  requires: ['beforeAfter'],
});

const REMEDIATION = 'Name the networks that need the port, or reach it through a private network or a session service.';

const SOURCE =
  /^(?:cidrblocks?|cidrip|cidripv[46]|ipv6cidrblocks?|cidripv6|cidrs?|fromcidr|sourceranges?|srcipranges|sourceaddressprefix(?:es)?|sourcecidr|sourceiprange|remoteipprefix|sourceaddresses|inboundcidrs?|allowedcidrs?|allowedcidrblocks|ingresscidrblocks|sourceips?|cidripv4|cidr4|ipranges|source)$/;
/**
 * Every address, in each spelling. A network of more than 2^24 addresses is nobody's own (RFC 4632; 0.0.0.0/1 and
 * 128.0.0.0/1 together are all), nor is one of IPv6 that is wider than the private addresses of RFC 4193 (fc00::/7).
 */
const EVERYWHERE = /^(?:0\.0\.0\.0|(?:\d+\.){3}\d+\/[0-7]|::|[\da-f]*:[\da-f:]*\/[0-6]|any|internet|\*)$/i;
const NETWORK = /\/[0-7]$/;
const OUTWARD = /egress|outbound/;
const RULES = /securitygroup|firewall|ingress|networkacl|nsg|securityrule|networkrule|networksecurity|sgrule|aclrule/;
/** Interfaces that are open by a switch or a list without ports. */
const PLANES =
  /^(?:publicaccesscidrs|masterauthorizednetworksconfig|authorizednetworks|authorizedipranges|apiserverauthorizedipranges|apiserveraccess|whitelistedips|firewallrules|loadbalancersourceranges)$/;

type Says = (key: RegExp, value: RegExp) => boolean;

function sayingsOf(mates: readonly Setting[]): Says {
  return (key, value) => mates.some((mate) => key.test(mate.key) && mate.values.some((given) => value.test(given)));
}

function isDenied(says: Says): boolean {
  return says(/^(?:access|action|ruleaction|effect)$/, /^(?:deny|drop|reject)$/i);
}

function isOutward(setting: Setting, settings: readonly Setting[]): boolean {
  if (setting.path.some((part) => OUTWARD.test(part)) || OUTWARD.test(setting.type)) return true;
  // A rule may say at its head what its addresses, in a block of their own, are for.
  const says = sayingsOf(
    settings.filter(
      ({ group, scope, path }) => group === setting.group || (scope === setting.scope && path.length === 0),
    ),
  );
  return (
    says(/^(?:direction|type|trafficdirection)$/, /^(?:egress|outbound)$/i) ||
    says(/^egress$/, /^true$/i) ||
    isDenied(says)
  );
}

/** The ports that are named in the same map as a setting, or in blocks inside it (`allow { ports }`). */
function portsBeside({ scope, parent }: Setting, settings: readonly Setting[]): Ports {
  return portsOf(
    settings.filter(
      (other) => other.scope === scope && parent !== null && other.start >= parent.start && other.end <= parent.end,
    ),
  );
}

/** A range of addresses of a database's firewall that holds half of all or more. */
function isWideRange(setting: Setting, settings: readonly Setting[]): boolean {
  if (setting.key !== 'startipaddress') return false;
  const end = settings.find(({ group, key }) => group === setting.group && key === 'endipaddress');
  return firstByte(end) - firstByte(setting) >= 127;
}

function firstByte(setting: Setting | undefined): number {
  return Number.parseInt(setting?.values[0] ?? '', 10);
}

/** What a network policy lets in from everywhere; a port that is named and meant for everybody is no weak spot. */
function ofPolicy(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const from = settings.find(({ key, start, end }) => key === 'from' && start < setting.start && setting.end <= end);
  const ports = from === undefined ? null : portsBeside(from, settings);
  return ports !== null && ports.ranges.length > 0 && !coversAdminPort(ports)
    ? null
    : { shape: 'open-policy', what: 'A network policy admits every address', level: 'warning' };
}

function ofSetting(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, values, path } = setting;
  if (setting.value === null) return ofProgram(setting, settings);
  if (isWideRange(setting, settings)) return { shape: 'open-interface', what: 'A database is open to every address' };
  const everywhere = values.filter((value) => EVERYWHERE.test(value));
  if (everywhere.length === 0) return endpoint(setting) ?? published(setting);
  if (everywhere.some((value) => NETWORK.test(value)) && [...path, key].some((part) => PLANES.test(part)))
    return { shape: 'open-interface', what: 'The interface of a cluster or a database is open to every address' };
  if (!SOURCE.test(key) || isOutward(setting, settings)) return null;
  if (path.at(-1) === 'ipblock') return ofPolicy(setting, settings);
  if (key === 'source' && !RULES.test(`${setting.type}.${path.join('.')}.${normal(setting.scope.name)}`)) return null;
  return portOpinion(portsBeside(setting, settings));
}

function portOpinion(ports: Ports): Opinion | null {
  return coversAdminPort(ports)
    ? {
        shape: ports.all ? 'all-ports' : 'admin-port',
        what: `Every address may reach ${ports.all ? 'every port' : `port ${ports.shown}`}`,
      }
    : null;
}

/** A port of a composed service that is published on every address by name: `0.0.0.0:5432:5432`. */
function published(setting: Setting): Opinion | null {
  if (!/^(?:published)?ports$/.test(setting.key)) return null;
  const open = setting.values.some((value) => {
    const port = /^(?:0\.0\.0\.0|\[::\]):\d+:(\d+)(?:\/\w+)?$/.exec(value)?.[1];
    return port !== undefined && coversAdminPort(portsAt([Number(port)]));
  });
  return open
    ? { shape: 'published-port', what: 'A port for administrators or databases is published on every address' }
    : null;
}

/** Switches that take the network's borders away. */
function endpoint(setting: Setting): Opinion | null {
  if (
    /^(?:publicnetworkaccess(?:enabled)?)$/.test(setting.key) &&
    isOn(setting) &&
    /sql|postgres|mysql|mariadb|cosmos|redis|keyvault|database|kusto|synapse/.test(setting.type)
  )
    return {
      shape: 'public-endpoint',
      what: 'A database or vault is reachable from public networks',
      level: 'warning',
    };
  if (
    setting.key === 'ingress' &&
    setting.value?.kind === 'list' &&
    /networkpolicy/.test(setting.type) &&
    setting.value.items.some((item) => item.kind === 'map' && item.entries.length === 0)
  )
    return { shape: 'open-policy', what: 'A network policy admits everything', level: 'warning' };
  return null;
}

function ofProgram(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, values } = setting;
  const fromAnywhere = /(allowDefaultPort|allow_default_port|allow)_?from_?any_?ipv4\(\)$/i.exec(key)?.[1];
  if (fromAnywhere !== undefined)
    return /^allow$/i.test(fromAnywhere)
      ? callOpinion(values)
      : { shape: 'admin-port', what: 'Every address may reach the default port' };
  if (/(?:add_?ingress_?rule|allow_?from)\(\)$/i.test(key))
    return values.some((value) => /any_?ipv[46]$/i.test(value) || (EVERYWHERE.test(value) && NETWORK.test(value)))
      ? callOpinion(values)
      : null;
  const everywhere = SOURCE.test(key) ? values.filter((value) => EVERYWHERE.test(value)) : [];
  if (everywhere.length === 0) return null;
  const mates = settings.filter(({ group }) => group === setting.group);
  const says = sayingsOf(mates);
  // A star alone says little in a program; beside “access: Allow” it is a security rule's source.
  if (everywhere.every((value) => value === '*') && !says(/^access$/, /^allow$/i)) return null;
  if (isDenied(says) || says(/^(?:type|direction)$/, /^(?:egress|outbound)$/i)) return null;
  return portOpinion(portsOf(/firewall/.test(setting.type) ? ofSameCall(setting, settings) : mates));
}

/** The settings of a firewall, whose ports stand in a list of their own beside its sources. */
function ofSameCall(setting: Setting, settings: readonly Setting[]): readonly Setting[] {
  const calls = settings.filter(({ key }) => normal(key) === setting.type).map(({ start }) => start);
  const begin = calls.findLast((start) => start < setting.start) ?? 0;
  const end = calls.find((start) => start > setting.start) ?? Number.POSITIVE_INFINITY;
  return settings.filter(({ type, start }) => type === setting.type && start > begin && start < end);
}

function callOpinion(values: readonly string[]): Opinion | null {
  if (values.some((value) => /all_?(?:Traffic|Tcp)$/i.test(value))) return portOpinion({ ...portsAt([]), all: true });
  return portOpinion(portsAt(values.filter((value) => /^\d+$/.test(value)).map(Number)));
}

const OPEN_COMMANDS =
  /\b(?:aws\s+ec2\s+authorize-security-group-ingress|gcloud\s+compute\s+firewall-rules\s+(?:create|update)|az\s+network\s+nsg\s+rule\s+(?:create|update)|doctl\s+compute\s+firewall|openstack\s+security\s+group\s+rule\s+create|hcloud\s+firewall\s+add-rule)\b/;

const FIREWALL_OFF =
  /^(?:sudo )?(?:ufw (?:--force )?disable\b|iptables (?:-F|--flush|-P INPUT ACCEPT)\b|setenforce 0\b|systemctl (?:stop|disable) (?:--now )?(?:firewalld|ufw))/;
const NOT_INWARD = /--(?:egress|direction[= ](?:EGRESS|Outbound)|access[= ]Deny|action[= ]DENY)/i;
const PORT_OPTION =
  /--(?:port|dst-port|destination-port-ranges?|allow|rules|ports?|ip-permissions)[= ](\S+(?:\s+\d\S*)*)/;

function ofCommand(command: Command): Opinion | null {
  const source = command.words.join(' ');
  if (FIREWALL_OFF.test(source))
    return { shape: 'firewall-off', what: 'A command that switches the firewall off', level: 'warning' };
  if (!OPEN_COMMANDS.test(source) || NOT_INWARD.test(source)) return null;
  const everywhere =
    /(?:0\.0\.0\.0|::)\/0|--source-address-prefixes?[= ](?:\*|Internet|Any)/i.test(source) ||
    (/firewall-rules create/.test(source) && !/--source-(?:ranges|tags|service-accounts)/.test(source));
  const given = PORT_OPTION.exec(source)?.[1] ?? '';
  const all = given === '*' || /--protocol[= ](?:-1|all)\b|--allow[= ]all\b|IpProtocol\W{1,4}-1\b/.test(source);
  return everywhere && coversAdminPort({ ranges: rangesIn(given), all, shown: given })
    ? { shape: 'admin-port', what: 'A command that lets every address reach an administrative port' }
    : null;
}

function concerns(path: string): boolean {
  return mayBeInfrastructure(path) || mayHoldCommands(path);
}

function judge(side: FileSide) {
  return judgeInfrastructure(side, REMEDIATION, ofSetting, ofCommand);
}

/** See README.md of this folder. */
export const openNetwork = looseningDetector(RULE, concerns, judge);
