import type { Detection } from '../../../src/core/detection.ts';
import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround, nameOf } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { withoutComments } from '../support/security.ts';

const rule = codeRule({
  id: 'swallowed-error',
  shortDescription: 'A security check that fails with an error counts as passed, or goes unseen',
  help: 'When the verification of a token, a signature or a permission throws, the answer is no. A catch that does nothing, or that goes on, turns it into a yes or hides it. Refuse in the catch, and log why.',
  cwe: [390, 636, 703],
  level: 'warning',
  confidence: 'medium',
});

const REMEDIATION = 'Refuse in the catch (return false, answer 401, or throw again) and log the reason.';
const CHECK =
  /(?:verify|constructEvent|authenticat|authoriz|authoris|validate|checkPermission|checkAccess|decrypt|isAllowed|isAdmin|assert\w*(?:Auth|Perm|Access|Signature|Allow|Role|Owner|Can[A-Z])|checkToken|checkSignature|checkAuth|requireAuth|ensureAuth|timingSafeEqual|setAuthTag|jwt\.decode|check_password|check_permission|verify_\w+|check_(?:session|user|auth|signature|access|acl|csrf|rate_?limit|role|owner|scope|policy)|rate_?limiter?\.\w+|audit_?(?:log(?:ger)?|trail)?\.(?:\w+\.)?(?:create|write|record|log|emit|append|add)|[lL]imit(?:er)?\.consume)\w*\s*\(/i;
const REFUSES =
  /throw|raise|reject|return\s+(?:false|null|False|None|undefined)?\s*;?|40[0-9]|50\d|next\(\w|redirect|process\.exit|sys\.exit|abort|Unauthorized|Forbidden|deny|denied|failed|\bok\s*[:=]\s*false|valid\s*[:=]\s*false|success\s*[:=]\s*(?:false|False)/;
const CHECKS = oneOf(/^(?:verify|authenticate|authorize|authorise|validate|isAllowed|checkPermission|check)\w*$/);
const COMPARES = oneOf(/^~?(?:bcrypt(?:js)?|argon2|scrypt)\.(?:compare|verify)$/);
const GRANTS =
  /return\s+(?:true|True)\b|\bh\.authenticated\(|next\(\s*\)|\b(?:valid|verified|allowed|permitted|trusted|authorized|authenticated|is(?:Valid|Verified|Allowed|Authorized|Authenticated|Admin)|ok)\s*[:=]\s*(?:true|True)\b/;

/** Catches around security checks that do nothing, or that grant. */
export const swallowedError: CodeDetector = {
  rule,
  triggers: /catch|except|suppress|\(\s*_?err(?:or)?\s*,/,
  detect: (facts) => [
    ...facts.nodes('catch_clause').flatMap((clause) => caught(facts, clause)),
    ...promises(facts),
    ...callbacks(facts),
    ...suppressed(facts),
  ],
};

function caught(facts: FileFacts, clause: Syntax): readonly Detection[] {
  const attempt = clause.parent === null ? undefined : fieldOf(clause.parent, 'body');
  const body = fieldOf(clause, 'body') ?? clause.children.find((child) => child.type === 'statement_block');
  if (attempt === undefined || body === undefined) return [];
  // A middleware that logs the failure and lets the request go on.
  const after = clause.parent === null ? null : following(clause.parent);
  if (
    after !== null &&
    /^next\(\s*\);?$/.test(facts.text(after)) &&
    (CHECK.test(facts.text(attempt)) || asksGuard(facts, attempt))
  ) {
    const plain = facts.text(body).replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|'[^'\n]*'|"[^"\n]*"/g, '');
    if (!REFUSES.test(plain))
      return [report(facts, clause, 'After an error of the check the request goes on.', 'warning')];
  }
  return judge(facts, clause, facts.text(attempt), facts.text(body), securityPath(facts, clause));
}

/** What is called comes from a module that is about who may. */
function asksGuard(facts: FileFacts, attempt: Syntax): boolean {
  return facts
    .calls()
    .some(
      (call) =>
        call.node.start >= attempt.start &&
        call.node.end <= attempt.end &&
        /(?:^|[/@-])(?:auth(?:entication|orization|z|n)?|permissions?|acl|rbac|policy|policies|access(?:-?control)?|guards?|signatures?|casl|oso)(?:[/.\w-]*)$/i.test(
          (call.origin ?? '').replace(/\.\w+(?:\(\))?$/, ''),
        ),
    );
}

function following(statement: Syntax): Syntax | null {
  const siblings = statement.parent?.children ?? [];
  return siblings[siblings.indexOf(statement) + 1] ?? null;
}

/** `try { …; return true; } catch (e) { log(e); } return false;` */
function refusesAfter(facts: FileFacts, clause: Syntax): boolean {
  const after = clause.parent === null ? null : following(clause.parent);
  return (
    after !== null &&
    /^(?:return\s+(?:false|null|False|None|undefined)\b|return\s*;|throw|raise)/.test(facts.text(after))
  );
}

/** The function around says that it decides about access. */
function securityPath(facts: FileFacts, node: Syntax): boolean {
  const fn = functionAround(node);
  const name = fn === null ? null : nameOf(fn);
  return (
    name !== null &&
    /auth(?!or(?!i[sz]))|verify|permission|isAllowed|checkAccess|isAdmin|signature|validateToken|checkToken/i.test(
      facts.text(name),
    )
  );
}

function judge(
  facts: FileFacts,
  at: Syntax,
  attempt: string,
  body: string,
  inSecurityPath: boolean,
): readonly Detection[] {
  const check = CHECK.exec(attempt);
  if (check === null && !inSecurityPath) return [];
  const what = check === null ? 'this check' : `"${check[0].replace(/\s*\($/, '').slice(0, 40)}"`;
  const plain = body.replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*/g, '');
  if (GRANTS.test(plain)) return [report(facts, at, `An error of ${what} counts as a yes.`, 'error')];
  const rest = plain.replace(/^\{|\}$/g, '').trim();
  const statements = rest.split(/[;\n]/).map((part) => part.trim());
  const onlyLogs = statements.every((part) => part === '' || /^(?:console|log|logger|logging)\.\w+\(/.test(part));
  // What a log line says of a failure refuses nothing.
  const acts = onlyLogs ? plain.replace(/'[^'\n]*'|"[^"\n]*"|`[^`\n]*`/g, '') : plain;
  if (rest === '' || rest === 'pass' || rest === '...') {
    if (isFormatCheck(what) || isNoRefusal(facts, at) || refusesInTheEnd(facts, at, attempt)) return [];
    return check === null ? [] : [report(facts, at, `An error of ${what} is dropped without a word.`, 'warning')];
  }
  if (
    check !== null &&
    /\bdecode(?:Jwt|Token)?\s*\(/.test(plain) &&
    !/throw|raise|reject/.test(plain) &&
    /verif|decode/i.test(check[0])
  )
    return [report(facts, at, `After an error of ${what} what it refused is read all the same.`, 'warning')];
  if (check !== null && !isFormatCheck(what) && !/^[A-Z]/.test(check[0]) && returnsAttempted(attempt, plain))
    return [report(facts, at, `After an error of ${what} what it refused is used all the same.`, 'warning')];
  if (REFUSES.test(acts) || check === null || (onlyLogs && refusesAfter(facts, at))) return [];
  const first =
    /^\{?\s*(?:const|let|var)?/.exec(attempt) !== null &&
    /\b(?:return|=)\s*(?:await\s+)?[\w.]*(?:verify|authenticate|authorize|validate|decrypt)/i.test(attempt);
  return onlyLogs && !first ? [report(facts, at, `After an error of ${what} the code goes on.`, 'warning')] : [];
}

/** `validate_color`, `validateInteger`: what is asked is the form of a value, and not who somebody is. */
function isFormatCheck(what: string): boolean {
  const asked = /^"validate_?(\w+)"$/i.exec(what)?.[1];
  return (
    asked !== undefined &&
    !/token|session|sign|user|auth|access|passw|credential|csrf|jwt|permission|request|cert|key|hook|origin|login|body|input|payload|schema|data|async|sync|form/i.test(
      asked,
    )
  );
}

const MISSING = /^(?:Import|ModuleNotFound|Attribute|NotImplemented|FileNotFound)Error$/;

/** `except ImportError: pass`: that something is missing is no answer of a check. */
function isNoRefusal(facts: FileFacts, clause: Syntax): boolean {
  const errors = /^except\s+\(?([\w., ]+?)\)?\s*(?:as\s+\w+\s*)?:/.exec(facts.text(clause))?.[1];
  return errors?.split(',').every((each) => MISSING.test(each.trim())) === true;
}

/** `for (key of keys) try { return decrypt(key) } catch {}; throw …`: the next one is asked, and the last word is no. */
function refusesInTheEnd(facts: FileFacts, clause: Syntax, attempt: string): boolean {
  if (!/^\{?\s*(?:return|yield)\b/.test(attempt)) return false;
  const fn = functionAround(clause);
  const body = fn === null ? undefined : fieldOf(fn, 'body');
  const last = body?.children.filter(({ type }) => type !== 'comment').at(-1);
  return last !== undefined && /^(?:raise|throw)\b|^return\s+(?:false|False|null|None)\b/.test(facts.text(last));
}

/** `try: return verify(document)`, `except: return document`: what was to be checked comes out unchecked. */
function returnsAttempted(attempt: string, refusal: string): boolean {
  const given = /\breturn\s+(\w+)\s*;?\s*\}?\s*$/.exec(refusal)?.[1];
  if (given === undefined || !/\breturn\b/.test(attempt) || /^(?:null|None|false|False|undefined)$/.test(given))
    return false;
  return new RegExp(`\\(\\s*(?:[^()]*,\\s*)?${given}\\b`).test(attempt);
}

/** `verify(token).catch(() => {})` */
function promises(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ named: (name) => name === 'catch' }).flatMap((call) => {
    if (call.receiver === null || call.arguments[0] === undefined) return [];
    const fn = facts.functionOf(call.arguments[0]);
    const body = fn === null ? undefined : fieldOf(fn, 'body');
    const text = body === undefined ? '' : facts.text(body);
    if (!/^\(?\{\s*\}\)?$|^(?:null|undefined|true)$/.test(text)) return [];
    const attempt = facts.text(call.receiver);
    if (!CHECK.test(attempt) || (text !== 'true' && isLookedAt(facts, call.node))) return [];
    return judge(facts, call.node, attempt, text === 'true' ? 'return true' : '{}', true);
  });
}

/** `const user = await authenticate(request).catch(() => null); if (!user) …`: nobody is somebody, and is asked for. */
function isLookedAt(facts: FileFacts, call: Syntax): boolean {
  const value = call.parent?.type === 'await_expression' ? call.parent : call;
  const name =
    value.field === 'value' && value.parent?.type === 'variable_declarator' ? fieldOf(value.parent, 'name') : undefined;
  return name?.type === 'identifier' && facts.uses(name).some((use) => asksFor(use));
}

function asksFor(use: Syntax): boolean {
  for (let up: Syntax | null = use; up !== null && !/statement_block|program/.test(up.type); up = up.parent)
    if (up.field === 'condition') return true;
  return false;
}

/** Errors that a check refuses with, and those that take in every other. */
const REFUSAL =
  /\b(?:Base)?Exception$|Invalid|Auth|Signature|Permission|Denied|Forbidden|Token|Verif|Limit|JWT|ValueError|Error$(?<!(?:Import|ModuleNotFound|Key|Index|Attribute|FileNotFound|OS|NotImplemented)Error)/;

/** `with contextlib.suppress(Exception): verify(token)` */
function suppressed(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ from: (from) => from === 'contextlib.suppress' }).flatMap(({ node, arguments: errors }) => {
    // What is no sign of a refusal (a module that is missing, a key) is another matter.
    if (!errors.some((each) => REFUSAL.test(facts.text(each)))) return [];
    let statement: Syntax | null = node;
    while (statement !== null && statement.type !== 'with_statement') statement = statement.parent;
    const body = statement === null ? undefined : fieldOf(statement, 'body');
    return body === undefined ? [] : judge(facts, node, facts.text(body), '{}', false);
  });
}

/** `jwt.verify(token, key, (err, user) => { req.user = user; next(); })`: nothing looks at whether it failed. */
function callbacks(facts: FileFacts): readonly Detection[] {
  return facts.callsLike({ named: CHECKS, from: COMPARES }).flatMap((call) => {
    const last = call.arguments.at(-1);
    const fn = last === undefined ? null : facts.functionOf(last);
    const body = fn === null ? undefined : fieldOf(fn, 'body');
    const list = fn === null ? undefined : fieldOf(fn, 'parameters');
    const [error] = list?.children ?? [];
    if (body === undefined || error === undefined || list === undefined) return [];
    const named = facts.text(error).split(':')[0]?.trim() ?? '';
    if (list.children.length < 2 || !/^_?err(?:or)?$/.test(named)) return [];
    const text = withoutComments(facts.text(body));
    // `if (err) return done(null, user);`
    const lets = new RegExp(
      `if\\s*\\(\\s*${named}\\s*\\)\\s*\\{?\\s*(?:return\\s+)?(?:next\\(\\s*\\)|(?:done|cb|callback|next)\\(\\s*null\\s*,\\s*(?!false|null|undefined)\\w|return\\s+true\\b)`,
    );
    if (lets.test(text))
      return [report(facts, call.node, `An error of "${call.name ?? ''}" counts as a yes.`, 'error')];
    // Whatever is asked before it goes on may be what refuses.
    const asks = new RegExp(`\\b${named}\\b|\\bif\\b|\\?|&&|\\|\\|`).test(text);
    return GRANTS.test(text) && !asks
      ? [
          report(
            facts,
            call.node,
            `An error of "${call.name ?? ''}" is not looked at, and the request goes on.`,
            'error',
          ),
        ]
      : [];
  });
}

function report(facts: FileFacts, at: Syntax, message: string, level: 'error' | 'warning'): Detection {
  return facts.finding({
    rule,
    at,
    message,
    remediation: REMEDIATION,
    level: facts.isTest ? 'note' : level,
    confidence: level === 'error' ? 'high' : 'medium',
  });
}
