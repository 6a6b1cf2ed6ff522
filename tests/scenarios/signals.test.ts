import { describe, it, type ExpectStatic } from 'vitest'
import { engines } from '../support/servers.js'
import { aProject, type Project, type Started } from './project.js'

const GRACE_MS = 1000
const SETTINGS = { SHUTDOWN_GRACE_MS: String(GRACE_MS), LEASE_MS: '20000' }
const CODES = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const
const ALL = Object.keys(CODES) as (keyof typeof CODES)[]

const slot = (jobs: string, more = '') =>
  `schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ${jobs}, firstRun: 'immediately' }], ${more}`

/** Where a pass is when the signal comes: its config, and how to tell that it is there. */
const STAGES = {
  'while it loads its config': {
    config: `(await (effect('loading'), sleep(600_000)), {})`,
    sign: 'loading',
  },
  'while a job obeys': {
    config: `{ ${slot(`['obeys', 'next']`)} jobs: [
      defineJob({ name: 'obeys', run: ({ signal }) => { effect('here'); return new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason))) } }),
      defineJob({ name: 'next', run: () => effect('next') })] }`,
    sign: 'here',
  },
  'while a job ignores it': {
    config: `{ ${slot(`['deaf', 'next']`)} jobs: [
      defineJob({ name: 'deaf', run: async () => { effect('here'); await sleep(600_000) } }),
      defineJob({ name: 'next', run: () => effect('next') })] }`,
    sign: 'here',
  },
  'while a command ignores it': {
    config: `{ ${slot(`['deaf', 'next']`)} jobs: [
      commandJob({ name: 'deaf', command: process.execPath, args: ['-e', "process.on('SIGTERM', () => {}); require('fs').appendFileSync('" + folder + "/effects.log', 'here\\\\n'); setInterval(() => {}, 1000)"] }),
      defineJob({ name: 'next', run: () => effect('next') })] }`,
    sign: 'here',
  },
  'while a hook hangs': {
    config: `{ ${slot(`['work', 'next']`)} jobs: [
      defineJob({ name: 'work', onStart: async () => { effect('here'); await sleep(600_000) }, run: ({ signal }) => { signal.throwIfAborted() } }),
      defineJob({ name: 'next', run: () => effect('next') })] }`,
    sign: 'here',
  },
  'while a retry waits': {
    config: `{ ${slot(`['flaky', 'other']`)} jobs: [
      defineJob({ name: 'flaky', retry: { attempts: 2, delay: '50s' }, run: () => { effect('here'); throw new Error('not yet') } }),
      defineJob({ name: 'other', run: () => effect('other') })] }`,
    sign: 'here',
  },
  'while a condition hangs': {
    config: `{ schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['next'], firstRun: 'immediately', when: async () => { effect('here'); await sleep(600_000) } }],
      jobs: [defineJob({ name: 'next', run: () => effect('next') })] }`,
    sign: 'here',
  },
} as const

async function startAt(
  project: Project,
  stage: (typeof STAGES)[keyof typeof STAGES],
  expect: Expect,
): Promise<Started> {
  project.configure(stage.config)
  const started = project.start(['--json'], SETTINGS)
  await expect.poll(() => project.effects()).toContain(stage.sign)
  return started
}
type Expect = ExpectStatic

async function expectNothingHeld(project: Project, expect: Expect): Promise<void> {
  const held = `SELECT jobName, status FROM JobRun WHERE status = 'RUNNING' OR (status = 'PENDING' AND availableAt IS NULL)`
  expect(await project.sql(held)).toEqual([])
  expect(await project.sql(`SELECT id FROM RunnerPass WHERE status = 'RUNNING'`)).toEqual([])
  expect(project.effects()).not.toContain('next')
}

