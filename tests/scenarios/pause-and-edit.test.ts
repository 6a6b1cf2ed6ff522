import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../src/client/create-client.js'
import type { Client } from '../../src/client/client.js'
import { engines } from '../support/servers.js'
import { minutes, minutesAgo, outageSince, readHistory, stored, type History } from './history.js'
import { aProject, type Ended, type Project } from './project.js'

const MINUTELY = '* * * * *'

function config(schedules: string): string {
  return `{
    concurrency: 20,
    jobs: [
      defineJob({ name: 'work', run: ({ scheduleId, scheduledFor, trigger, params }) => { effect([scheduleId, trigger, scheduledFor.toISOString(), params?.tenant ?? ''].join(' ')) } }),
      defineJob({ name: 'fails', run: () => { throw new Error('as it must') } }),
    ],
    schedules: [${schedules}].map((schedule) => ({ jobs: ['work'], enabled: false, ...schedule })),
  }`
}

const BEFORE = config(`
  { id: 'wakes', cron: '${MINUTELY}' },
  { id: 'resumed', cron: '${MINUTELY}' },
  { id: 'failing', cron: '${MINUTELY}', jobs: ['fails'], catchUp: 'all', pauseAfterFailures: 2 },
  { id: 'edited', cron: '${MINUTELY}' },
  { id: 'described', cron: '${MINUTELY}' },
  { id: 'moved', cron: '${MINUTELY}', timezone: 'UTC' },
  { id: 'returning', cron: '${MINUTELY}' },
  { id: 'dropped', cron: '${MINUTELY}' },
  { id: 'filled', cron: '0 3 1 1 *' },
`)
const EDITED = config(`
  { id: 'wakes', cron: '${MINUTELY}' },
  { id: 'resumed', cron: '${MINUTELY}' },
  { id: 'failing', cron: '${MINUTELY}', jobs: ['fails'], catchUp: 'all', pauseAfterFailures: 2 },
  { id: 'edited', cron: '0 3 1 1 *' },
  { id: 'described', cron: '${MINUTELY}', description: 'now with words' },
  { id: 'moved', cron: '0 4 1 1 *', timezone: 'Asia/Kolkata' },
  { id: 'filled', cron: '0 3 1 1 *' },
`)
const RETURNED = EDITED.replace(/\]\.map/, `{ id: 'returning', cron: '${MINUTELY}' }].map`)

