import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { slotSpan } from '../../src/calendar/window.js'
import { pauseAll, pauseSchedules } from '../../src/commands/pause.js'
import { resumeAll, resumeSchedules } from '../../src/commands/resume.js'
import { engines } from '../support/servers.js'
import { openRoom, type TestRoom } from './database.js'

const HOUR = 3_600_000
const NO_AUDIT = { actor: 'test', scheduleId: null, runId: null, detail: null }

describe.each(engines())('pausing on $name', (engine) => {
  let room: TestRoom
  let now: Date
  beforeAll(async () => {
    room = await openRoom(engine)
  })
  beforeEach(async () => {
    now = await room.store.now()
  })
  afterAll(() => room.close())

  const hoursAgo = (hours: number): Date => new Date(now.getTime() - hours * HOUR)

  it('keeps the reason and the end, and audits who did it', async () => {
    await room.addSchedule({ id: 'until' })
    const until = new Date(now.getTime() + 2 * HOUR)
    const [paused] = await pauseSchedules(room.store, ['until'], { reason: 'deploy', until, actor: 'cli:ann' })
    expect(paused).toMatchObject({ enabled: false, pausedReason: 'deploy', pausedUntil: until })
    expect(paused?.nextRunAt?.getTime()).toBeGreaterThan(until.getTime())
    expect(await room.schedule('until')).toEqual(paused)
    expect(await room.audits('until')).toMatchObject([
      { actor: 'cli:ann', action: 'pause', detail: { reason: 'deploy', until: until.toISOString() } },
    ])
  })

  it('does not end after the last year that a database knows', async () => {
    await room.addSchedule({ id: 'far' })
    const until = new Date(Date.UTC(10_000, 0, 1))
    for (const pause of [
      pauseSchedules(room.store, ['far'], { until, actor: 'a' }),
      pauseAll(room.store, { until, actor: 'a' }),
    ])
      await expect(pause).rejects.toMatchObject({ code: 'USAGE', message: 'a pause cannot end after the year 9999' })
    expect(await room.schedule('far')).toMatchObject({ enabled: true })
  })

  it('without an end leaves no next slot', async () => {
    await room.addSchedule({ id: 'for-ever' })
    await pauseSchedules(room.store, ['for-ever'], { actor: 'a' })
    expect(await room.schedule('for-ever')).toMatchObject({ enabled: false, nextRunAt: null, pausedUntil: null })
  })

  it('again changes the terms', async () => {
    await room.addSchedule({ id: 'again', enabled: false, pausedReason: 'first', nextRunAt: null })
    await pauseSchedules(room.store, ['again'], { reason: 'second', actor: 'a' })
    expect(await room.schedule('again')).toMatchObject({ enabled: false, pausedReason: 'second' })
  })

  it('works on orphaned schedules', async () => {
    await room.addSchedule({ id: 'orphan', orphaned: true, nextRunAt: null })
    await pauseSchedules(room.store, ['orphan'], { actor: 'a' })
    expect(await room.schedule('orphan')).toMatchObject({ enabled: false, orphaned: true })
    await resumeSchedules(room.store, ['orphan'], { actor: 'a' })
    expect(await room.schedule('orphan')).toMatchObject({ enabled: true, nextRunAt: null })
  })

  it('changes nothing when one of the schedules does not exist', async () => {
    await room.addSchedule({ id: 'exists' })
    await expect(pauseSchedules(room.store, ['exists', 'missing'], { actor: 'a' })).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_FOUND',
    })
    expect(await room.schedule('exists')).toMatchObject({ enabled: true })
  })

  it('refuses an end in the past and a reason that does not fit', async () => {
    await room.addSchedule({ id: 'refused' })
    const past = pauseSchedules(room.store, ['refused'], { until: hoursAgo(1), actor: 'a' })
    await expect(past).rejects.toMatchObject({ code: 'USAGE' })
    const long = pauseSchedules(room.store, ['refused'], { reason: 'x'.repeat(1001), actor: 'a' })
    await expect(long).rejects.toThrow(/1001 characters/)
    expect(await room.schedule('refused')).toMatchObject({ enabled: true })
  })

  it('ends with one row for the slots that passed', async () => {
    const lastSlotAt = hoursAgo(5)
    await room.addSchedule({
      id: 'slept',
      enabled: false,
      nextRunAt: null,
      lastSlotAt,
      historyFrom: hoursAgo(9),
      consecutiveFailures: 2,
    })
    const [resumed] = await resumeSchedules(room.store, ['slept'], { actor: 'cli:ann' })
    const schedule = await room.schedule('slept')
    const { count, first, last } = slotSpan(schedule, lastSlotAt, now, 0)
    expect(resumed).toMatchObject({ wasPaused: true, skippedSlots: count })
    expect(await room.runs('slept')).toMatchObject([
      { jobName: '*', status: 'SKIPPED', reason: 'paused', firstSlot: first, scheduledFor: last, slotCount: count },
    ])
    expect(schedule).toMatchObject({ enabled: true, lastSlotAt: last, consecutiveFailures: 2, pausedReason: null })
    expect(schedule.nextRunAt?.getTime()).toBeGreaterThan(now.getTime())
    expect(await room.audits('slept')).toMatchObject([{ action: 'resume', detail: { skippedSlots: count } }])
  })

  it('ends once when two people resume at once', async () => {
    await room.addSchedule({ id: 'contested', enabled: false, nextRunAt: null, historyFrom: hoursAgo(5) })
    const both = await Promise.all([
      resumeSchedules(room.store, ['contested'], { actor: 'ann' }),
      resumeSchedules(room.rival, ['contested'], { actor: 'bob' }),
    ])
    expect(
      both
        .flat()
        .map(({ wasPaused }) => wasPaused)
        .sort(),
    ).toEqual([false, true])
    expect(await room.runs('contested')).toHaveLength(1)
    expect(await room.audits('contested')).toHaveLength(1)
  })

  it('leaves a schedule alone that is resumed without being paused', async () => {
    const before = await room.addSchedule({ id: 'awake' })
    expect(await resumeSchedules(room.store, ['awake'], { actor: 'a' })).toMatchObject([
      { wasPaused: false, skippedSlots: 0 },
    ])
    expect(await room.schedule('awake')).toEqual(before)
    expect(await room.audits('awake')).toEqual([])
  })
})

