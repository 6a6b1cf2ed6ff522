import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { minutes, minutesAgo, outageSince, readHistory, type History } from './history.js'
import { aProject, type Project } from './project.js'

/** Switched on after the first pass, which must not run them yet. */
const LATER = [
  'latest',
  'all',
  'beside',
  'skip',
  'window',
  'too-late',
  'elsewhere',
  'here',
  'refused',
  'agreed',
  'broken',
  'ended',
]

const FUTURE = '2099-06-01T12:30:00Z'
const INTERVAL = { SCHEDULE_POLL_INTERVAL_MS: '300000' }

/** Its jitter of 10 s comes to 3 s for this id. */
const JITTERED = 'jittered-30'

function config(endsAt: Date): string {
  return `{
  concurrency: 20,
  jobs: [defineJob({ name: 'work', run: ({ scheduleId, scheduledFor }) => { effect(scheduleId + ' ' + scheduledFor.toISOString()) } })],
  schedules: [
    { id: 'latest', cron: '* * * * *' },
    { id: 'all', cron: '* * * * *', catchUp: 'all', catchUpLimit: 3 },
    { id: 'beside', cron: '* * * * *', catchUp: 'all', catchUpLimit: 4, overlap: 'allow' },
    { id: 'skip', cron: '* * * * *', catchUp: 'skip' },
    { id: 'window', cron: '* * * * *', catchUpWindow: '5m' },
    { id: 'too-late', cron: '0 3 1 1 *', catchUp: 'skip' },
    { id: 'elsewhere', cron: '* * * * *', environments: ['production'] },
    { id: 'here', cron: '* * * * *', environments: ['production', 'development'] },
    { id: 'refused', cron: '* * * * *', when: ({ scheduledFor }) => { effect('asked ' + scheduledFor.toISOString()); return false } },
    { id: 'agreed', cron: '* * * * *', params: { tenant: 'acme' }, when: ({ params }) => params.tenant === 'acme' },
    { id: 'broken', cron: '* * * * *', when: () => { throw new Error('no such tenant') } },
    { id: 'ended', cron: '* * * * *', endsAt: '${endsAt.toISOString()}' },
    { id: 'begins', cron: '0 * * * *', startsAt: '${FUTURE}' },
    { id: 'at-once', cron: '0 3 1 1 *', firstRun: 'immediately' },
    { id: '${JITTERED}', cron: '0 3 1 1 *', jitter: '10s' },
  ].map((schedule) => ({ jobs: ['work'], enabled: !${JSON.stringify(LATER)}.includes(schedule.id), ...schedule })),
}`
}

describe.each(engines())('the first pass after an outage on $name', (engine) => {
  let project: Project
  let history: History
  const began = minutesAgo(30)
  const lastOf = (id: string): Date => history.schedules.get(id)?.lastSlotAt ?? began

  beforeAll(async () => {
    project = await aProject(engine)
    project.configure(config(new Date(began.getTime() + 10 * 60_000)))
    expect((await project.run([], INTERVAL)).code).toBe(0)
    await outageSince(project, began, LATER)
    await project.makeDue([JITTERED], 0)
    expect((await project.run([], INTERVAL)).code).toBe(1)
    history = await readHistory(project)
  })
  afterAll(() => project.remove())

  it('`latest` runs the newest slot, the others share one row', () => {
    const missed = minutes(began, lastOf('latest')) - 1
    expect(history.fates('latest')).toEqual([`MISSED coalesced ${missed}`, 'COMPLETED 1'])
    expect(history.of('latest')[1]?.scheduledFor).toEqual(lastOf('latest'))
  })

  it('`all` runs the newest `catchUpLimit`, oldest first, one after another or side by side', () => {
    const count = minutes(began, lastOf('all'))
    expect(history.fates('all')).toEqual([`MISSED limit ${count - 3}`, 'COMPLETED 1', 'COMPLETED 1', 'COMPLETED 1'])
    const order = project.effects().filter((line) => line.startsWith('all '))
    expect([order.length, order]).toEqual([3, order.toSorted()])
    const [, first, second] = history.of('all')
    expect(second?.startedAt?.getTime()).toBeGreaterThanOrEqual(first?.finishedAt?.getTime() ?? Infinity)
    expect(history.fates('beside')).toEqual([`MISSED limit ${count - 4}`, ...Array<string>(4).fill('COMPLETED 1')])
  })

  it('`skip` runs nothing older than two pass intervals, a window nothing older than itself', () => {
    for (const [id, window] of [
      ['skip', 10],
      ['window', 5],
    ] as const) {
      const [late, merged, run] = history.of(id)
      expect([late?.reason, merged?.reason, run?.status]).toEqual(['window', 'coalesced', 'COMPLETED'])
      expect((late?.slotCount ?? 0) + (merged?.slotCount ?? 0) + 1).toBe(minutes(began, lastOf(id)))
      expect(Math.abs((merged?.slotCount ?? 0) - (window - 1))).toBeLessThanOrEqual(1)
    }
    expect(history.fates('too-late')).toEqual(['MISSED window 1'])
  })

  it('an environment that is not this one skips, and the row says so', () => {
    expect(history.fates('elsewhere')).toEqual([`SKIPPED environment ${minutes(began, lastOf('elsewhere'))}`])
    expect(history.fates('here').at(-1)).toBe('COMPLETED 1')
  })

  it('`when` is asked once per slot that would run: false skips it, throwing fails it', () => {
    expect(history.fates('refused').at(-1)).toBe('SKIPPED condition 1')
    expect(project.effects().filter((line) => line.startsWith('asked'))).toEqual([
      `asked ${lastOf('refused').toISOString()}`,
    ])
    expect(history.fates('agreed').at(-1)).toBe('COMPLETED 1')
    expect(history.of('broken').at(-1)).toMatchObject({
      status: 'FAILED',
      reason: 'condition',
      attempt: 0,
      error: expect.stringContaining('no such tenant') as string,
    })
    expect(history.schedules.get('broken')).toMatchObject({ lastStatus: 'FAILED', consecutiveFailures: 1 })
    expect(history.schedules.get('refused')).toMatchObject({ lastStatus: 'SKIPPED', consecutiveFailures: 0 })
  })

  it('`endsAt` ends it, `startsAt` begins it, `firstRun` runs it at once and once', () => {
    expect(history.fates('ended')).toEqual(['MISSED coalesced 10', 'COMPLETED 1'])
    expect(history.schedules.get('ended')).toMatchObject({ nextRunAt: null, state: 'ended' })
    expect(history.schedules.get('begins')?.nextRunAt).toEqual(new Date('2099-06-01T13:00:00Z'))
    expect(history.fates('at-once')).toEqual(['COMPLETED 1'])
  })

  it('`jitter` delays the start, not the slot', () => {
    const offset = createHash('sha256').update(JITTERED).digest().readUInt32BE(0) % 10_000
    const [run] = history.of(JITTERED)
    const delay = (run?.startedAt?.getTime() ?? 0) - (run?.scheduledFor?.getTime() ?? 0)
    expect([run?.status, offset > 2500]).toEqual(['COMPLETED', true])
    expect(delay).toBeGreaterThanOrEqual(offset)
    expect(history.schedules.get(JITTERED)?.lastSlotAt).toEqual(run?.scheduledFor)
  })
})
