import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cancelRun } from '../../src/commands/cancel.js'
import { requestRuns } from '../../src/commands/request.js'
import type { JsonValue } from '../../src/domain/json.js'
import { engines } from '../support/servers.js'
import { found, openRoom, type TestRoom } from './database.js'

const PASS = { kind: 'PASS' as const, host: 'test', pid: 1, version: '0', configName: 'default' }

describe.each(engines())('requests on $name', (engine) => {
  let room: TestRoom
  beforeAll(async () => {
    room = await openRoom(engine)
  })
  afterAll(() => room.close())

  it('leave one waiting run per job, in the order of the config', async () => {
    await room.addSchedule({ id: 'all', params: { tenant: 'acme' }, priority: 7 })
    const { runs } = await requestRuns(room.store, { scheduleId: 'all', actor: 'cli:ann' })
    expect(runs.map((run) => run.jobName)).toEqual(['send-digests', 'backup-db', 'rotate-logs'])
    const now = await room.store.now()
    for (const run of await room.runs('all')) {
      expect(run).toMatchObject({ trigger: 'MANUAL', status: 'PENDING', scheduledFor: null, passId: null, priority: 7 })
      expect(run).toMatchObject({ params: { tenant: 'acme' }, requestedBy: 'cli:ann', attempt: 0 })
      expect(found(run.availableAt).getTime()).toBeLessThanOrEqual(now.getTime())
    }
    expect((await room.runs('all')).map((run) => run.jobName)).toEqual(['send-digests', 'backup-db', 'rotate-logs'])
  })

  it('mean the jobs of the group, or the listed ones in their order', async () => {
    await room.addSchedule({ id: 'group', executionMode: 'JOB_GROUP', jobGroup: 'nightly' })
    await room.addSchedule({ id: 'list', executionMode: 'JOB_LIST', jobNames: ['rotate-logs', 'send-digests'] })
    const group = await requestRuns(room.store, { scheduleId: 'group', actor: 'a' })
    const list = await requestRuns(room.store, { scheduleId: 'list', actor: 'a' })
    expect(group.runs.map((run) => run.jobName)).toEqual(['backup-db', 'rotate-logs'])
    expect(list.runs.map((run) => run.jobName)).toEqual(['rotate-logs', 'send-digests'])
  })

  it('mean the jobs of every config for a schedule made at run time', async () => {
    await room.addSchedule({
      id: 'runtime',
      source: 'DATABASE',
      configName: null,
      executionMode: 'JOB_GROUP',
      jobGroup: 'nightly',
    })
    const { runs } = await requestRuns(room.store, { scheduleId: 'runtime', actor: 'a' })
    expect(runs.map((run) => run.jobName)).toEqual(['backup-db', 'rotate-logs', 'elsewhere'])
  })

  it('take one job and other params', async () => {
    await room.addSchedule({ id: 'one', params: { tenant: 'acme' } })
    await requestRuns(room.store, { scheduleId: 'one', job: 'backup-db', params: { full: true }, actor: 'a' })
    await requestRuns(room.store, { scheduleId: 'one', job: 'backup-db', params: null, actor: 'a' })
    expect((await room.runs('one')).map(({ jobName, params }) => [jobName, params])).toEqual([
      ['backup-db', { full: true }],
      ['backup-db', null],
    ])
  })

  it('refuse params that are too long, nested deeper than every engine takes, or hold what some refuse', async () => {
    await room.addSchedule({ id: 'deep' })
    const nested = (levels: number): JsonValue =>
      JSON.parse(`${'['.repeat(levels)}"core"${']'.repeat(levels)}`) as JsonValue
    const ask = (params: JsonValue) => requestRuns(room.store, { scheduleId: 'deep', params, actor: 'cli:ann' })
    await expect(ask(nested(31))).rejects.toThrow('nested deeper than 30 levels')
    await expect(ask('x'.repeat(65_536))).rejects.toThrow('the limit is 65536')
    await expect(ask(nested(100_000))).rejects.toThrow('nested deeper than 30 levels')
    await expect(ask({ '\ud83d': 1 })).rejects.toThrow('half a character')
    await expect(ask({ emoji: ['\ude00😀'] })).rejects.toThrow('half a character')
    await ask(nested(30))
    expect((await room.runs('deep'))[0]?.params).toEqual(nested(30))
  })

  it('are left for a schedule that is paused as well', async () => {
    await room.addSchedule({ id: 'asleep', enabled: false, nextRunAt: null })
    const { runs } = await requestRuns(room.store, { scheduleId: 'asleep', job: 'backup-db', actor: 'a' })
    expect(runs).toHaveLength(1)
  })

  it('wait beside runs that a pass holds', async () => {
    await room.addSchedule({ id: 'busy' })
    const pass = await room.store.openPass(PASS, 60_000)
    await holdRun(room, 'busy', pass.id)
    const { runs } = await requestRuns(room.store, { scheduleId: 'busy', job: 'backup-db', actor: 'a' })
    expect(runs).toMatchObject([{ status: 'PENDING', passId: null }])
    expect((await room.runs('busy')).map((run) => run.passId)).toEqual([pass.id, null])
  })

  it('write an audit event', async () => {
    await room.addSchedule({ id: 'audited' })
    await requestRuns(room.store, { scheduleId: 'audited', job: 'backup-db', params: { a: 1 }, actor: 'cli:ann' })
    expect(await room.audits('audited')).toMatchObject([
      { actor: 'cli:ann', action: 'request', detail: { jobs: ['backup-db'], params: { a: 1 } } },
    ])
  })

  it('name near schedules when there is none of that id', async () => {
    await room.addSchedule({ id: 'nightly-report' })
    await expect(requestRuns(room.store, { scheduleId: 'nigthly-report', actor: 'a' })).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_FOUND',
      exitCode: 2,
      fix: "did you mean 'nightly-report'?",
    })
  })

  it('refuse a job that the schedule does not run, and name those it does', async () => {
    await room.addSchedule({ id: 'digest', executionMode: 'JOB_LIST', jobNames: ['send-digests'] })
    await expect(requestRuns(room.store, { scheduleId: 'digest', job: 'backup-db', actor: 'a' })).rejects.toMatchObject(
      {
        code: 'JOB_NOT_FOUND',
        fix: "its jobs are 'send-digests'",
      },
    )
    expect(await room.runs('digest')).toEqual([])
  })

  it('refuse jobs that no config has any more, and groups without jobs', async () => {
    await room.addSchedule({ id: 'stale', executionMode: 'JOB_LIST', jobNames: ['backup-db', 'gone'] })
    await room.addSchedule({ id: 'empty', executionMode: 'JOB_GROUP', jobGroup: 'nobody' })
    await expect(requestRuns(room.store, { scheduleId: 'stale', actor: 'a' })).rejects.toThrow(/names a job 'gone'/)
    await expect(requestRuns(room.store, { scheduleId: 'empty', actor: 'a' })).rejects.toThrow(
      /job group 'nobody' is empty/,
    )
  })

  it('refuse an orphaned schedule', async () => {
    await room.addSchedule({ id: 'orphan', orphaned: true })
    await expect(requestRuns(room.store, { scheduleId: 'orphan', actor: 'a' })).rejects.toMatchObject({
      code: 'CONFLICT',
    })
  })

  it('are taken back as long as they wait', async () => {
    await room.addSchedule({ id: 'regretted' })
    const { runs } = await requestRuns(room.store, { scheduleId: 'regretted', job: 'backup-db', actor: 'a' })
    const runId = found(runs[0]).id
    expect((await cancelRun(room.store, runId, 'cli:ann')).outcome).toBe('cancelled')
    expect(await room.runs('regretted')).toMatchObject([{ status: 'CANCELLED', reason: 'requested' }])
    expect((await cancelRun(room.store, runId, 'cli:ann')).outcome).toBe('ended')
    expect((await room.audits('regretted')).filter((event) => event.action === 'cancel')).toMatchObject([{ runId }])
  })

  it('are cancelled once when two people cancel at once', async () => {
    await room.addSchedule({ id: 'contested' })
    const { runs } = await requestRuns(room.store, { scheduleId: 'contested', job: 'backup-db', actor: 'a' })
    const runId = found(runs[0]).id
    const both = await Promise.all([cancelRun(room.store, runId, 'ann'), cancelRun(room.rival, runId, 'bob')])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['cancelled', 'ended'])
  })

  it('are asked to stop once a pass holds them', async () => {
    await room.addSchedule({ id: 'held' })
    const pass = await room.store.openPass(PASS, 60_000)
    const runId = await holdRun(room, 'held', pass.id)
    expect((await cancelRun(room.store, runId, 'ann')).outcome).toBe('requested')
    expect((await room.store.renewLease(pass.id, 60_000)).cancel).toMatchObject([{ runId, reason: 'requested' }])
    expect((await cancelRun(room.store, runId, 'ann')).outcome).toBe('requested')
  })

  it('cannot be cancelled when they do not exist', async () => {
    const runId = '01999999-0000-7000-8000-000000000000'
    await expect(cancelRun(room.store, runId, 'ann')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', exitCode: 2 })
  })
})

async function holdRun(room: TestRoom, scheduleId: string, passId: number): Promise<string> {
  const result = await room.store.insertRuns({
    scheduleId,
    trigger: 'MANUAL',
    runs: [{ jobName: 'backup-db', maxAttempts: 1, scheduledFor: null, params: null, priority: 0 }],
    requestedBy: null,
    passId,
    refuseIfOpen: false,
    audit: null,
  })
  return 'inserted' in result ? found(result.inserted[0]).id : ''
}