describe.each(engines())('pausing everything on $name', (engine) => {
  let room: TestRoom
  beforeAll(async () => {
    room = await openRoom(engine)
  })
  afterAll(() => room.close())

  it('holds until it is resumed, writes off what passed, and leaves single pauses', async () => {
    const now = await room.store.now()
    const nextRunAt = new Date(Math.floor(now.getTime() / HOUR) * HOUR - 2 * HOUR)
    await room.addSchedule({ id: 'due', nextRunAt, lastSlotAt: new Date(nextRunAt.getTime() - HOUR) })
    await room.addSchedule({ id: 'ahead', nextRunAt: new Date(now.getTime() + 5 * HOUR) })
    await room.addSchedule({ id: 'alone', enabled: false, nextRunAt: null, pausedReason: 'broken' })
    await pauseAll(room.store, { reason: 'move', actor: 'cli:ann' })
    expect(await room.rival.readGlobalPause()).toMatchObject({ reason: 'move', until: null })

    const resumed = await resumeAll(room.store, { actor: 'cli:ann' })
    expect(resumed).toMatchObject({ wasPaused: true, skippedSlots: 3 })
    expect(resumed.stillPaused.map((schedule) => schedule.id)).toEqual(['alone'])
    expect(await room.store.readGlobalPause()).toBeNull()
    expect(await room.runs('due')).toMatchObject([
      { status: 'SKIPPED', reason: 'paused', firstSlot: nextRunAt, slotCount: 3 },
    ])
    expect(await room.runs('ahead')).toEqual([])
    expect((await room.schedule('due')).nextRunAt?.getTime()).toBeGreaterThan(now.getTime())
    const { events } = await room.queries.listAuditEvents()
    expect(events.filter((event) => event.scheduleId === null).map((event) => event.action)).toEqual([
      'resume-all',
      'pause-all',
    ])
  })

  it('again changes the terms and keeps its beginning', async () => {
    const first = await pauseAll(room.store, { actor: 'a' })
    const second = await pauseAll(room.store, { reason: 'longer', actor: 'a' })
    expect(second).toEqual({ at: first.at, reason: 'longer', until: null })
    await resumeAll(room.store, { actor: 'a' })
  })

  it('whose time is over ends alone: one that was set since goes on', async () => {
    const now = await room.store.now()
    const hoursAgo = (hours: number): Date => new Date(Math.floor(now.getTime() / HOUR) * HOUR - hours * HOUR)
    await room.addSchedule({ id: 'late', lastSlotAt: hoursAgo(6), nextRunAt: hoursAgo(5) })
    const over = { at: hoursAgo(6), reason: 'first', until: new Date(hoursAgo(3).getTime() + 1) }
    await room.store.setGlobalPause(over, { ...NO_AUDIT, action: 'pause-all' })
    const emergency = await pauseAll(room.rival, { reason: 'emergency', actor: 'cli:ann' })
    await resumeAll(room.store, { actor: 'pass', over })
    expect(await room.store.readGlobalPause()).toEqual(emergency)
    expect(await room.runs('late')).toMatchObject([
      { status: 'SKIPPED', reason: 'paused', firstSlot: hoursAgo(5), scheduledFor: hoursAgo(3), slotCount: 3 },
    ])
    expect(await room.schedule('late')).toMatchObject({ nextRunAt: hoursAgo(2) })
    await resumeAll(room.store, { actor: 'pass', over: emergency })
    expect(await room.store.readGlobalPause()).toBeNull()
  })

  it('by two at the same moment is one pause', async () => {
    for (let round = 0; round < 20; round++) {
      const pauses = await Promise.all([room.store, room.rival].map((store) => pauseAll(store, { actor: 'a' })))
      expect(pauses).toContainEqual(await room.store.readGlobalPause())
      await resumeAll(room.store, { actor: 'a' })
    }
  })

  it('says so when nothing was paused as a whole', async () => {
    expect(await resumeAll(room.store, { actor: 'a' })).toMatchObject({ wasPaused: false, skippedSlots: 0 })
  })
})
