import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findConfig, findOptionalConfig } from '../../src/config/find-config.js'
import { loadConfig } from '../../src/config/load-config.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import { messageOf, ScheduleError } from '../../src/errors.js'
import { folderWith } from './support.js'

const USING_THIS_PACKAGE = `
import { defineConfig, defineJob } from 'run-due-schedules'
export default defineConfig({ name: 'using', jobs: [defineJob({ name: 'a', run: () => 1 })], schedules: [] })
`
const TYPED = `
import type { Answer } from './answer.js'
import { answer } from './answer.js'
const typed: Answer = answer
export default { name: 'typed', answer: typed, jobs: [{ name: 'a', load: () => import('./jobs/lazy.js') }] }
`

async function failureOf(folder: string, file: string, timeoutMs = 10_000): Promise<ScheduleError> {
  try {
    await loadConfig(join(folder, file), { timeoutMs })
  } catch (thrown) {
    if (thrown instanceof ScheduleError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('a config file', () => {
  it.each(['schedules.config.ts', 'schedules.config.mts', 'schedules.config.js', 'schedules.config.mjs'])(
    'is found and loaded as %s, importing this package though it is not installed',
    async (name) => {
      const folder = folderWith({ [name]: USING_THIS_PACKAGE, 'package.json': '{"type":"module"}' })
      const file = findConfig({ cwd: folder, variables: {} })
      expect(file).toBe(join(folder, name))
      expect(resolveConfig(await loadConfig(file), file)).toMatchObject({ name: 'using', file })
    },
  )

  it('in TypeScript imports its neighbours by the names that TypeScript asks for, at once and lazily', async () => {
    const folder = folderWith({
      'schedules.config.ts': TYPED,
      'answer.ts': 'export interface Answer { is: number }\nexport const answer: Answer = { is: 42 }',
      'jobs/lazy.ts': 'export enum Kind { A, B }\nexport const run = (): Kind => Kind.B',
    })
    const file = join(folder, 'schedules.config.ts')
    const raw = await loadConfig(file)
    expect(raw).toMatchObject({ answer: { is: 42 } })
    const { answer: _, ...options } = raw as Record<string, unknown>
    const work = resolveConfig(options, file).jobs.get('a')?.work
    const run = work?.kind === 'function' ? await work.load() : null
    expect(run?.({} as never)).toBe(1)
  })

  it('may await at its top level', async () => {
    const folder = folderWith({ 'c.mjs': 'const name = await Promise.resolve("later")\nexport default { name }' })
    await expect(loadConfig(join(folder, 'c.mjs'))).resolves.toEqual({ name: 'later' })
  })

  it('in TypeScript is transpiled once and kept in node_modules', async () => {
    const folder = folderWith({ 'c.ts': 'export default { name: "kept" as string }' })
    await loadConfig(join(folder, 'c.ts'))
    const cache = join(folder, 'node_modules', '.cache', 'run-due-schedules')
    expect(existsSync(cache) ? readdirSync(cache) : []).toHaveLength(1)
  })
})

describe('a config file that cannot be used', () => {
  it.each<[string, string, string, RegExp, RegExp]>([
    [
      'throws',
      'c.ts',
      'const a: number = 1\n\nthrow new Error("no DB")',
      /^c\.ts could not be loaded: no DB\n {4}at c\.ts:3$/,
      /runs whenever a command starts/,
    ],
    ['throws undefined', 'c.mjs', 'throw undefined', /threw undefined/, /runs whenever/],
    [
      'has broken TypeScript',
      'c.ts',
      'export default {\n  a: [,\n  b: 1\n}',
      /Unexpected token.*\n {4}at c\.ts:4/,
      /correct/,
    ],
    [
      'imports a package that is missing',
      'c.ts',
      'import "no-such-package"\nexport default {}',
      /no-such-package/,
      /npm install no-such-package/,
    ],
    [
      'imports a file that is missing',
      'c.ts',
      'import "./gone.js"\nexport default {}',
      /\.\/gone\.js'\n/,
      /correct the import, or add the file/,
    ],
    [
      'has no default export',
      'c.mjs',
      'export const config = {}',
      /^c\.mjs has no default export$/,
      /export default defineConfig/,
    ],
    [
      'exports a function',
      'c.ts',
      'export default () => ({})',
      /exports a function by default/,
      /export default defineConfig/,
    ],
    [
      'exports a promise',
      'c.ts',
      'export default (async () => ({}))()',
      /exports a promise by default/,
      /export default await/,
    ],
    [
      'exports a promise that rejects',
      'c.mjs',
      'export default (async () => { throw new Error("late") })()',
      /exports a promise/,
      /await/,
    ],
    ['is of another kind', 'c.yaml', 'jobs: []', /is not TypeScript or JavaScript/, /\.ts, \.mts, \.js or \.mjs/],
  ])('because it %s is named with the cause and a fix', async (_what, name, text, message, fix) => {
    const error = await failureOf(folderWith({ [name]: text }), name)
    expect(error).toMatchObject({ code: 'CONFIG_FAILED', exitCode: 2 })
    expect(error.message).toMatch(message)
    expect(error.fix).toMatch(fix)
  })

  it.each<[string, string, string, RegExp, RegExp]>([
    ['a module of a package', 'c.ts', `import a from 'no-such/sub'; a()`, /no-such\/sub/, /npm install no-such$/],
    ['a module of a scope', 'c.ts', `import a from '@no/such/sub'; a()`, /@no\/such/, /npm install @no\/such$/],
    ['an alias of tsconfig.json', 'c.ts', `import a from '@/jobs/a'; a()`, /@\/jobs\/a/, /write a relative path/],
    ['a path below baseUrl', 'c.ts', `import a from 'jobs/gone'; a()`, /jobs\/gone/, /write a relative path/],
    [
      'a mistyped name of this package',
      'c.ts',
      `import { defineConfg } from 'run-due-schedules'\nexport default defineConfg({})`,
      /: defineConfg is not a function\n {4}at c\.ts:2$/,
      /^did you mean defineConfig\?$/,
    ],
  ])('because it imports %s wrongly is given its own fix', async (_what, name, text, message, fix) => {
    const error = await failureOf(folderWith({ [name]: text, 'jobs/job.js': 'export const job = 1' }), name)
    expect(error.message).toMatch(message)
    expect(error.fix).toMatch(fix)
  })

  it('because a module that a job loads later is missing names the file that asks for it', async () => {
    const folder = folderWith({
      'c.ts': `export default { jobs: [{ name: 'a', load: () => import('./jobs/gone.js') }] }`,
    })
    const file = join(folder, 'c.ts')
    const work = resolveConfig(await loadConfig(file), file).jobs.get('a')?.work
    const error = await Promise.resolve(work?.kind === 'function' ? work.load() : null).catch(
      (thrown: unknown) => thrown,
    )
    expect(messageOf(error)).toBe("load of job 'a' failed: Cannot find module './jobs/gone.js'\n    at c.ts:1")
    expect(error).toMatchObject({ fix: 'correct the import, or add the file' })
  })

  it('because its syntax is wrong is not told to keep work out of it', async () => {
    const error = await failureOf(folderWith({ 'c.ts': 'export default { jobs: [ }' }), 'c.ts')
    expect(error.fix).toBe('correct the syntax')
  })

  it('because a module of it throws is named with that place', async () => {
    const folder = folderWith({
      'c.ts': 'import "./jobs/boom.js"\nexport default {}',
      'jobs/boom.ts': '\nconst nothing: any = null\nnothing.at(0)',
    })
    expect((await failureOf(folder, 'c.ts')).message).toMatch(/at jobs\/boom\.ts:3$/)
  })

  it.each(['c.ts', 'c.mjs'])('because it never finishes loading is given up (%s)', async (name) => {
    const folder = folderWith({ [name]: 'await new Promise(() => {})\nexport default {}' })
    const error = await failureOf(folder, name, 50)
    expect(error.message).toBe(`${name} did not finish loading within 0.05 s`)
    expect(error.fix).toContain('top-level await')
  })
})

describe('finding the config file', () => {
  it('prefers --config to SCHEDULES_CONFIG to the working directory', () => {
    const folder = folderWith({ 'a.ts': '', 'b.ts': '', 'schedules.config.mjs': '' })
    const variables = { SCHEDULES_CONFIG: 'b.ts' }
    expect(findConfig({ cwd: folder, variables, file: 'a.ts' })).toBe(join(folder, 'a.ts'))
    expect(findConfig({ cwd: folder, variables })).toBe(join(folder, 'b.ts'))
    expect(findConfig({ cwd: folder, variables: { SCHEDULES_CONFIG: '' } })).toBe(join(folder, 'schedules.config.mjs'))
  })

  it('without one names what was looked for, and how to go on', () => {
    const folder = folderWith({})
    expect(findOptionalConfig({ cwd: folder, variables: {} })).toBeNull()
    expect(() => findConfig({ cwd: folder, variables: {} })).toThrow(
      expect.objectContaining({ code: 'CONFIG_NOT_FOUND', exitCode: 2 }) as Error,
    )
  })

  it.each([
    ['--config', { file: 'gone.ts' }, 'which does not exist'],
    ['--config', { file: '.' }, 'which is not a file'],
    ['SCHEDULES_CONFIG', { variables: { SCHEDULES_CONFIG: 'gone.ts' } }, 'which does not exist'],
  ])('refuses what %s names when it is no file (%j)', (origin, search, what) => {
    const folder = folderWith({})
    const find = () => findOptionalConfig({ cwd: folder, variables: {}, ...search })
    expect(find).toThrow(`${origin} names ${folder}`)
    expect(find).toThrow(what)
  })
})
