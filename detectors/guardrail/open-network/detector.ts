import type { FileSide } from '../../../src/core/detector.ts';
import { isOn, judgeInfrastructure, type Opinion } from '../support/infra.ts';
import { guardrailRule, looseningDetector } from '../support/rule.ts';
import { mayBeInfrastructure, normal, type Setting } from '../support/settings.ts';
import { type Command, mayHoldCommands } from '../support/shell.ts';
import { coversAdminPort, type Ports, portsOf } from './ports.ts';

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
  /^(?:cidrblocks?|cidrip|cidripv[46]|ipv6cidrblocks?|cidripv6|cidrs?|sourceranges?|sourceaddressprefix(?:es)?|sourcecidr|sourceiprange|remoteipprefix|sourceaddresses|inboundcidrs?|allowedcidrs?|allowedcidrblocks|ingresscidrblocks|sourceips?|cidripv4|cidr4|ipranges|source)$/;
const EVERYWHERE = /^(?:0\.0\.0\.0(?:\/0)?|::(?:\/0)?|0::0\/0|any|internet|\*)$/i;
const OUTWARD = /egress|outbound/;
const RULES = /securitygroup|firewall|ingress|networkacl|nsg|securityrule|networkrule|networksecurity|sgrule|aclrule/;
/** Interfaces that are open by a switch or a list without ports. */
const PLANES =
  /^(?:publicaccesscidrs|masterauthorizednetworksconfig|authorizednetworks|authorizedipranges|apiserverauthorizedipranges|apiserveraccess|whitelistedips|firewallrules|loadbalancersourceranges)$/;

function isOutward(setting: Setting, settings: readonly Setting[]): boolean {
  if (setting.path.some((part) => OUTWARD.test(part)) || OUTWARD.test(setting.type)) return true;
  const mates = settings.filter(({ group, scope }) => group === setting.group && scope === setting.scope);
  const says = (key: RegExp, value: RegExp) =>
    mates.some((mate) => key.test(mate.key) && mate.values.some((given) => value.test(given)));
  if (says(/^(?:direction|type|trafficdirection)$/, /^(?:egress|outbound)$/i) || says(/^egress$/, /^true$/i))
    return true;
  return (
    says(/^(?:access|action|ruleaction|effect)$/, /^(?:deny|drop|reject)$/i) ||
    settings.some(
      (other) =>
        other.scope === setting.scope &&
        other.path.length === 0 &&
        /^direction$/.test(other.key) &&
        /^egress$/i.test(other.values[0] ?? ''),
    )
  );
}

/** Settings that say which ports a source may reach: those beside it, or in blocks of the same rule. */
function portsBeside(setting: Setting, settings: readonly Setting[]): Ports | null {
  const within = settings.filter(
    (other) => other.scope === setting.scope && (other.group === setting.group || isNested(other, setting)),
  );
  return portsOf(within);
}

/** The blocks of a rule that has its ports apart from its sources (`allow { ports }`, `properties`). */
function isNested(other: Setting, setting: Setting): boolean {
  if (/firewall/.test(setting.type)) return true;
  return setting.parent !== null && other.start >= setting.parent.start && other.end <= setting.parent.end;
}

function ofSetting(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, values } = setting;
  if (setting.value === null) return ofProgram(setting, settings);
  if (!values.some((value) => EVERYWHERE.test(value))) return endpoint(setting) ?? published(setting);
  const networks = values.some((value) => /^(?:0\.0\.0\.0\/0|::\/0)$/.test(value));
  if (networks && (PLANES.test(key) || setting.path.some((part) => PLANES.test(part))))
    return { shape: 'open-interface', what: 'The interface of a cluster or a database is open to every address' };
  if (key === 'value' && setting.path.some((part) => /authorizednetworks/.test(part)))
    return { shape: 'open-interface', what: 'A database is open to every address' };
  if (
    /^startipaddress$/.test(key) &&
    settings.some(
      (other) =>
        other.group === setting.group && /^endipaddress$/.test(other.key) && other.values.includes('255.255.255.255'),
    )
  )
    return { shape: 'open-interface', what: 'A database is open to every address' };
  if (!SOURCE.test(key) || isOutward(setting, settings)) return null;
  const context = `${setting.type}.${setting.path.join('.')}.${normal(setting.scope.name)}`;
  if (key === 'cidr' && setting.path.includes('ipblock'))
    return setting.path.includes('ingress')
      ? { shape: 'open-policy', what: 'A network policy lets every address in', level: 'warning' }
      : null;
  if (!RULES.test(context) && portsBeside(setting, settings) === null) return null;
  if (key === 'source' && !RULES.test(context)) return null;
  // A route or a subnet of every address is not a rule about who may come in.
  if (/route|subnet|vpc(?!securitygroup)|peering/.test(setting.type) && !RULES.test(setting.type)) return null;
  const ports = portsBeside(setting, settings);
  if (ports === null) return null;
  return coversAdminPort(ports)
    ? {
        shape: ports.all ? 'all-ports' : 'admin-port',
        what: `Every address may reach ${ports.all ? 'every port' : `port ${ports.shown}`}`,
      }
    : null;
}

