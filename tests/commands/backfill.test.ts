import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { backfillRuns } from '../../src/commands/backfill.js'
import { resumeSchedules } from '../../src/commands/resume.js'
import { engines } from '../support/servers.js'
import { openRoom, type TestRoom } from './database.js'

const HOUR = 3_600_000
const at = (time: string): Date => new Date(`2026-03-0${time}:00Z`)

describe.each(engines())('a backfill on $name', (engine) => {
  let room: TestRoom
  beforeAll(async () => {
    room = await openRoom(engine)
  })
  afterAll(() => room.close())

  it('asks for the slots of the period, oldest first, each with its jobs in order', async () => {
    await room.addSchedule({ id: 'hourly', executionMode: 'JOB_GROUP', jobGroup: 'nightly', params: { a: 1 } })
    const request = { scheduleId: 'hourly', from: at('1T01:00'), to: at('1T03:00'), actor: 'cli:ann' }
    const { slots, runs } = await backfillRuns(room.store, request)
    expect(slots).toEqual([at('1T01:00'), at('1T02:00')])
    expect(runs.map((run) => [run.scheduledFor, run.jobName])).toEqual([
      [at('1T01:00'), 'backup-db'],
      [at('1T01:00'), 'rotate-logs'],
      [at('1T02:00'), 'backup-db'],
      [at('1T02:00'), 'rotate-logs'],
    ])
    for (const run of await room.runs('hourly')) {
      expect(run).toMatchObject({
        trigger: 'BACKFILL',
        status: 'PENDING',
        passId: null,
        params: { a: 1 },
        requestedBy: 'cli:ann',
      })
    }
    expect(await room.audits('hourly')).toMatchObject([{ action: 'backfill', detail: { slots: 2 } }])
  })

  it('leaves out slots that have a run, and asks for nothing twice', async () => {
    await room.addSchedule({ id: 'twice', executionMode: 'JOB_LIST', jobNames: ['backup-db'] })
    await backfillRuns(room.store, { scheduleId: 'twice', from: at('1T02:00'), to: at('1T03:00'), actor: 'a' })
    const wider = { scheduleId: 'twice', from: at('1T01:00'), to: at('1T04:00'), actor: 'a' }
    expect(await backfillRuns(room.store, wider)).toMatchObject({
      slots: [at('1T01:00'), at('1T03:00')],
      slotsWithRun: 1,
    })
    expect(await backfillRuns(room.store, wider)).toMatchObject({ slots: [], slotsWithRun: 3, runs: [] })
  })

  it('fills slots that were written off', async () => {
    const now = await room.store.now()
    const from = new Date(now.getTime() - 4 * HOUR)
    await room.addSchedule({
      id: 'slept',
      executionMode: 'JOB_LIST',
      jobNames: ['backup-db'],
      enabled: false,
      historyFrom: from,
    })
    await resumeSchedules(room.store, ['slept'], { actor: 'a' })
    const { slots, slotsWithRun } = await backfillRuns(room.store, { scheduleId: 'slept', from, to: now, actor: 'a' })
    expect(slots.length).toBeGreaterThanOrEqual(4)
    expect(slotsWithRun).toBe(0)
  })

  it('takes no slot that lies ahead', async () => {
    await room.addSchedule({ id: 'ahead', executionMode: 'JOB_LIST', jobNames: ['backup-db'] })
    const now = await room.store.now()
    const hours = (count: number): Date => new Date(now.getTime() + count * HOUR)
    const { slots } = await backfillRuns(room.store, { scheduleId: 'ahead', from: hours(-2), to: hours(5), actor: 'a' })
    expect(slots.length).toBeGreaterThanOrEqual(2)
    expect(slots.every((slot) => slot <= hours(0.1))).toBe(true)
  })

  it('writes nothing when it is only shown', async () => {
    await room.addSchedule({ id: 'shown' })
    const request = { scheduleId: 'shown', from: at('1T01:00'), to: at('1T03:00'), actor: 'a' }
    expect(await backfillRuns(room.store, { ...request, dryRun: true })).toMatchObject({
      slots: [at('1T01:00'), at('1T02:00')],
      runs: [],
    })
    expect(await room.runs('shown')).toEqual([])
    expect(await room.audits('shown')).toEqual([])
  })

  it('asks for each run once when two people ask at once', async () => {
    await room.addSchedule({ id: 'contested', executionMode: 'JOB_LIST', jobNames: ['backup-db'] })
    const request = { scheduleId: 'contested', from: at('1T00:00'), to: at('3T00:00'), actor: 'a' }
    const both = await Promise.all([backfillRuns(room.store, request), backfillRuns(room.rival, request)])
    expect(both.flatMap(({ runs }) => runs)).toHaveLength(48)
    expect(await room.runs('contested')).toHaveLength(48)
  })

  it('asks for 10,000 runs and refuses more', async () => {
    await room.addSchedule({ id: 'minutely', cron: '* * * * *', executionMode: 'JOB_LIST', jobNames: ['backup-db'] })
    const from = at('1T00:00')
    const minutes = (count: number): Date => new Date(from.getTime() + count * 60_000)
    const tooMany = backfillRuns(room.store, { scheduleId: 'minutely', from, to: minutes(10_001), actor: 'a' })
    await expect(tooMany).rejects.toMatchObject({
      code: 'REFUSED',
      exitCode: 2,
      fix: `backfill the period that ends at ${minutes(10_000).toISOString()} first, then the rest`,
    })
    const { runs } = await backfillRuns(room.store, { scheduleId: 'minutely', from, to: minutes(10_000), actor: 'a' })
    expect(runs).toHaveLength(10_000)
  })

  it('refuses a period that is empty or upside down', async () => {
    await room.addSchedule({ id: 'empty' })
    const request = { scheduleId: 'empty', from: at('1T01:00'), to: at('1T01:00'), actor: 'a' }
    await expect(backfillRuns(room.store, request)).rejects.toMatchObject({ code: 'USAGE' })
  })
})
