import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { build, type Format } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { execute } from '../support/execute.js'

const APP = `import { nextSlots } from 'run-due-schedules/calendar'
import { createClient } from 'run-due-schedules/client'

async function ask(databaseUrl) {
  const client = createClient({ databaseUrl })
  const { code, fix } = await client.runs.request('any').catch((error) => error)
  await client.close()
  return [code, fix]
}
async function main() {
  const slots = nextSlots('@daily', 'UTC', new Date(0), 1)
  console.log(JSON.stringify([slots, await ask('mysql://nobody@127.0.0.1:1/none'), await ask('file:./app.db')]))
}
main()
`

describe.each<[Format, string]>([
  ['esm', 'app.mjs'],
  ['cjs', 'app.cjs'],
])('an app that bundles the client, as %s', (format, name) => {
  let folder: string
  let app: string

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rds-bundle-'))
    const source = path.join(folder, 'source')
    await mkdir(path.join(source, 'node_modules'), { recursive: true })
    await symlink(ROOT, path.join(source, 'node_modules/run-due-schedules'))
    await writeFile(path.join(source, 'app.js'), APP)
    app = path.join(folder, name)
    const entryPoints = [path.join(source, 'app.js')]
    const options = { bundle: true, platform: 'node' as const, preserveSymlinks: true, logLevel: 'error' as const }
    await build({ ...options, entryPoints, format, outfile: app, external: ['libsql'] })
    await mkdir(path.join(folder, 'node_modules'))
    await symlink(path.join(ROOT, 'node_modules/libsql'), path.join(folder, 'node_modules/libsql'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('reaches a server, and is told what SQLite lacks', async () => {
    const { stdout, stderr } = await execute(process.execPath, [app], { cwd: folder })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toMatchObject([
      ['1970-01-02T00:00:00.000Z'],
      ['DATABASE_UNREACHABLE', expect.any(String)],
      ['DATABASE_FAILED', expect.stringContaining('Leave run-due-schedules out of your bundle')],
    ])
  })
})
