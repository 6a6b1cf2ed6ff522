import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { removeSchedule } from '../../src/commands/remove.js'
import { requestRuns } from '../../src/commands/request.js'
import { upsertSchedule } from '../../src/commands/upsert.js'
import type { ProblemsError } from '../../src/errors.js'
import { pauseSchedules } from '../../src/commands/pause.js'
import { engines } from '../support/servers.js'
import { openRoom, type TestRoom } from './database.js'

const HOUR = 3_600_000

describe.each(engines())('schedules made at run time on $name', (engine) => {
  let room: TestRoom
  beforeAll(async () => {
    room = await openRoom(engine)
  })
  afterAll(() => room.close())

  const input = (id: string, change: object = {}) => ({ id, cron: '0 * * * *', jobs: ['backup-db'], ...change })

  it('are created with every default, and begin with their next slot', async () => {
    const { outcome, schedule } = await upsertSchedule(
      room.store,
      input('new', { timezone: 'Europe/Berlin', params: { tenant: 'acme' } }),
      'app',
    )
    expect(outcome).toBe('created')
    expect(schedule).toMatchObject({
      id: 'new',
      source: 'DATABASE',
      configName: null,
      executionMode: 'JOB_LIST',
      jobNames: ['backup-db'],
      timezone: 'Europe/Berlin',
      params: { tenant: 'acme' },
      enabled: true,
      catchUp: 'latest',
      overlap: 'wait',
      priority: 0,
      lastSlotAt: null,
      orphaned: false,
    })
    const now = await room.store.now()
    expect(schedule.nextRunAt?.getTime()).toBeGreaterThan(now.getTime())
    expect(Math.abs(schedule.historyFrom.getTime() - now.getTime())).toBeLessThan(60_000)
    expect(await room.audits('new')).toMatchObject([{ actor: 'app', action: 'upsert', detail: { outcome: 'created' } }])
  })

  it('may begin at once, or not at all', async () => {
    const now = await room.store.now()
    const eager = await upsertSchedule(room.store, input('eager', { firstRun: 'immediately' }), 'app')
    expect(eager.schedule.nextRunAt).toEqual(eager.schedule.historyFrom)
    expect(eager.schedule.nextRunAt?.getTime()).toBeGreaterThanOrEqual(now.getTime())
    const off = await upsertSchedule(room.store, input('off', { enabled: false }), 'app')
    expect(off.schedule).toMatchObject({ enabled: false, nextRunAt: null })
  })

  it('are left alone by the same definition again', async () => {
    await upsertSchedule(room.store, input('same'), 'app')
    const before = await room.schedule('same')
    expect(await upsertSchedule(room.store, input('same'), 'app')).toEqual({ outcome: 'unchanged', schedule: before })
    expect(await room.audits('same')).toHaveLength(1)
  })

  it('keep their next slot when the edit is not about time', async () => {
    await upsertSchedule(room.store, input('edited'), 'app')
    const before = await room.schedule('edited')
    const { outcome, schedule } = await upsertSchedule(
      room.store,
      input('edited', { priority: 3, jobs: ['rotate-logs'] }),
      'app',
    )
    expect(outcome).toBe('updated')
    expect(schedule).toMatchObject({
      priority: 3,
      jobNames: ['rotate-logs'],
      nextRunAt: before.nextRunAt,
      historyFrom: before.historyFrom,
    })
  })

  it('write off due slots of the old times when the cron expression is edited', async () => {
    const now = await room.store.now()
    const nextRunAt = new Date(Math.floor(now.getTime() / HOUR) * HOUR - HOUR)
    await room.addSchedule({
      id: 'retimed',
      source: 'DATABASE',
      configName: null,
      nextRunAt,
      lastSlotAt: new Date(nextRunAt.getTime() - HOUR),
    })
    const { schedule } = await upsertSchedule(room.store, input('retimed', { cron: '30 4 * * *' }), 'app')
    expect(await room.runs('retimed')).toMatchObject([
      { jobName: '*', status: 'MISSED', reason: 'edited', firstSlot: nextRunAt, slotCount: 2 },
    ])
    expect(schedule.nextRunAt?.getUTCMinutes()).toBe(30)
    expect(schedule.nextRunAt?.getTime()).toBeGreaterThan(now.getTime())
    expect(schedule.historyFrom.getTime()).toBeGreaterThanOrEqual(now.getTime())
  })

  it('stay paused through an edit, and what passed is written off as paused', async () => {
    const now = await room.store.now()
    const historyFrom = new Date(now.getTime() - 3 * HOUR)
    await room.addSchedule({
      id: 'paused',
      source: 'DATABASE',
      configName: null,
      enabled: false,
      nextRunAt: null,
      historyFrom,
    })
    const { schedule } = await upsertSchedule(room.store, input('paused', { cron: '30 4 * * *' }), 'app')
    expect(schedule).toMatchObject({ enabled: false, nextRunAt: null })
    expect(await room.runs('paused')).toMatchObject([{ status: 'SKIPPED', reason: 'paused', slotCount: 3 }])
  })

  it('are not enabled by a definition: that is what resume is for', async () => {
    await upsertSchedule(room.store, input('off-again'), 'app')
    await pauseSchedules(room.store, ['off-again'], { actor: 'ann' })
    const { schedule } = await upsertSchedule(room.store, input('off-again', { enabled: true, priority: 1 }), 'app')
    expect(schedule).toMatchObject({ enabled: false, priority: 1 })
  })

  it('are created once when two apps create them at once', async () => {
    const both = await Promise.all([
      upsertSchedule(room.store, input('contested', { priority: 1 }), 'one'),
      upsertSchedule(room.rival, input('contested', { priority: 2 }), 'two'),
    ])
    expect(both.map(({ outcome }) => outcome).sort()).toEqual(['created', 'updated'])
  })

  it('are created anew when they are removed between the look and the edit', async () => {
    await upsertSchedule(room.store, input('fleeting'), 'one')
    let isRemoved = false
    const slow: typeof room.store = {
      ...room.store,
      readSchedules: async (ids) => {
        const found = await room.store.readSchedules(ids)
        if (!isRemoved) await removeSchedule(room.rival, 'fleeting', 'two')
        isRemoved = true
        return found
      },
    }
    const { outcome } = await upsertSchedule(slow, input('fleeting', { priority: 5 }), 'one')
    expect([outcome, (await room.schedule('fleeting')).priority]).toEqual(['created', 5])
  })

  it('are refused with everything that is wrong at once', async () => {
    const wrong = {
      id: 'wrong',
      cron: '61 * * * *',
      timezone: 'Mars/Olympus',
      jobs: ['backup-bd'],
      prio: 1,
      when: () => true,
    }
    const error: unknown = await upsertSchedule(room.store, wrong as never, 'app').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', exitCode: 2 })
    const paths = ['schedule.cron', 'schedule.jobs[0]', 'schedule.prio', 'schedule.timezone', 'schedule.when']
    expect((error as ProblemsError).problems.map((problem) => problem.path).sort()).toEqual(paths)
    await expect(upsertSchedule(room.store, null as never, 'app')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await room.store.readSchedules(['wrong'])).toEqual([])
  })

  it('cannot name jobs that no config has any more', async () => {
    await expect(upsertSchedule(room.store, input('stale', { jobs: ['gone'] }), 'app')).rejects.toThrow(/no job 'gone'/)
  })

  it('cannot take the id of a schedule that a config owns', async () => {
    const before = await room.addSchedule({ id: 'owned' })
    await expect(upsertSchedule(room.store, input('owned'), 'app')).rejects.toMatchObject({ code: 'CONFLICT' })
    await expect(removeSchedule(room.store, 'owned', 'app')).rejects.toMatchObject({ code: 'CONFLICT' })
    expect(await room.schedule('owned')).toEqual(before)
  })

  it('are removed with their waiting runs; history stays', async () => {
    await upsertSchedule(room.store, input('removed'), 'app')
    await requestRuns(room.store, { scheduleId: 'removed', actor: 'app' })
    await removeSchedule(room.store, 'removed', 'ann')
    expect(await room.store.readSchedules(['removed'])).toEqual([])
    expect(await room.runs('removed')).toMatchObject([{ status: 'CANCELLED' }])
    expect((await room.audits('removed'))[0]).toMatchObject({ actor: 'ann', action: 'remove' })
    await expect(removeSchedule(room.store, 'removed', 'ann')).rejects.toMatchObject({ code: 'SCHEDULE_NOT_FOUND' })
  })

  it('may be removed as well once no config defines them any more', async () => {
    await room.addSchedule({ id: 'orphan', orphaned: true })
    await removeSchedule(room.store, 'orphan', 'ann')
    expect(await room.store.readSchedules(['orphan'])).toEqual([])
  })
})
