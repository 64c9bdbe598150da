import { own } from '../support/own.ts';
import { normal, type Setting } from '../support/settings.ts';

/** Ports that a rule speaks of, as ranges, ends included. */
export interface Ports {
  readonly ranges: readonly (readonly [number, number])[];
  /** Every port and protocol. */
  readonly all: boolean;
  readonly shown: string;
}

/**
 * Ports of shells, desktops, databases, queues and cluster interfaces (IANA's service names and port numbers, and each
 * product's documentation).
 */
const ADMIN: readonly number[] = [
  20, 21, 22, 23, 111, 135, 137, 139, 389, 445, 512, 513, 514, 636, 873, 1433, 1434, 1521, 2049, 2181, 2375, 2376, 2379,
  2380, 2483, 2484, 3000, 3020, 3306, 3389, 4333, 4505, 4506, 5000, 5432, 5439, 5500, 5601, 5672, 5900, 5901, 5984,
  5985, 5986, 6379, 6443, 7000, 7001, 7199, 8020, 8086, 8089, 8500, 8545, 8888, 9000, 9042, 9090, 9092, 9160, 9200,
  9300, 10250, 10255, 11211, 15672, 27017, 27018, 27019, 50070, 50470, 61616, 61621,
];

const NAMES: Readonly<Record<string, number>> = {
  ssh: 22,
  rdp: 3389,
  mysql: 3306,
  mysqlaurora: 3306,
  postgres: 5432,
  postgresql: 5432,
  mssql: 1433,
  redis: 6379,
  telnet: 23,
  ftp: 21,
  winrm: 5985,
};

const FROM = /^(?:fromport|portrangemin|minport|from|startport)$/;
const TO = /^(?:toport|portrangemax|maxport|to|endport)$/;
const EITHER =
  /^(?:ports?|portrange|portranges|destinationportranges?|destinationports?|dstport|dstportrange|targetports?|rulename|ingressrules)$/;

/** The ports and ranges of ports that a text names, by number or by service. */
export function rangesIn(value: string): Ports['ranges'] {
  const named = own(NAMES, normal(value).replace(/(?:tcp|udp)$/, ''));
  if (named !== undefined) return [[named, named]];
  return [...value.matchAll(/(\d+)(?:\s*[-:]\s*(\d+))?/g)].map(
    (found) => [Number(found[1]), Number(found[2] ?? found[1])] as const,
  );
}

function portsIn(ranges: Ports['ranges'], all: boolean): Ports {
  return { ranges, all, shown: ranges.map(([low, high]) => (low === high ? `${low}` : `${low}–${high}`)).join(', ') };
}

export function portsAt(ports: readonly number[]): Ports {
  return portsIn(
    ports.map((port) => [port, port]),
    false,
  );
}

/** The ends of a range; where a variable stands for one of them, only the other is known. */
function rangeOf(settings: readonly Setting[]): Ports['ranges'] {
  const ends = [FROM, TO].flatMap((key) => settings.find((setting) => key.test(setting.key))?.values[0] ?? []);
  const known = ends.filter((end) => /^-?\d+$/.test(end)).map(Number);
  return known.length === 0 ? [] : [[Math.min(...known), Math.max(...known)]];
}

/** The ports that settings speak of. */
export function portsOf(settings: readonly Setting[]): Ports {
  const protocols = settings.filter(({ key }) => /^(?:ip)?protocol$/.test(key)).flatMap(({ values }) => values);
  // ICMP has types where others have ports.
  if (protocols.length > 0 && protocols.every((protocol) => /^(?:icmp(?:v6)?|58|1)$/i.test(protocol)))
    return portsIn([], false);
  const lists = settings.filter(({ key }) => EITHER.test(key));
  const values = lists.flatMap((list) => list.values);
  const ranges = [...rangeOf(settings), ...values.flatMap(rangesIn)];
  const all =
    protocols.some((protocol) => /^(?:-1|all)$/i.test(protocol)) ||
    // Where no port is named beside a protocol of every kind, every port is meant.
    (protocols.includes('*') && lists.length === 0) ||
    values.includes('*') ||
    ranges.some(([low, high]) => (low <= 0 && high >= 65_535) || high === -1);
  return portsIn(ranges, all);
}

export function coversAdminPort(ports: Ports): boolean {
  return ports.all || ports.ranges.some(([low, high]) => ADMIN.some((port) => low <= port && port <= high));
}
