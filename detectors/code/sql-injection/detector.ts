import type { CodeDetector } from '../../../src/inspect/detector.ts';
import type { Call, FileFacts, Syntax } from '../../../src/inspect/facts.ts';
import { fieldOf, functionAround } from '../support/around.ts';
import { oneOf } from '../support/remember.ts';
import { codeRule } from '../support/rule.ts';
import { isTagged, type Sink, taintedSinks } from '../support/tainted.ts';
import { namesKeptTables } from './kept-names.ts';

const rule = codeRule({
  id: 'sql-injection',
  shortDescription: 'An SQL statement is put together from a value that somebody else decides',
  help: 'A value that is part of the statement can end its quotes and change what the statement does: read other rows, delete tables, log in without a password. Pass values as parameters (`?`, `$1`, `:name`) next to the statement, and take table and column names from a fixed list.',
  cwe: [89],
  level: 'error',
  confidence: 'high',
});

const REMEDIATION = 'Write a placeholder in the statement and pass the value as a parameter.';

const STATEMENT =
  /^\s*(?:\(?\s*select\b[\s\S]*|insert\s+(?:or\s+\w+\s+)?into\b|update\s+\S+[\s\S]*\bset\b|delete\s+from\b|replace\s+into\b|with\s+\w+[\s\S]*\bas\b|merge\s+into\b|(?:create|drop|alter|truncate)\s+(?:table|database|schema|user|role|index|view)\b|call\s+\S+|grant\s|exec(?:ute)?\s)/i;
const METHODS =
  /^(?:query|execute|exec|run|all|get|each|prepare|executeSql|queryOne|queryAll|any|one|none|many|oneOrNone|manyOrNone|multi|fetch|fetchrow|fetchval|executemany|executescript|read_sql|read_sql_query|simpleQuery|queryAsync|batch|queryObject|queryArray|fetch_all|fetch_one|fetch_val|iterate|execute_query|execute_query_dict|execute_script|execute_sql|exec_driver_sql|sql|execute_statement|start_query_execution|select_by_sql|raw_sql)$/;
const RAW =
  /^(?:raw|whereRaw|orWhereRaw|orderByRaw|havingRaw|groupByRaw|joinRaw|fromRaw|selectRaw|\$queryRawUnsafe|\$executeRawUnsafe|unsafe|literal)$/;
const DRIVER =
  /^(?:mysql2?(?:\/promise)?|pg|pg-promise|postgres|better-sqlite3|sqlite3?|mssql|tedious|oracledb|knex|sequelize|typeorm|mariadb|@?prisma\/client|prisma|drizzle-orm|slonik|kysely|objection|@vercel\/postgres|@neondatabase\/serverless|sqlalchemy|psycopg2?|pymysql|MySQLdb|asyncpg|aiosqlite|django\.db|node:sqlite|libsql)\b/;
const DATABASE_NAME =
  /(?:^|[._])(?:db|sql|database|conn|connection|pool|client|knex|sequelize|cursor|cur|session|mysql|pg|sqlite|prisma|\$?queryRunner|objects|manager|dataSource|entityManager|repository|trx|tx|engine)$|(?:Db|DB|Pool|Connection|Conn|Database|Client|Repository|Repo)$/i;

const CLAUSE = /^\s+(?:where\s+\S+|and\s+\S+|(?:order|group)\s+by\s+\S+)/i;
const CONDITIONS = /^(?:where|andWhere|orWhere|having|andHaving|extra|addWhere)$/;
const TEXTS = oneOf(
  /^django\.db\.models(?:\.expressions)?\.RawSQL$|^tortoise\.expressions\.RawSQL$|^sqlalchemy(?:\.sql)?\.(?:text|literal_column)$|^peewee\.SQL$|^psycopg2?\.sql\.SQL$|^pandas\.read_sql|^sequelize\.(?:literal|Sequelize\.literal)$/,
);
const STATEMENTS = oneOf(new RegExp([METHODS, RAW, CONDITIONS].map(({ source }) => source).join('|')));

function* sinks(facts: FileFacts): Generator<Sink> {
  for (const call of facts.callsLike({ from: TEXTS, named: STATEMENTS })) {
    if (call.name === null || isTagged(call)) continue;
    const value =
      call.arguments[0] ??
      call.keywords.get('where') ??
      call.keywords.get('select') ??
      call.keywords.get('query') ??
      call.keywords.get('sql') ??
      call.keywords.get('Sql') ??
      call.keywords.get('QueryString');
    if (value === undefined) continue;
    if (
      RAW.test(call.name) &&
      (call.receiver !== null || isDriver(call)) &&
      (isDriver(call) || isDatabase(facts, call) || /Raw|Unsafe/.test(call.name))
    ) {
      yield sink(call, statementOf(facts, value), 'unknown');
    } else if (call.receiver !== null && isCondition(facts, call, value)) {
      yield sink(call, value, 'unknown');
    } else if (METHODS.test(call.name) && call.receiver !== null) {
      const statement = statementOf(facts, value);
      const atLeast = harmOf(facts, call, statement);
      if (atLeast !== null && !isPrepared(facts, call.receiver))
        yield {
          ...sink(call, statement, atLeast),
          ...(namesKeptTables(facts, statement) ? { level: 'note' as const } : {}),
        };
    } else if (call.name === 'extra' && call.receiver !== null && /\bobjects\b/.test(facts.text(call.receiver))) {
      // Django's `extra` puts these into the statement as they are.
      for (const name of ['where', 'select', 'tables', 'order_by']) {
        const given = call.keywords.get(name);
        if (given !== undefined) yield sink(call, given, 'unknown');
      }
    } else if (call.origin !== null && TEXTS(call.origin)) {
      yield sink(call, statementOf(facts, value), 'unknown');
    }
  }
}

/** From whom on a value in what the call is given does harm; null where it is no statement. */
function harmOf(facts: FileFacts, call: Call, statement: Syntax): Sink['atLeast'] | null {
  const shape = facts.shape(statement);
  if ((shape !== null && STATEMENT.test(shape)) || beginsStatement(facts, statement)) return 'unknown';
  if (shape !== null && shape !== '\u0000' && !isContinued(shape)) return null;
  // The text is not known here: only a database handle makes it a statement.
  if (isDriver(call)) return 'parameter';
  return /^(?:query|execute|executemany|raw)$/.test(call.name ?? '') && isDatabase(facts, call) ? 'remote' : null;
}

/** `${SELECT} WHERE name = '${name}'`: what it begins with is not known here, and a clause follows. */
function isContinued(shape: string): boolean {
  return shape.startsWith('\u0000') && CLAUSE.test(shape.slice(1));
}

/** TypeORM's and Knex's builders take conditions as text: `.where(`name = '${name}'`)`. */
function isCondition(facts: FileFacts, call: Call, value: Syntax): boolean {
  if (!CONDITIONS.test(call.name ?? '')) return false;
  const shape = facts.shape(value);
  return shape?.includes('\u0000') === true && /[=<>]|\b(?:like|ilike|in|between|is)\b/i.test(shape);
}

/** `db.prepare('…').all(value)`: what a prepared statement is given is bound to its places. */
function isPrepared(facts: FileFacts, receiver: Syntax): boolean {
  return /\bprepare\s*\(/.test(facts.text(facts.definition(receiver) ?? receiver));
}

function sink(call: Call, value: Syntax, atLeast: Sink['atLeast']): Sink {
  return {
    at: call.node,
    value,
    kind: 'sql',
    what: 'An SQL statement is built from',
    remediation: REMEDIATION,
    atLeast,
  };
}

/** `sql = 'SELECT …'; if (name) sql += …; query(sql)`: it has no one text, and one of its texts begins a statement. */
function beginsStatement(facts: FileFacts, statement: Syntax): boolean {
  if (facts.shape(statement) !== null) return false;
  if (statement.type === 'call_expression') return givesStatement(facts, statement);
  if (statement.type !== 'identifier') return false;
  const fn = functionAround(statement);
  const name = facts.text(statement);
  return facts
    .assignments()
    .some(
      ({ node, target, value }) =>
        node.end <= statement.start &&
        target.end - target.start === name.length &&
        facts.text(target) === name &&
        functionAround(node) === fn &&
        STATEMENT.test(facts.shape(value) ?? ''),
    );
}

/** `execute(self.to_sql())`: what the function gives back was begun as a statement there. */
function givesStatement(facts: FileFacts, call: Syntax): boolean {
  const callee = fieldOf(call, 'function');
  const fn = callee === undefined ? null : facts.functionOf(callee);
  if (fn === null) return false;
  const given = new Set(
    facts
      .nodes('return_statement')
      .filter((each) => each.start > fn.start && each.end <= fn.end)
      .flatMap((each) => each.children.filter(({ type }) => type === 'identifier').map((name) => facts.text(name))),
  );
  return facts
    .assignments()
    .some(
      ({ node, target, value }) =>
        functionAround(node) === fn && given.has(facts.text(target)) && STATEMENT.test(facts.shape(value) ?? ''),
    );
}

/** `query({ text: '…', values })`; `execute(text('…'))` where nothing says whose `text` it is. */
function statementOf(facts: FileFacts, argument: Syntax): Syntax {
  const made = facts.definition(argument);
  const text = made?.type === 'call_expression' ? made : argument;
  const [callee, list] = text.type === 'call_expression' ? text.children : [];
  const inner = list?.type === 'arguments' ? list.children[0] : undefined;
  if (callee !== undefined && inner !== undefined && facts.origin(callee) === '~text') return inner;
  const object = facts.object(argument);
  if (object === null) return argument;
  return facts.property(object, 'text') ?? facts.property(object, 'sql') ?? facts.property(object, 'query') ?? argument;
}

function isDriver(call: Call): boolean {
  return call.origin !== null && DRIVER.test(call.origin);
}

function isDatabase(facts: FileFacts, call: Call): boolean {
  return call.receiver !== null && DATABASE_NAME.test(facts.text(call.receiver).replace(/\(.*\)/gs, ''));
}

/** Follows what is given to a database as a statement back to where it comes from. */
export const sqlInjection: CodeDetector = {
  rule,
  triggers:
    /select\b|insert\b|update\b|delete\b|drop\b|\.query|\.execute|[rR]aw|\.unsafe|literal|read_sql|\btext\(|\.extra\(|RawSQL|\bSQL\(|literal_column|where|having/i,
  detect: (facts) => taintedSinks(facts, rule, sinks(facts)),
};
