import type { AppApi, HookDelivery } from './app-api.ts';
import { type Diagnosis, settled } from './diagnose.ts';
import { BODY_LIMIT_BYTES, WEBHOOK_PATH } from './http.ts';

const PAGE = 'the page "Advanced" of the App';
/** Kinds of failure that one line names. */
const MOST_KINDS = 4;
/** Of GitHub's words for a failure, in characters. */
const MOST_WORDS = 80;

/**
 * Whether webhooks arrive, by GitHub's own record of them. A failure that a later try of the same delivery made good is
 * none; failures before the newest delivery that arrived are over, and worth knowing.
 */
export async function diagnoseDeliveries(api: Pick<AppApi, 'deliveries'>): Promise<Diagnosis> {
  const check = 'webhook deliveries';
  const why =
    'GitHub does not repeat a webhook: what failed is reviewed by the sweep, and commands and buttons are lost.';
  const answer = await settled(api.deliveries());
  if ('error' in answer)
    return { check, state: 'unknown', found: answer.error, why, fix: `Try again, or look at ${PAGE} yourself.` };
  const tries = answer.value;
  const [newest] = tries;
  if (newest === undefined) {
    const fix = `Comment on a pull request where the App is installed, or press "Redeliver" on ${PAGE}; then run doctor again.`;
    return { check, state: 'note', found: 'GitHub has sent none lately: whether they arrive is not known', why, fix };
  }
  const arrived = new Set(tries.filter(isTaken).map(({ guid }) => guid));
  const failed = tries.filter((one) => !isTaken(one) && !arrived.has(one.guid));
  const [last] = failed;
  if (last === undefined) {
    const found = `the last ${tries.length} arrived, the newest at ${instant(newest)}`;
    return { check, state: 'ok', found, why, fix: null };
  }
  const kinds = [...new Map(failed.map((one) => [kindOf(one), one])).keys()];
  const told = kinds.slice(0, MOST_KINDS).map((kind) => {
    const own = failed.filter((one) => kindOf(one) === kind);
    return `${own.length} × ${kind} (${[...new Set(own.map(({ event }) => event))].slice(0, MOST_KINDS).join(', ')})`;
  });
  const over = isTaken(newest);
  const found = `${failed.length} of the last ${tries.length} failed, the last at ${instant(last)}: ${told.join('; ')}${over ? '; since then they arrive' : ''}`;
  const fixes = [...new Set(failed.map(({ code }) => fixFor(code)))].join(' ');
  const again = `Then press "Redeliver" on ${PAGE} for commands and buttons; heads of pull requests the sweep finds.`;
  return { check, state: over ? 'note' : 'wrong', found, why, fix: `${fixes} ${again}` };
}

/** Countersign itself only answers 2xx to what it takes: a redirect, which GitHub counts as fine, came from something else. */
function isTaken({ code }: HookDelivery): boolean {
  return code >= 200 && code < 300;
}

function kindOf({ code, status }: HookDelivery): string {
  // The words may be those of whatever answered: one line, and not long.
  const words = status
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, MOST_WORDS);
  return words === '' ? `${code}` : `${code} ${words}`;
}

function instant({ at }: HookDelivery): string {
  return new Date(at).toISOString();
}

/** What such an answer means when it comes from Countersign, or from what stands before it. */
function fixFor(code: number): string {
  if (code >= 300 && code < 400)
    return `${code}: GitHub follows no redirect; set "Webhook URL" of the App to the address that it leads to.`;
  switch (code) {
    case 400:
    case 401:
      return `${code}: the signature was refused; set "Webhook secret" of the App and WEBHOOK_SECRET to the same value and restart.`;
    case 403:
    case 407:
    case 429:
      return `${code}: something in front refuses GitHub; let the addresses in that GitHub lists as "hooks" (GET /meta).`;
    case 404:
    case 405:
      return `${code}: the path or method was changed on the way; let POST ${WEBHOOK_PATH} through to Countersign unchanged.`;
    case 413:
      return `413: something in front limits bodies; let ${BODY_LIMIT_BYTES / 1024 / 1024} MB through.`;
    case 500:
    case 503:
      return `${code}: Countersign could not store it; look at the lines "store" and "queue" here, and at its log.`;
    case 502:
    case 504:
      return `${code}: nobody answered within ten seconds; start \`countersign serve\`, and let GitHub reach it by HTTPS with a valid certificate (DNS, firewall, the proxy in front and its target).`;
    default:
      return `${code}: open the delivery on ${PAGE} to see who answered.`;
  }
}
