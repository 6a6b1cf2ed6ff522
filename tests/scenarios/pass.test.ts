import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { aProject, attemptsOf, type Project } from './project.js'

describe.each(engines())('a pass on $name', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())

  const THREE_MODES = `{
    jobs: [
      defineJob({ name: 'one', group: 'g', run: ({ jobName, scheduleId }) => { effect(scheduleId + ' ' + jobName); return { answer: 42 } } }),
      defineJob({ name: 'two', group: 'g', run: ({ jobName, scheduleId }) => { effect(scheduleId + ' ' + jobName) } }),
      defineJob({ name: 'fails', run: () => { throw new Error('as it must') } }),
      commandJob({ name: 'three', command: process.execPath, args: ['-e', 'console.log(process.env.JOB_NAME)'] }),
    ],
    schedules: [
      { id: 'everything', cron: '0 3 1 1 *', executionMode: 'ALL_JOBS' },
      { id: 'a-group', cron: '0 3 1 1 *', executionMode: 'JOB_GROUP', jobGroup: 'g' },
      { id: 'a-list', cron: '0 3 1 1 *', executionMode: 'JOB_LIST', jobs: ['two', 'one'] },
    ],
  }`

  it('runs every job of three due schedules once, records them, moves on and reports one failure', async () => {
    project.configure(THREE_MODES)
    expect((await project.json()).document.counts).toMatchObject({ due: 0, executed: 0 })
    await project.makeDue(['everything', 'a-group', 'a-list'])
    const { code, document } = await project.json()
    expect(code).toBe(1)
    expect(document.exitCode).toBe(1)
    expect(document.counts).toMatchObject({ due: 3, executed: 8, completed: 7, failed: 1, missed: 0, locked: 0 })
    expect(project.effects().toSorted()).toEqual([
      'a-group one',
      'a-group two',
      'a-list one',
      'a-list two',
      'everything one',
      'everything two',
    ])
    // Declared order within a slot.
    expect(project.effects().filter((line) => line.startsWith('a-list'))).toEqual(['a-list two', 'a-list one'])

    const runs = await project.sql('SELECT * FROM JobRun ORDER BY id')
    expect(runs).toHaveLength(8)
    expect(runs.filter((run) => run['status'] === 'COMPLETED')).toHaveLength(7)
    expect(runs.every((run) => run['trigger'] === 'CRON' && run['attempt'] === 1 && run['finishedAt'] !== null)).toBe(
      true,
    )
    expect(runs.find((run) => run['status'] === 'FAILED')).toMatchObject({
      jobName: 'fails',
      error: expect.stringContaining('as it must') as string,
    })
    const three = runs.find((run) => run['jobName'] === 'three')
    expect(three?.['log']).toContain('three')

    const [schedule] = await project.sql(`SELECT * FROM JobSchedule WHERE id = 'everything'`)
    expect(schedule).toMatchObject({ lastStatus: 'FAILED', consecutiveFailures: 1 })
    expect(new Date(String(schedule?.['nextRunAt'])).getTime()).toBeGreaterThan(Date.parse('2026-12-31T00:00:00Z'))
    const [pass] = await project.sql(`SELECT * FROM RunnerPass WHERE status = 'FINISHED' ORDER BY id DESC`)
    expect(pass).toMatchObject({ due: 3, executed: 8, failed: 1, exitCode: 1, leaseUntil: null })
    expect(await project.sql(`SELECT id FROM JobRun WHERE status IN ('PENDING', 'RUNNING')`)).toEqual([])
  })

  it('that follows runs nothing, and an unchanged config writes nothing', async () => {
    project.configure(THREE_MODES)
    await project.run()
    await project.makeDue(['a-list'])
    expect((await project.run()).code).toBe(0)
    const before = await project.sql('SELECT id, updatedAt FROM JobSchedule ORDER BY id')
    const { code, document } = await project.json()
    expect([code, document.counts.executed, document.next?.scheduleId]).toEqual([0, 0, expect.any(String)])
    expect(await project.sql('SELECT id, updatedAt FROM JobSchedule ORDER BY id')).toEqual(before)
    expect((await project.sql(`SELECT status FROM RunnerPass ORDER BY id DESC`))[0]).toEqual({ status: 'IDLE' })
  })

  it('retries a failing job inside the pass, keeping each attempt', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'flaky', retry: { attempts: 3, delay: 20 }, run: ({ attempt }) => { effect('try ' + attempt); if (attempt < 3) throw new Error('not yet'); return 'ok' } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['flaky'], firstRun: 'immediately' }],
    }`)
    const { code, document } = await project.json()
    expect(code).toBe(0)
    expect(project.effects()).toEqual(['try 1', 'try 2', 'try 3'])
    expect(document.runs).toMatchObject([{ status: 'COMPLETED', attempt: 3 }])
    const [run] = await project.sql('SELECT * FROM JobRun')
    expect(attemptsOf(run)).toMatchObject([
      { number: 1, status: 'FAILED' },
      { number: 2, status: 'FAILED' },
      { number: 3, status: 'COMPLETED' },
    ])
  })

  it('leaves a retry with a long delay to a later pass, which takes it when its time has come', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'flaky', retry: { attempts: 2, delay: '10m' }, run: ({ attempt }) => { effect('try ' + attempt); if (attempt < 2) throw new Error('not yet') } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['flaky'], firstRun: 'immediately' }],
    }`)
    const first = await project.json()
    expect(first.document).toMatchObject({
      exitCode: 0,
      counts: { deferred: 1, failed: 0 },
      runs: [{ status: 'PENDING', reason: 'retry' }],
    })
    expect((await project.json()).document.counts.executed).toBe(0)
    await project.sql(
      project.isSqlite
        ? `UPDATE JobRun SET availableAt = strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')`
        : 'UPDATE JobRun SET availableAt = UTC_TIMESTAMP(3)',
    )
    const second = await project.json()
    expect(second.document.runs).toMatchObject([{ status: 'COMPLETED', attempt: 2 }])
    expect(project.effects()).toEqual(['try 1', 'try 2'])
    expect((await project.sql('SELECT lastStatus, consecutiveFailures FROM JobSchedule'))[0]).toEqual({
      lastStatus: 'COMPLETED',
      consecutiveFailures: 0,
    })
  })

  it('gives a request its turn, under the params of the request', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'work', run: ({ params, trigger }) => { effect(trigger + ' ' + JSON.stringify(params)) } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['work'], params: { from: 'schedule' } }],
    }`)
    await project.run()
    expect((await project.run(['request', 's', '--params', '{"from":"request"}'])).code).toBe(0)
    const { document } = await project.json()
    expect(document.runs).toMatchObject([{ trigger: 'MANUAL', status: 'COMPLETED', scheduledFor: null }])
    expect(project.effects()).toEqual(['MANUAL {"from":"request"}'])
  })

  it('runs a schedule now on demand without consuming a slot', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'work', run: ({ params }) => { effect('ran ' + params.n) } }), defineJob({ name: 'other', run: () => effect('other') })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['work', 'other'], params: { n: 1 } }],
    }`)
    await project.run()
    const before = await project.sql('SELECT nextRunAt, lastSlotAt FROM JobSchedule')
    const { code, document } = await project.json(['run', 's', '--job', 'work', '--params', '{"n":2}'])
    expect([code, document.counts.executed, project.effects()]).toEqual([0, 1, ['ran 2']])
    expect(await project.sql('SELECT nextRunAt, lastSlotAt FROM JobSchedule')).toEqual(before)
    expect((await project.sql(`SELECT kind FROM RunnerPass ORDER BY id DESC`))[0]).toEqual({ kind: 'MANUAL' })
  })

  it('bounds what runs at once: in the pass, in a job group, in a slot', async () => {
    project.configure(`{
      concurrency: 3, groupConcurrency: { narrow: 1 },
      jobs: [
        ...[1, 2, 3, 4, 5, 6].map((n) => defineJob({ name: 'wide-' + n, run: async () => { effect('+wide'); await sleep(60); effect('-wide') } })),
        ...[1, 2, 3].map((n) => defineJob({ name: 'narrow-' + n, group: 'narrow', run: async () => { effect('+narrow'); await sleep(60); effect('-narrow') } })),
      ],
      schedules: [{ id: 's', cron: '0 3 1 1 *', executionMode: 'ALL_JOBS', jobConcurrency: 9, firstRun: 'immediately' }],
    }`)
    expect((await project.run()).code).toBe(0)
    const most = (prefix: string) => {
      let now = 0
      return Math.max(
        ...project
          .effects()
          .filter((line) => line.includes(prefix))
          .map((line) => (now += line.startsWith('+') ? 1 : -1)),
      )
    }
    expect([most(''), most('narrow')]).toEqual([3, 1])
  })
})

