import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { aProject, type Project } from '../scenarios/project.js'

const KIB = 1024
/** Bytes that a row may hold in each text, whatever a job does. */
const LIMITS = {
  error: 16 * KIB + 64,
  log: 64 * KIB,
  output: 64 * KIB,
  progress: 1 * KIB,
  attempts: 20 * KIB,
  params: 64 * KIB,
}

describe.each(engines())('texts stored on $name', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())

  it('stay within their limits, whatever jobs, hooks and conditions give', async () => {
    project.configure(`{
      concurrency: 4,
      jobs: [
        defineJob({ name: 'throws', retry: { attempts: 5, delay: 0 }, run: ({ log, progress }) => {
          for (let n = 0; n < 50; n++) log('é'.repeat(10_000)); progress(0.5, '\\u2028'.repeat(100_000)); throw new Error('é'.repeat(1_000_000), { cause: new Error('x'.repeat(1_000_000)) }) } }),
        defineJob({ name: 'returns', run: () => ({ text: '"'.repeat(1_000_000) }) }),
        commandJob({ name: 'prints', command: process.execPath, args: ['-e', "process.stderr.write('y'.repeat(3_000_000)); process.exit(1)"] }),
      ],
      schedules: [
        { id: 's', cron: '0 3 1 1 *', executionMode: 'ALL_JOBS', jobConcurrency: 3, firstRun: 'immediately' },
        { id: 'w', cron: '0 3 1 1 *', jobs: ['returns'], firstRun: 'immediately', when: () => { throw new Error('z'.repeat(1_000_000)) } },
      ],
    }`)
    const { code, document } = await project.json()
    expect([code, document.error, document.counts]).toMatchObject([1, null, { completed: 1, failed: 3 }])
    const runs = await project.sql('SELECT * FROM JobRun')
    for (const [column, limit] of Object.entries(LIMITS)) {
      const sizes = runs.map((run) => sizeOf(run[column]))
      expect(Math.max(...sizes), column).toBeLessThanOrEqual(limit)
    }
    const [schedule] = await project.sql(`SELECT lastError FROM JobSchedule WHERE id = 's'`)
    expect(sizeOf(schedule?.['lastError'])).toBeLessThanOrEqual(4096)
  })

  it('refuse params, reasons and names that are too long, with the limit', async () => {
    project.configure(
      `{ jobs: [defineJob({ name: 'j', run: () => {} })], schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['j'] }] }`,
    )
    await project.run()
    const large = JSON.stringify({ text: 'x'.repeat(70_000) })
    const refused = await Promise.all([
      project.run(['request', 's', '--params', large]),
      project.run(['run', 's', '--params', large]),
      project.run(['pause', 's', '--reason', 'x'.repeat(2000)]),
    ])
    expect(refused.map(({ code }) => code)).toEqual([2, 2, 2])
    expect(refused.map(({ stderr }) => /limit is 65536|are kept/.test(stderr))).toEqual([true, true, true])
    project.configure(
      `{ jobs: [defineJob({ name: 'j', run: () => {} })], schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['j'], params: 'x'.repeat(70_000) }] }`,
    )
    expect(await project.run()).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the limit is 65536') as string,
    })
  })
})

function sizeOf(stored: unknown): number {
  if (stored === null || stored === undefined) return 0
  return Buffer.byteLength(typeof stored === 'string' ? stored : JSON.stringify(stored))
}
