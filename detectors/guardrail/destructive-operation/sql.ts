/** One statement that destroys data. */
export interface DestructiveStatement {
  readonly shape: string;
  readonly what: string;
  readonly source: string;
  readonly start: number;
  readonly end: number;
  /** It drops only what it may, or what the same file makes again. */
  readonly guarded: boolean;
}

const SQL = /\.(?:sql|psql|ddl|pgsql|mysql)$/i;
const MIGRATION =
  /(?:^|\/)(?:migrations?|migrate|versions|alembic|db\/migrate|prisma\/migrations|flyway|liquibase|changelog)\/.+\.(?:py|rb|[cm]?[jt]s|php|go|xml)$/i;
/** The way back drops what the way forth made. */
const DOWN =
  /(?:\.|_|-|\/)(?:down|rollback|undo|revert)\.(?:sql|psql|[jt]s)$|(?:^|\/)(?:down|rollback|test|tests|fixtures|seeds?)\//i;
/** Scripts that empty a developer's own database. Among migrations such a name changes nothing: all of them are run. */
const RESETS = /(?:^|[._/-])(?:teardown|reset|clean(?:up)?)\.(?:sql|psql)$/i;
const AMONG_MIGRATIONS = /(?:^|\/)(?:migrations?|migrate|versions|alembic|flyway|liquibase|changelog)\//i;

/** Whether a file's statements change a schema or data for good. */
export function isSqlPath(path: string): boolean {
  if (!SQL.test(path) && !MIGRATION.test(path)) return false;
  return !DOWN.test(path) && !(RESETS.test(path) && !AMONG_MIGRATIONS.test(path));
}

const STATEMENTS: readonly (readonly [RegExp, string, string])[] = [
  [/\bDROP\s+(?:DATABASE|SCHEMA|KEYSPACE)\b/i, 'drop-database', 'A whole database is dropped'],
  [/\bDROP\s+TABLE\b/i, 'drop-table', 'A table is dropped'],
  [
    /\bALTER\s+TABLE\b(?:(?!\bALTER\s+TABLE\b)[\s\S])*?\bDROP\s+(?:COLUMN\b|(?!CONSTRAINT|INDEX|PRIMARY|FOREIGN|KEY|DEFAULT|NOT|CHECK|PARTITION|EXPRESSION|IDENTITY)\w)/i,
    'drop-column',
    'A column is dropped',
  ],
  [/^\s*TRUNCATE\b/i, 'truncate', 'A table is emptied'],
  [/^\s*DELETE\s+FROM\s+[^;]*$/i, 'delete-all', 'Every row is deleted: the statement has no condition'],
  [
    /^\s*UPDATE\s+[\w."`[\]]+\s+(?:AS\s+\w+\s+)?SET\b[^;]*$/i,
    'update-all',
    'Every row is changed: the statement has no condition',
  ],
];

const CALLS: readonly (readonly [RegExp, string, string])[] = [
  [
    /\b(?:op\.drop_table|drop_table|dropTable(?:IfExists)?|Schema::drop(?:IfExists)?|queryInterface\.dropTable)\s*\(?|(?<!\bclass\s+)(?:\bmigrations\.|(?<![\w.]))DeleteModel\s*\(/,
    'drop-table',
    'A table is dropped',
  ],
  [
    /\b(?:op\.drop_column|remove_columns?|removeColumn|dropColumns?)\s*\(?|(?<!\bclass\s+)(?:\bmigrations\.|(?<![\w.]))RemoveField\s*\(/,
    'drop-column',
    'A column is dropped',
  ],
];

function blankComments(text: string): string {
  return text.replace(/--[^\n]*|\/\*[\s\S]*?\*\/|#[^\n]*/g, (piece) => piece.replace(/[^\n]/g, ' '));
}

/** How the way back begins in the migration tools' own formats. */
const BACK: readonly RegExp[] = [
  /^[ \t]*(?:(?:async\s+)?def\s+(?:downgrade|down|reverse\w*)\b|def\s+self\.down\b|(?:public\s+)?(?:async\s+)?(?:function\s+)?down\s*[(=]|exports\.down\s*=|export\s+(?:async\s+)?(?:function|const)\s+down\b|module\.exports\.down\b|(?:--|#)[ \t]*(?:\+(?:goose|migrate)\s+Down|migrate:down|!Downs|rollback\s*$))/im,
  /\bdown\s*:\s*(?:async\s*)?(?:\(|function)/i,
];

/** The part of a migration that goes forward: what follows its way back is left out. */
function forward(text: string): string {
  const ends = BACK.flatMap((pattern) => pattern.exec(text)?.index ?? []);
  return text.slice(0, Math.min(text.length, ...ends));
}

/** Statements of SQL, and calls of migration libraries, that destroy data, with their offsets. */
export function destructiveStatements(text: string): readonly DestructiveStatement[] {
  const source = forward(text);
  const plain = blankComments(source);
  const found: DestructiveStatement[] = [];
  let start = 0;
  for (const piece of plain.split(';')) {
    const statement = piece.trim();
    const at = start + (piece.length - piece.trimStart().length);
    start += piece.length + 1;
    const hit = STATEMENTS.find(
      ([pattern, shape]) =>
        pattern.test(statement) && !(shape.endsWith('-all') && /\b(?:WHERE|LIMIT|JOIN|USING|WHEN)\b/i.test(statement)),
    );
    if (hit === undefined) continue;
    const inner = hit[0].exec(statement)?.index ?? 0;
    const shown = statement.slice(inner).replace(/\s+/g, ' ');
    const table = /\bTABLE\s+(?:IF\s+EXISTS\s+)?[`"[]?([\w.]+)/i.exec(shown)?.[1];
    const made =
      table === undefined
        ? -1
        : plain.search(
            new RegExp(
              `\\bCREATE\\s+(?:\\w+\\s+){0,4}TABLE\\s+(?:IF\\s+NOT\\s+EXISTS\\s+)?[\`"[]?${table.replace(/\W/g, '.')}\\b`,
              'i',
            ),
          );
    const remade = made !== -1;
    // What the file made itself a few lines above held nothing before it.
    if (remade && made < at && hit[1] === 'drop-table') continue;
    if (remade && hit[1] === 'drop-table' && /IF\s+EXISTS/i.test(shown)) continue;
    found.push({
      shape: hit[1],
      what: hit[2],
      source: shown,
      start: at + inner,
      end: at + statement.length,
      guarded: remade || /\b(?:TEMP|TEMPORARY)\b|_(?:tmp|temp|old|backup|bak)\b/i.test(shown),
    });
  }
  if (found.length > 0) return found;
  for (const [pattern, shape, what] of CALLS) {
    for (const hit of plain.matchAll(new RegExp(pattern, 'g'))) {
      const end = plain.indexOf('\n', hit.index);
      const stop = end === -1 ? plain.length : end;
      found.push({
        shape,
        what,
        source: plain.slice(hit.index, stop).trim(),
        start: hit.index,
        end: stop,
        guarded: false,
      });
    }
  }
  return found;
}