// The leaked child lives for longer.
const OF_A_BUSY_MACHINE_MS = 3000

describe('the process', () => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engines()[0] ?? null)
  })
  afterEach(() => project.remove())

  it('exits by itself within a second of its summary though a job leaked a timer, a socket and a child', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'leaks', run: async () => {
        setInterval(() => {}, 1000)
        const { createServer, connect } = await import('node:net')
        const server = createServer(() => {}).listen(0)
        connect(server.address().port)
        const { spawn } = await import('node:child_process')
        spawn(process.execPath, ['-e', 'setTimeout(() => {}, 8000)'], { stdio: ['pipe', 'pipe', 'pipe'] })
      } })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['leaks'], firstRun: 'immediately' }],
    }`)
    const { child, ended } = project.start()
    const summaryAt = new Promise<number>((resolve) =>
      child.stdout?.on('data', (chunk: Buffer) => chunk.includes('next:') && resolve(performance.now())),
    )
    const exitAt = new Promise<number>((resolve) => child.on('exit', () => resolve(performance.now())))
    expect((await exitAt) - (await summaryAt)).toBeLessThan(1000 + OF_A_BUSY_MACHINE_MS)
    expect((await ended).code).toBe(0)
  })

  it('stopped by SIGTERM records its runs as interrupted, gives back what waits, and the next pass goes on', async () => {
    project.configure(`{
      jobs: ['first', 'second'].map((name) => defineJob({ name, run: async ({ signal, attempt }) => {
        effect(name + ' ' + attempt)
        if (attempt === 1 && name === 'first') await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      } })),
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['first', 'second'], firstRun: 'immediately' }],
    }`)
    const { child, ended } = project.start(['--json'])
    await expect.poll(() => project.effects()).toContain('first 1')
    child.kill('SIGTERM')
    const first = await ended
    expect(first.code).toBe(143)
    expect(JSON.parse(first.stdout)).toMatchObject({
      exitCode: 143,
      counts: { interrupted: 1 },
      runs: [{ jobName: 'first', status: 'INTERRUPTED' }],
    })
    expect((await project.sql('SELECT status FROM RunnerPass'))[0]).toEqual({ status: 'INTERRUPTED' })
    const second = await project.json()
    expect(second.document.runs).toMatchObject([
      { jobName: 'first', attempt: 2, status: 'COMPLETED' },
      { jobName: 'second', attempt: 1, status: 'COMPLETED' },
    ])
    expect(project.effects()).toEqual(['first 1', 'first 2', 'second 1'])
  })

  it('goes on with a schedule whose group ended while the pass asked what else is due', async () => {
    // Both end in one flush; the hook's turns shift the second end by as many steps of the first one's way back.
    project.configure(`((gate, firstOf = {}, both = () => new Promise((resolve) => { if (gate.push(resolve) === 2) for (const open of gate) open() })) => ({
      concurrency: 4,
      jobs: [
        defineJob({ name: 'x', run: both }),
        defineJob({ name: 'y', run: ({ runId }) => (firstOf.y ??= runId) === runId ? both() : undefined,
          onSuccess: async () => { for (let turn = 0; turn < Number(process.env.TURNS); turn += 1) await null } }),
      ],
      schedules: [
        { id: 'x', cron: '0 0 1 1 *', jobs: ['x'] },
        { id: 'y', cron: '* * * * *', jobs: ['y'], catchUp: 'all', catchUpLimit: 2 },
      ],
    }))([])`)
    // A slot that comes due within seconds would be taken at once.
    await project.run(['--schedule', 'x'])
    for (const turns of ['0', '1', '2', '3']) {
      await project.makeDue(['x', 'y'], 600)
      const { code, document } = await project.json(['--max-duration', '40s'], {
        TURNS: turns,
        SHUTDOWN_GRACE_MS: '500',
      })
      expect([turns, code, document.counts.completed]).toEqual([turns, 0, 3])
      await project.sql('DELETE FROM JobRun')
      await project.sql('UPDATE JobSchedule SET lastSlotAt = NULL')
    }
  })

  it('tries a run that reached its timeout again in a later pass, though it looks again itself', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'slow', timeout: 200, retry: { attempts: 3, delay: 0 }, run: ({ signal }) => sleep(60_000, undefined, { signal }) })],
      schedules: [
        { id: 's', cron: '* * * * *', jobs: ['slow'], catchUp: 'all', catchUpLimit: 1 },
        { id: 'other', cron: '0 3 1 1 *', jobs: ['slow'] },
      ],
    }`)
    await project.run(['--schedule', 'other'])
    await project.makeDue(['s'], 61)
    const first = await project.json()
    expect(first.document.runs.map((run) => run.attempt)).toContain(1)
    expect(first.document.runs.map((run) => run.attempt)).not.toContain(2)
    await project.sql("UPDATE JobSchedule SET nextRunAt = '2100-01-01 00:00:00'")
    const later = await project.json()
    expect(later.document.runs).toMatchObject([{ attempt: 2, status: 'PENDING' }])
  })

  it('ends before --max-duration and leaves the rest to a later pass', async () => {
    project.configure(`{
      jobs: [defineJob({ name: 'long', run: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))) })],
      schedules: [{ id: 's', cron: '0 3 1 1 *', jobs: ['long'], firstRun: 'immediately' }],
    }`)
    const ended = await project.json(['--max-duration', '12s'], { SHUTDOWN_GRACE_MS: '4000' })
    expect(ended.tookMs).toBeLessThan(12_000)
    expect([ended.code, ended.document.counts.interrupted, ended.document.counts.deferred]).toEqual([0, 1, 1])
  })
})
