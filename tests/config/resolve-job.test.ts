import { describe, expect, it } from 'vitest'
import { describeError } from '../../src/jobs/describe-error.js'
import { resolveConfig } from '../../src/config/resolve-config.js'
import type { JobFunction } from '../../src/jobs/job.js'

const run: JobFunction = () => 'ran'

function loaderOf(options: object): () => Promise<JobFunction> {
  const work = resolveConfig({ jobs: [{ name: 'a', ...options }] }, '/srv/app/c.ts').jobs.get('a')?.work
  if (work?.kind !== 'function') throw new Error('no function job')
  return work.load
}

describe('a function job', () => {
  it('with run has that function', async () => {
    await expect(loaderOf({ run })()).resolves.toBe(run)
  })

  it.each([
    ['the function', () => run],
    ['a promise of it', () => Promise.resolve(run)],
    ['a module with a default export', () => Promise.resolve({ default: run })],
    ['a module that exports run', () => Promise.resolve({ run })],
    ['a CommonJS module, transpiled from a default export', () => ({ default: { __esModule: true, default: run } })],
    ['a CommonJS module, whose exports were built up', () => ({ default: { run } })],
  ])('loads %s', async (_what, load) => {
    await expect(loaderOf({ load })()).resolves.toBe(run)
  })

  it('is loaded once, and not before it is asked for', async () => {
    let loads = 0
    const load = loaderOf({ load: () => ((loads += 1), { run }) })
    expect(loads).toBe(0)
    await Promise.all([load(), load()])
    await load()
    expect(loads).toBe(1)
  })

  it('is loaded again after a load that failed', async () => {
    let loads = 0
    const load = loaderOf({
      load: () => {
        loads += 1
        if (loads === 1) throw new Error('no disk')
        return run
      },
    })
    await expect(load()).rejects.toThrow("load of job 'a' failed: no disk")
    await expect(load()).resolves.toBe(run)
  })

  it('is found in CommonJS that a compiler made', async () => {
    const exports = Object.defineProperty({ default: run }, '__esModule', { value: true })
    await expect(loaderOf({ load: () => ({ default: exports }) })()).resolves.toBe(run)
  })

  it.each([
    ["Cannot find module 'nope'\nRequire stack:\n- /a.ts", /failed: Cannot find module 'nope'$/m, 'npm install nope'],
    ['ParseError: Unexpected token\n /srv/app/a.ts:2:0', /failed: Unexpected token$/m, 'correct the syntax'],
  ])('whose module cannot be read (%j) has the fix for it', async (message, told, fix) => {
    const load = loaderOf({ load: () => Promise.reject(new Error(message)) })
    const error = await load().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      message: expect.stringMatching(told) as string,
      fix: expect.stringContaining(fix) as string,
    })
    expect(describeError(error)).not.toMatch(/caused by|src\/config/)
  })

  it('that loads no function says what to export', async () => {
    await expect(loaderOf({ load: () => ({ main: run }) })()).rejects.toMatchObject({
      message: "load of job 'a' gave an object without a function",
      fix: expect.stringContaining('export const run') as string,
    })
  })
})

describe('paths and URLs', () => {
  const jobs = [
    { name: 'here', command: 'true' },
    { name: 'below', command: 'true', cwd: 'scripts' },
    { name: 'elsewhere', command: 'true', cwd: '/opt' },
    { name: 'get', request: { url: 'HTTP://Example.com' }, expectStatus: 204 },
  ]

  it('are resolved from the folder of the config file', () => {
    const config = resolveConfig({ jobs }, '/srv/app/c.ts')
    const folders = ['here', 'below', 'elsewhere'].map((name) => config.jobs.get(name)?.work)
    expect(folders).toMatchObject([{ cwd: '/srv/app' }, { cwd: '/srv/app/scripts' }, { cwd: '/opt' }])
  })

  it('are normalised, one expected status being a list of one', () => {
    expect(resolveConfig({ jobs }, '/srv/app/c.ts').jobs.get('get')?.work).toMatchObject({
      url: 'http://example.com/',
      method: 'GET',
      expectStatus: [204],
    })
  })
})