/** A port of a composed service that is published on every address by name: `0.0.0.0:5432:5432`. */
function published(setting: Setting): Opinion | null {
  if (setting.key !== 'ports' || setting.type !== 'service') return null;
  const open = setting.values.find((value) => {
    const port = /^(?:0\.0\.0\.0|\[::\]):\d+:(\d+)(?:\/\w+)?$/.exec(value)?.[1];
    return port !== undefined && coversAdminPort({ ranges: [[Number(port), Number(port)]], all: false, shown: port });
  });
  return open === undefined
    ? null
    : { shape: 'published-port', what: 'A port for administrators or databases is published on every address' };
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
    return { shape: 'open-policy', what: 'A network policy lets everything in', level: 'warning' };
  return null;
}

function ofProgram(setting: Setting, settings: readonly Setting[]): Opinion | null {
  const { key, values } = setting;
  if (
    /(?:addIngressRule|add_ingress_rule|allowFrom|allow_from|AddIngressRule)\(\)$/.test(key) &&
    values.some((value) => /anyIpv[46]|any_ipv[46]|AnyIpv[46]|0\.0\.0\.0\/0|::\/0/.test(value))
  )
    return callOpinion(values);
  if (
    /(?:allowFromAnyIpv4|allow_from_any_ipv4|allowDefaultPortFromAnyIpv4|allow_default_port_from_any_ipv4)\(\)$/.test(
      key,
    )
  )
    return key.includes('efaultPort') || key.includes('default_port')
      ? { shape: 'admin-port', what: 'Every address may reach the default port' }
      : callOpinion(values);
  if (SOURCE.test(key) && values.some((value) => EVERYWHERE.test(value))) {
    const mates = settings.filter(({ group }) => group === setting.group);
    // A star alone says little in a program; beside “access: Allow” it is a security rule's source.
    const allows = mates.some((mate) => mate.key === 'access' && mate.values.some((value) => /^allow$/i.test(value)));
    if (!allows && values.every((value) => !EVERYWHERE.test(value) || value === '*')) return null;
    if (
      mates.some(
        (mate) =>
          /^(?:type|direction)$/.test(mate.key) && mate.values.some((value) => OUTWARD.test(value.toLowerCase())),
      )
    )
      return null;
    // A firewall's ports stand in a list of their own beside its sources.
    const near = /firewall/i.test(setting.type)
      ? settings.filter(({ start }) => Math.abs(start - setting.start) < 600)
      : mates;
    const ports = portsOf(near);
    return ports !== null && coversAdminPort(ports)
      ? { shape: 'admin-port', what: `Every address may reach port ${ports.shown}` }
      : null;
  }
  return null;
}

function callOpinion(values: readonly string[]): Opinion | null {
  if (values.some((value) => /(?:all_?Traffic|all_?Tcp|AllTraffic|AllTcp)$/i.test(value)))
    return { shape: 'all-ports', what: 'Every address may reach every port' };
  const numbers = values.filter((value) => /^\d+$/.test(value)).map(Number);
  const ports: Ports = { ranges: numbers.map((port) => [port, port] as const), all: false, shown: numbers.join(', ') };
  return coversAdminPort(ports) ? { shape: 'admin-port', what: `Every address may reach port ${ports.shown}` } : null;
}

const OPEN_COMMANDS =
  /\b(?:aws\s+ec2\s+authorize-security-group-ingress|gcloud\s+compute\s+firewall-rules\s+(?:create|update)|az\s+network\s+nsg\s+rule\s+(?:create|update)|doctl\s+compute\s+firewall|openstack\s+security\s+group\s+rule\s+create|hcloud\s+firewall\s+add-rule)\b/;

function ofCommand(command: Command): Opinion | null {
  const source = command.words.join(' ');
  if (
    /^(?:sudo )?ufw (?:--force )?disable\b|^(?:sudo )?iptables (?:-F|--flush|-P INPUT ACCEPT)\b|^(?:sudo )?setenforce 0\b|^(?:sudo )?systemctl (?:stop|disable) (?:--now )?(?:firewalld|ufw)/.test(
      source,
    )
  )
    return { shape: 'firewall-off', what: 'A command that switches the firewall off', level: 'warning' };
  if (!OPEN_COMMANDS.test(source)) return null;
  const everywhere =
    /(?:0\.0\.0\.0\/0|::\/0)/.test(source) ||
    /--source-address-prefixes?[= ](?:\*|Internet|Any)/i.test(source) ||
    (/firewall-rules create/.test(source) && !/--source-(?:ranges|tags|service-accounts)/.test(source));
  if (
    !everywhere ||
    /--(?:egress|direction[= ]EGRESS|direction[= ]Outbound|access[= ]Deny|action[= ]DENY)/i.test(source)
  )
    return null;
  const given =
    /(?:--(?:port|dst-port|destination-port-ranges?|allow|rules|ports?|ip-permissions)[= ])(\S+(?:\s+\d\S*)*)/.exec(
      source,
    )?.[1];
  const protocol = /--protocol[= ](?:-1|all)\b|--allow[= ]all\b/.test(source);
  const numbers = [...(given ?? '').matchAll(/(\d+)(?:-(\d+))?/g)].map(
    (found) => [Number(found[1]), Number(found[2] ?? found[1])] as const,
  );
  const ports: Ports = { ranges: numbers, all: protocol || given === '*', shown: given ?? '' };
  return coversAdminPort(ports)
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
