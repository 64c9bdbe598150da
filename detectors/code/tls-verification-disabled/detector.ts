import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf } from '../support/around.ts';
import { lastPart } from '../support/names.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';

const rule = codeRule({
  id: 'tls-verification-disabled',
  shortDescription: 'A connection accepts any certificate',
  help: 'Without the check of the certificate anybody on the way can read and change what is sent, encryption or not. Leave the check on; for an own authority hand over its certificate (ca, NODE_EXTRA_CA_CERTS, verify="ca.pem").',
  cwe: [295],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION = 'Leave the check on and hand over the certificate of your own authority instead.';

/** Options, environment variables and contexts that switch the check of certificates off. */
export const tlsVerificationDisabled: CodeDetector = {
  rule,
  triggers:
    /rejectUnauthorized|NODE_TLS_REJECT|strictSSL|checkServerIdentity|verif|CERT_NONE|insecure|unverified|check_hostname|InsecureSkip|ssl\s*=|missing_host_key|tlsAllow|known_hosts|cert_reqs|assert_hostname|X_TLS|tlsInsecure|disable_ssl|SSL_NO_VERIFY|certificate-error|CertificateVerifyProc|ignore-certificate/i,
  detect: (facts) => [...options(facts), ...assignments(facts), ...browsers(facts), ...python(facts)],
};

function options(facts: FileFacts): readonly Detection[] {
  return facts.nodes('pair').flatMap((pair) => {
    const key = fieldOf(pair, 'key');
    const value = fieldOf(pair, 'value');
    if (key === undefined || value === undefined) return [];
    return option(facts, pair, facts.text(key).replace(/['"]/g, ''), value);
  });
}

/** Any of the names that are looked at. */
const OPTION =
  /^(?:rejectUnauthorized|strictSSL|verifySsl|sslVerify|trustAllCertificates|insecureSkipVerify|acceptInsecureCerts|ignoreHTTPSErrors|ignoreCertificateErrors|tlsAllowInvalidCertificates|tlsAllowInvalidHostnames|tlsInsecure|NODE_TLS_REJECT_UNAUTHORIZED|checkServerIdentity)$/i;

function option(facts: FileFacts, at: Syntax, name: string, value: Syntax): readonly Detection[] {
  if (!OPTION.test(name)) return [];
  if (/^(?:rejectUnauthorized|strictSSL|verifySsl|sslVerify)$/i.test(name)) {
    if (facts.constant(value) === false) return [report(facts, at)];
    return /NODE_ENV|isProd|production/.test(facts.text(value)) ? [report(facts, at, 'note')] : [];
  }
  if (
    /^(?:trustAllCertificates|insecureSkipVerify|acceptInsecureCerts|ignoreHTTPSErrors|ignoreCertificateErrors|tlsAllowInvalidCertificates|tlsAllowInvalidHostnames|tlsInsecure)$/i.test(
      name,
    ) &&
    facts.constant(value) === true
  ) {
    return [report(facts, at, /ignoreHTTPSErrors|acceptInsecureCerts/.test(name) ? 'note' : 'error')];
  }
  if (name === 'NODE_TLS_REJECT_UNAUTHORIZED')
    return String(facts.constant(value) ?? '') === '0' ? [report(facts, at)] : [];
  const fn = facts.functionOf(value);
  const body = fn?.children.find((child) => child.field === 'body');
  if (body === undefined) return [];
  const empty =
    /^\{\s*(?:return(?:\s+(?:undefined|null|true))?\s*;?)?\s*\}$|^(?:undefined|null|void 0|\(\{\}\)|true)$/.test(
      facts.text(body).trim(),
    );
  return empty ? [report(facts, at)] : [];
}

function assignments(facts: FileFacts): readonly Detection[] {
  const python = facts.program.dialect === 'python';
  return facts.assignments().flatMap(({ node, target, value }) => {
    if (target.type === 'identifier' && !python) return [];
    const name = lastPart(facts.text(target));
    return python ? pythonAssignment(facts, node, name, value) : option(facts, node, name, value);
  });
}

/** Electron: `certificate-error`, `setCertificateVerifyProc` and the switch of Chromium (its documentation, "app", "session"). */
function browsers(facts: FileFacts): readonly Detection[] {
  if (facts.program.dialect === 'python') return [];
  return facts.callsLike({ named: BROWSERS }).flatMap((call) => {
    const [first, second] = call.arguments;
    if (first === undefined) return [];
    const word = facts.constant(first);
    if (call.name === 'appendSwitch') return word === 'ignore-certificate-errors' ? [report(facts, call.node)] : [];
    if (word === 'certificate-error') return acceptsEvery(facts, second, 'true') ? [report(facts, call.node)] : [];
    if (call.name === 'setCertificateVerifyProc')
      return acceptsEvery(facts, first, '0') ? [report(facts, call.node)] : [];
    return [];
  });
}

const BROWSERS = oneOf(/^(?:appendSwitch|on|once|addListener|setCertificateVerifyProc)$/);

/** The listener calls its callback with the answer that accepts, and asks nothing before. */
function acceptsEvery(facts: FileFacts, listener: Syntax | undefined, yes: string): boolean {
  const fn = listener === undefined ? null : facts.functionOf(listener);
  if (fn === null) return false;
  const text = facts.text(fn);
  return new RegExp(`\\(\\s*${yes}\\s*\\)`).test(text) && !/\bif\b|\?|&&|\|\||===/.test(text);
}

function pythonAssignment(facts: FileFacts, node: Syntax, name: string, value: Syntax): readonly Detection[] {
  if (name === 'verify_mode' && /CERT_NONE/.test(facts.text(value))) return [report(facts, node)];
  if (
    /^(?:verify_ssl|assert_hostname)$/.test(name) &&
    facts.text(node).includes(`.${name}`) &&
    facts.constant(value) === false
  )
    return [report(facts, node)];
  if (/^(?:PYTHONHTTPSVERIFY|GIT_SSL_NO_VERIFY)$/.test(name) && /environ/.test(facts.text(node))) {
    // Git asks only whether the variable is set, whatever it says (its source, `http_init`).
    const known = facts.constant(value);
    return (name.startsWith('GIT') ? typeof known === 'string' : known === '0') ? [report(facts, node)] : [];
  }
  if (name === 'check_hostname' && facts.constant(value) === false) return [report(facts, node)];
  if (name === 'verify' && facts.constant(value) === false && facts.text(node).includes('.verify'))
    return [report(facts, node)];
  return name === '_create_default_https_context' ? [report(facts, node)] : [];
}

function python(facts: FileFacts): readonly Detection[] {
  if (facts.program.dialect !== 'python') return [];
  return facts.calls().flatMap((call) => {
    const from = call.origin ?? '';
    if (from === 'ssl._create_unverified_context') return [report(facts, call.node)];
    if (
      call.name === 'set_missing_host_key_policy' &&
      /(?:AutoAdd|Warning)Policy/.test(call.arguments.map((each) => facts.text(each)).join())
    )
      return [report(facts, call.node)];
    const required = call.keywords.get('cert_reqs');
    if (required !== undefined && /CERT_NONE/.test(facts.text(required))) return [report(facts, call.node)];
    const named = [...call.keywords].some(([name, value]) => offByName(facts, name, value));
    if (named || setOff(facts, call)) return [report(facts, call.node)];
    const verify = call.keywords.get('verify') ?? call.keywords.get('ssl') ?? call.keywords.get('verify_ssl');
    if (verify === undefined || facts.constant(verify) !== false) return [];
    return /^(?:requests|httpx|aiohttp|urllib3|boto3|botocore|hvac|niquests|opensearchpy|elasticsearch)\b|session|client/i.test(
      `${from} ${call.receiver === null ? '' : facts.text(call.receiver)}`,
    )
      ? [report(facts, call.node)]
      : [];
  });
}

/** Arguments of clients that mean this alone: of search engines, Redis, MongoDB, httplib2, LDAP and SSH. */
function offByName(facts: FileFacts, name: string, value: Syntax): boolean {
  const known = facts.constant(value);
  if (
    /^(?:verify_certs|verify_ssl|ssl_verify|ssl_verification|validate_certs|verify_tls|check_hostname|assert_hostname|ssl_assert_hostname|ssl_check_hostname)$/.test(
      name,
    )
  )
    return known === false;
  if (
    /^(?:tlsAllowInvalidCertificates|tlsAllowInvalidHostnames|tlsInsecure|disable_ssl_certificate_validation|insecure_skip_verify|insecure_skip_tls_verify)$/.test(
      name,
    )
  )
    return known === true;
  if (/^(?:ssl_cert_reqs|validate)$/.test(name)) return known === 'none' || /\bCERT_NONE$/.test(facts.text(value));
  return name === 'known_hosts' && known === null;
}

/** PycURL's and python-ldap's options. */
function setOff(facts: FileFacts, call: Call): boolean {
  const [key, value] = call.arguments;
  if (key === undefined || value === undefined || !/^set_?opt(?:ion)?$/.test(call.name ?? '')) return false;
  const name = facts.text(key);
  const known = facts.constant(value);
  if (/\bSSL_VERIFY(?:PEER|HOST)$/.test(name)) return known === 0 || known === false;
  return /\bOPT_X_TLS_REQUIRE_CERT$/.test(name) && /\bOPT_X_TLS_(?:NEVER|ALLOW)$/.test(facts.text(value));
}

function report(facts: FileFacts, at: Syntax, level?: 'note' | 'error'): Detection {
  return facts.finding({
    rule,
    at,
    message: 'The certificate of the other side is not checked.',
    remediation: REMEDIATION,
    level: facts.isTest ? 'warning' : (level ?? 'error'),
  });
}