describe.each(engines())('on $name, a pass', (engine) => {
  for (const [index, [name, stage]] of Object.entries(STAGES).entries()) {
    const signal = ALL[index % ALL.length] ?? 'SIGTERM'

    it.concurrent(
      `told to end ${name} (${signal}) does so within the grace and 2 s and holds nothing back`,
      async ({ expect, onTestFinished }) => {
        const project = await aProject(engine)
        onTestFinished(() => project.remove())
        const { child, ended } = await startAt(project, stage, expect)
        const sentAtMs = performance.now()
        child.kill(signal)
        const { code } = await ended
        expect(code).toBe(CODES[signal])
        expect(performance.now() - sentAtMs).toBeLessThan(GRACE_MS + 2000 + OF_A_BUSY_MACHINE_MS)
        await expectNothingHeld(project, expect)
      },
    )
  }

  it.concurrent(
    'told twice leaves its jobs behind at once, records them as interrupted and ends',
    async ({ expect, onTestFinished }) => {
      const project = await aProject(engine)
      onTestFinished(() => project.remove())
      const { child, ended } = await startTwice(project, expect)
      const sentAtMs = performance.now()
      child.kill('SIGINT')
      await new Promise((resolve) => setTimeout(resolve, 100))
      child.kill('SIGINT')
      const { code, stdout } = await ended
      expect(code).toBe(130)
      expect(performance.now() - sentAtMs).toBeLessThan(2000 + OF_A_BUSY_MACHINE_MS)
      expect(JSON.parse(stdout)).toMatchObject({
        exitCode: 130,
        counts: { interrupted: 1 },
        runs: [{ status: 'INTERRUPTED' }],
      })
      await expectNothingHeld(project, expect)
      expect(await project.sql('SELECT jobName, status, reason FROM JobRun ORDER BY id')).toEqual([
        { jobName: 'deaf', status: 'PENDING', reason: 'interrupted' },
        { jobName: 'next', status: 'PENDING', reason: 'interrupted' },
      ])
    },
  )

  it.concurrent(
    'tells the schedule of a resumed run that completes in the grace',
    async ({ expect, onTestFinished }) => {
      const project = await aProject(engine)
      onTestFinished(() => project.remove())
      project.configure(`{ ${slot(`['j']`)} jobs: [defineJob({ name: 'j', run: async ({ attempt, signal }) => {
        effect('attempt ' + attempt)
        if (attempt === 1) await new Promise((_, no) => signal.addEventListener('abort', () => no(signal.reason)))
        else await new Promise((ready) => signal.addEventListener('abort', ready))
      } })] }`)
      for (const attempt of [1, 2]) {
        const { child, ended } = project.start([], SETTINGS)
        await expect.poll(() => project.effects()).toContain(`attempt ${attempt}`)
        child.kill('SIGTERM')
        expect((await ended).code).toBe(143)
      }
      expect(await project.sql('SELECT status, attempt FROM JobRun')).toEqual([{ status: 'COMPLETED', attempt: 2 }])
      expect(await project.sql('SELECT lastStatus FROM JobSchedule')).toEqual([{ lastStatus: 'COMPLETED' }])
    },
  )

  it.concurrent('watching another one stops watching at once', async ({ expect, onTestFinished }) => {
    const project = await aProject(engine)
    onTestFinished(() => project.remove())
    const first = await startAt(project, STAGES['while a job ignores it'], expect)
    first.child.kill('SIGKILL')
    await first.ended
    const { child, ended } = project.start(['--verbose'], SETTINGS)
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()))
    await expect.poll(() => said).toContain('watching pass')
    const sentAtMs = performance.now()
    child.kill('SIGTERM')
    expect((await ended).code).toBe(143)
    expect(performance.now() - sentAtMs).toBeLessThan(2000 + OF_A_BUSY_MACHINE_MS)
    expect(await project.sql('SELECT status FROM RunnerPass ORDER BY id')).toEqual([
      { status: 'RUNNING' },
      { status: 'INTERRUPTED' },
    ])
  })
})

const OF_A_BUSY_MACHINE_MS = 3000

/** With a grace of a minute, which the second signal must not wait for. */
async function startTwice(project: Project, expect: Expect): Promise<Started> {
  project.configure(STAGES['while a job ignores it'].config)
  const started = project.start(['--json'], { ...SETTINGS, SHUTDOWN_GRACE_MS: '60000' })
  await expect.poll(() => project.effects()).toContain('here')
  return started
}
