// Derives prisma/sqlite/ (schema and migrations of the embedded database) from the MySQL ones, which are the truth.
// `--check` writes nothing and fails when something differs.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const root = path.resolve(import.meta.dirname, '..')
const check = process.argv.includes('--check')
const stale = []

const TYPES = [
  [/^(VARCHAR|CHAR)\(\d+\)( CHARACTER SET \w+ COLLATE \w+)?|^(MEDIUM|LONG)?TEXT/, 'TEXT'],
  [/^DATETIME\(3\)/, 'DATETIME'],
  [/^JSON/, 'JSONB'],
]

await derive('prisma/schema.prisma', 'prisma/sqlite/schema.prisma', sqliteSchema)
await derive('prisma/migrations/migration_lock.toml', 'prisma/sqlite/migrations/migration_lock.toml', (text) =>
  text.replace('"mysql"', '"sqlite"'),
)
const entries = await readdir(path.join(root, 'prisma/migrations'), { withFileTypes: true })
for (const { name } of entries.filter((entry) => entry.isDirectory())) {
  await derive(
    `prisma/migrations/${name}/migration.sql`,
    `prisma/sqlite/migrations/${name}/migration.sql`,
    sqliteMigration,
  )
}
if (stale.length > 0) {
  process.stderr.write(`out of date: ${stale.join(', ')}\n  fix: node scripts/derive-sqlite.mjs\n`)
  process.exitCode = 1
}

async function derive(from, to, convert) {
  const wanted = convert(await readFile(path.join(root, from), 'utf8'))
  const target = path.join(root, to)
  const present = await readFile(target, 'utf8').catch(() => null)
  if (present === wanted) return
  if (check) {
    stale.push(to)
    return
  }
  await mkdir(path.dirname(target), { recursive: true })
  await writeFile(target, wanted)
  process.stdout.write(`wrote ${to}\n`)
}

function sqliteSchema(text) {
  const body = text
    .replace(/^\/\/ The truth.*\n/, '// Derived from ../schema.prisma by scripts/derive-sqlite.mjs; do not edit.\n')
    .replace('provider = "mysql"', 'provider = "sqlite"')
    .replace('"../src/queries/generated/mysql"', '"../../src/queries/generated/sqlite"')
  return body
    .split('\n')
    .map((line) => line.replace(/\s+@db\.\w+(\(\d+\))?/, ''))
    .join('\n')
}

function sqliteMigration(text) {
  const statements = text
    .split(/;\s*$/m)
    .map((statement) => statement.replace(/^\s*--.*$/gm, '').trim())
    .filter((statement) => statement !== '')
  const tables = statements.map(sqliteStatement)
  return `${[...tables.map((t) => t.main), ...tables.flatMap((t) => t.indexes)].join('\n\n')}\n`
}

function sqliteStatement(statement) {
  const create =
    /^CREATE TABLE `(\w+)` \(\n([\s\S]*)\n\) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci$/.exec(statement)
  if (create) return createTable(create[1], create[2])
  const add = /^ALTER TABLE `(\w+)` ADD COLUMN (.+)$/.exec(statement)
  if (add) return { main: `-- AlterTable\nALTER TABLE "${add[1]}" ADD COLUMN ${column(add[2])};`, indexes: [] }
  const index = /^CREATE (UNIQUE )?INDEX `\w+` ON `\w+`\(.+\)$/.exec(statement)
  if (index) return { main: `-- CreateIndex\n${quoted(statement)};`, indexes: [] }
  const drop = /^DROP INDEX (`\w+`) ON `\w+`$/.exec(statement)
  if (drop) return { main: `-- DropIndex\nDROP INDEX ${quoted(drop[1])};`, indexes: [] }
  throw new Error(`cannot derive SQLite from this statement, teach ${import.meta.filename}:\n${statement}`)
}

function createTable(table, body) {
  const lines = body
    .split('\n')
    .map((line) => line.trim().replace(/,$/, ''))
    .filter((line) => line !== '')
  const key = /^PRIMARY KEY \(`(\w+)`\)$/.exec(lines.at(-1) ?? '')?.[1]
  const columns = lines.filter((line) => line.startsWith('`')).map((line) => column(line, key))
  const indexes = lines.flatMap((line) => {
    const index = /^((?:UNIQUE )?INDEX) (`\w+`)\((.+)\)$/.exec(line)
    if (!index) return []
    return [`-- CreateIndex\nCREATE ${index[1]} ${quoted(index[2])} ON "${table}"(${quoted(index[3])});`]
  })
  const main = `-- CreateTable\nCREATE TABLE "${table}" (\n${columns.map((line) => `    ${line}`).join(',\n')}\n);`
  return { main, indexes }
}

function column(definition, primaryKey) {
  const parts = /^`(\w+)` (.+)$/.exec(definition)
  if (!parts) throw new Error(`not a column: ${definition}`)
  const [, name, rest] = parts
  const type = TYPES.reduce((text, [mysql, sqlite]) => text.replace(mysql, sqlite), rest)
  const plain = type
    .replace('CURRENT_TIMESTAMP(3)', 'CURRENT_TIMESTAMP')
    .replace(/ NULL$/, (match, offset) => (type.slice(0, offset).endsWith(' NOT') ? match : ''))
  if (name !== primaryKey) return `"${name}" ${plain}`
  return `"${name}" ${plain.replace(' AUTO_INCREMENT', '')} PRIMARY KEY${plain.includes(' AUTO_INCREMENT') ? ' AUTOINCREMENT' : ''}`
}

function quoted(text) {
  return text.replaceAll('`', '"')
}