describe.each(engines())('pauses, edits and schedules of applications on $name', (engine) => {
  let project: Project
  let client: Client
  let pass: Ended & { document: { notes: string[] } }
  let paused: History
  let first: History
  let last: History
  const began = minutesAgo(30)
  const woke = new Date(began.getTime() + 20 * 60_000 + 30_000)

  beforeAll(async () => {
    project = await aProject(engine)
    client = createClient({ databaseUrl: project.database?.url ?? '' })
    project.configure(BEFORE)
    await project.run()
    const tenant = { cron: MINUTELY, jobs: ['work'] }
    await client.schedules.upsert({ id: 'tenant/7', ...tenant })
    await outageSince(project, began, ['tenant/7'])
    await project.run(['pause', '--all'])
    await client.runs.request('tenant/7', { params: { tenant: 'asked' } })
    await project.run()
    paused = await readHistory(project)
    await project.run(['resume', '--all'])
    await client.schedules.upsert({ id: 'tenant/8', ...tenant, params: { tenant: 'eight' } })
    await outageSince(project, began, ['failing', 'edited', 'described', 'moved', 'returning', 'dropped', 'tenant/8'])
    await outageSince(project, began, ['wakes', 'resumed'])
    await project.sql(`UPDATE JobSchedule SET enabled = 0, nextRunAt = NULL WHERE id IN ('wakes', 'resumed')`)
    await project.sql(`UPDATE JobSchedule SET pausedUntil = ? WHERE id = 'wakes'`, [stored(project, woke)])
    await client.schedules.resume('resumed')
    project.configure(EDITED)
    await project.run(['backfill', 'filled', '--from', '2020-06-01', '--to', '2023-06-01'])
    await client.schedules.upsert({ id: 'stranger', cron: MINUTELY, jobs: ['work'] })
    await project.sql(`UPDATE JobSchedule SET jobNames = '["unheard-of"]' WHERE id = 'stranger'`)
    await project.makeDue(['stranger'], 1)
    pass = await project.json()
    first = await readHistory(project)
    project.configure(RETURNED)
    await client.schedules.remove('stranger')
    await project.run(['backfill', 'filled', '--from', '2020-06-01', '--to', '2023-06-01'])
    await project.run()
    last = await readHistory(project)
  })
  afterAll(async () => {
    await client.close()
    await project.remove()
  })

  const skippedUntil = (until: Date): string => `SKIPPED paused ${minutes(began, until)}`

  it('a pause with an end wakes by itself: its slots are skipped, those since then caught up with', () => {
    const [skipped, merged, ran] = first.of('wakes')
    expect([skipped?.status, skipped?.reason, skipped?.slotCount]).toEqual(['SKIPPED', 'paused', minutes(began, woke)])
    expect([merged?.reason, ran?.status]).toEqual(['coalesced', 'COMPLETED'])
    expect(first.schedules.get('wakes')).toMatchObject({ enabled: true, pausedUntil: null })
  })

  it('what passed during a pause that somebody ended does not run', () => {
    const [skipped] = first.of('resumed')
    expect(first.fates('resumed')[0]).toBe(skippedUntil(skipped?.scheduledFor ?? began))
    expect(skipped?.firstSlot).toEqual(began)
  })

  it('a pause of everything holds slots back but not requests', () => {
    expect(paused.fates('tenant/7')).toEqual(['COMPLETED 1'])
    const [skipped] = first.of('tenant/7').filter((run) => run.reason === 'paused')
    expect(skipped).toMatchObject({ firstSlot: began, slotCount: minutes(began, skipped?.scheduledFor ?? began) })
    expect(project.effects()[0]).toMatch(/^tenant\/7 MANUAL .* asked$/)
  })

  it('`pauseAfterFailures` pauses after so many failing slots in a row, and the pass says so', () => {
    expect(first.fates('failing')).toEqual(['FAILED 1', 'FAILED 1'])
    expect(first.schedules.get('failing')).toMatchObject({
      enabled: false,
      pausedReason: '2 failures in a row',
      consecutiveFailures: 2,
    })
    expect(pass.document.notes.join('\n')).toContain('failing was paused')
  })

  it('an edit of the times writes off what was due and starts from now; other edits leave the slots alone', () => {
    for (const id of ['edited', 'moved']) {
      const [missed] = first.of(id)
      expect(first.fates(id)).toEqual([`MISSED edited ${minutes(began, missed?.scheduledFor ?? began)}`])
      expect(first.schedules.get(id)?.nextRunAt?.getUTCMonth()).toBe(id === 'moved' ? 11 : 0)
    }
    expect(first.schedules.get('moved')?.nextRunAt?.toISOString()).toMatch(/-12-31T22:30:00.000Z$/)
    expect(first.fates('described').at(-1)).toBe('COMPLETED 1')
  })

  it('a definition that disappears is kept and not run; one that returns writes off what passed meanwhile', () => {
    for (const id of ['returning', 'dropped']) {
      expect([first.schedules.get(id)?.state, first.fates(id)]).toEqual(['orphaned', []])
    }
    const [missed] = last.of('returning')
    expect(last.fates('returning')[0]).toBe(`MISSED edited ${minutes(began, missed?.scheduledFor ?? began)}`)
    expect(last.schedules.get('returning')).toMatchObject({ orphaned: false, enabled: true })
    expect(last.schedules.get('dropped')?.orphaned).toBe(true)
  })

  it('a schedule of an application runs like any other, and one whose job nobody has is left due and reported', () => {
    expect(first.fates('tenant/8').at(-1)).toBe('COMPLETED 1')
    expect(project.effects()).toContainEqual(expect.stringMatching(/^tenant\/8 CRON .* eight$/))
    expect([pass.code, first.fates('stranger')]).toEqual([1, []])
    expect(pass.document.notes.join('\n')).toContain('unheard-of')
    expect(last.schedules.get('stranger')).toBeUndefined()
  })

  it('a backfill runs slots without a run, oldest first, one after another, and once', () => {
    const filled = project.effects().filter((line) => line.startsWith('filled'))
    expect(filled).toEqual(['2021', '2022', '2023'].map((year) => `filled BACKFILL ${year}-01-01T03:00:00.000Z `))
    expect(last.fates('filled')).toEqual(['COMPLETED 1', 'COMPLETED 1', 'COMPLETED 1'])
    expect(last.schedules.get('filled')).toMatchObject({ lastStatus: null, consecutiveFailures: 0 })
  })
})
