import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { VERSION } from '../../src/version.js'

export const NEXT_VERSION = '99.0.0'

// Both engines read this.
const MIGRATION = `
ALTER TABLE \`JobRun\` ADD COLUMN \`region\` VARCHAR(32) NOT NULL DEFAULT 'here';
ALTER TABLE \`JobSchedule\` ADD COLUMN \`region\` VARCHAR(32) NOT NULL DEFAULT 'here';
CREATE TABLE \`Region\` (\`name\` VARCHAR(32) NOT NULL PRIMARY KEY);
CREATE INDEX \`JobRun_region_idx\` ON \`JobRun\`(\`region\`);
`

/**
 * An installation as a later version would be: it calls itself another version, brings a migration of its own (columns, a
 * table, an index), and hashes definitions in another way.
 */
export function createNextVersion(installation: string): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'rds-next-'))
  for (const part of ['bin', 'dist', 'prisma'])
    cpSync(path.join(installation, part), path.join(folder, part), { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ type: 'module', version: NEXT_VERSION }))
  symlinkSync(path.resolve(import.meta.dirname, '../../node_modules'), path.join(folder, 'node_modules'))
  for (const migrations of ['prisma/migrations', 'prisma/sqlite/migrations']) {
    mkdirSync(path.join(folder, migrations, '29990101000000_region'))
    writeFileSync(path.join(folder, migrations, '29990101000000_region/migration.sql'), MIGRATION)
  }
  replaceOnce(path.join(folder, 'dist'), `VERSION="${VERSION}"`, `VERSION="${NEXT_VERSION}"`)
  replaceOnce(path.join(folder, 'dist'), 'var FORMAT=1;', 'var FORMAT=2;')
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function replaceOnce(folder: string, find: string, replacement: string): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'))
  const texts = files.map((file) => ({
    file: path.join(folder, file),
    text: readFileSync(path.join(folder, file), 'utf8'),
  }))
  const found = texts.filter(({ text }) => text.includes(find))
  const [one] = found
  if (one === undefined || found.length > 1 || one.text.split(find).length > 2)
    throw new Error(`"${find}" stands in ${found.length} files of ${folder}, or several times`)
  writeFileSync(one.file, one.text.replace(find, replacement))
}
