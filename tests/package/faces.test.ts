import { mkdtemp, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { VERSION } from '../../src/version.js'
import { ROOT } from '../architecture/read-imports.js'
import { execute } from '../support/execute.js'

const CONSUMER = `import { commandJob, defineConfig, defineJob, httpJob, runPass, type JobContext, type PassReport } from 'run-due-schedules'
import { createClient, type Client, type Problem, type ScheduleError } from 'run-due-schedules/client'
import { describeCron, nextSlots } from 'run-due-schedules/calendar'

export const config = defineConfig({
  jobs: [
    defineJob<{ tenant: string }>({ name: 'a', run: ({ params, signal, log }) => log(params.tenant, signal.aborted) }),
    commandJob({ name: 'b', command: 'true' }),
    httpJob({ name: 'c', request: { url: 'https://example.com' } }),
  ],
  schedules: [{ id: 's', cron: '@daily', executionMode: 'ALL_JOBS' }],
})
export const report: Promise<PassReport> = runPass()
export const client: Client = createClient({ databaseUrl: 'file:x.db' })
export const slots: Date[] = nextSlots('@hourly', 'UTC', new Date(0), 2)
export const words: string = describeCron('@hourly')
export const wrong = (error: ScheduleError): readonly Problem[] => error.problems ?? []
export const ask = (user?: { email: string }) => client.runs.request('s', { actor: user?.email })
export const attempt = (context: JobContext): number => context.attempt
// @ts-expect-error a schedule needs its cron expression
defineConfig({ jobs: [], schedules: [{ id: 's' }] })
`

describe('an installed package', () => {
  let app: string

  beforeAll(async () => {
    app = await mkdtemp(path.join(tmpdir(), 'rds-app-'))
    await mkdir(path.join(app, 'node_modules'))
    await symlink(ROOT, path.join(app, 'node_modules/run-due-schedules'))
    await writeFile(path.join(app, 'package.json'), '{ "type": "module" }')
  })
  afterAll(() => rm(app, { recursive: true }))

  const namesOf = async (face: string): Promise<string> => {
    const script = `console.log(Object.keys(await import('${face}')).sort().join(' '))`
    const { stdout, stderr } = await execute(process.execPath, ['--input-type=module', '-e', script], { cwd: app })
    return stdout.trim() + stderr
  }

  it.each([
    ['run-due-schedules', 'commandJob defineConfig defineJob httpJob runPass'],
    ['run-due-schedules/client', 'ScheduleError createClient'],
    ['run-due-schedules/calendar', 'describeCron nextSlots'],
    ['run-due-schedules/testing', 'ScheduleError createTestRunner'],
  ])('exports from %s: %s', async (face, names) => {
    expect(await namesOf(face)).toBe(names)
  })

  it('type-checks what its users write, without the packages that are bundled', async () => {
    await writeFile(path.join(app, 'consumer.ts'), CONSUMER)
    const flags = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--module', 'nodenext', '--target', 'es2023']
    const types = ['--types', 'node', '--typeRoots', path.join(ROOT, 'node_modules/@types'), '--preserveSymlinks']
    const tsc = path.join(ROOT, 'node_modules/typescript/bin/tsc')
    const { code, stdout } = await execute(process.execPath, [tsc, ...flags, ...types, 'consumer.ts'], { cwd: app })
    expect(stdout).toBe('')
    expect(code).toBe(0)
  }, 180_000)

  it('answers --version with the version of package.json', async () => {
    const manifest = JSON.parse(await readFile(path.join(ROOT, 'package.json'), 'utf8')) as { version: string }
    const program = 'node_modules/run-due-schedules/bin/run-due-schedules.js'
    const { stdout } = await execute(process.execPath, [program, '--version'], { cwd: app })
    expect(VERSION).toBe(manifest.version)
    expect(stdout.trim()).toBe(manifest.version)
  })

  it('loads next to nothing for a config that imports the root', async () => {
    const metafile = JSON.parse(await readFile(path.join(ROOT, 'dist/metafile.json'), 'utf8')) as Metafile
    const chunks = closureOf(metafile, 'index.js')
    expect(
      chunks.flatMap(({ inputs }) => Object.keys(inputs)).filter((input) => input.includes('node_modules')),
    ).toEqual([])
    expect(chunks.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(4096)
  })

  it('ships the licence of every package in the bundle', async () => {
    const text = await readFile(path.join(ROOT, 'dist/THIRD_PARTY_LICENSES.txt'), 'utf8')
    for (const name of ['commander', 'mysql2', 'zod', '@prisma/client', 'jiti', 'luxon'])
      expect(text).toContain(`\n${name} `)
  })
})

interface Metafile {
  outputs: Record<string, Output>
}

interface Output {
  bytes: number
  inputs: Record<string, unknown>
  imports: { path: string; kind: string }[]
}

/** The chunks that are loaded with an entry, before anything is imported dynamically. */
function closureOf({ outputs }: Metafile, entry: string): Output[] {
  const names = Object.keys(outputs).filter((file) => path.basename(file) === entry)
  for (const name of names) {
    const imports =
      outputs[name]?.imports.filter(({ kind, path: target }) => kind === 'import-statement' && target in outputs) ?? []
    names.push(...imports.map(({ path: target }) => target).filter((target) => !names.includes(target)))
  }
  return names.map((name) => outputs[name]).filter((output) => output !== undefined)
}
