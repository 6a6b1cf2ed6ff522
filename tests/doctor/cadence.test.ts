import { afterEach, beforeEach, expect, it } from 'vitest'
import { aProject, type Project } from '../scenarios/project.js'

let project: Project
beforeEach(async () => {
  project = await aProject(null)
})
afterEach(() => project.remove())

const MERGED = 'with a pass every 1 h, 12 slots merge into one run'

it('a dry run and the list say what the interval of passes makes of a cron expression', async () => {
  project.configure(`{
    jobs: [defineJob({ name: 'work', run: () => {} })],
    schedules: [
      { id: 'often', cron: '*/5 * * * *', jobs: ['work'] },
      { id: 'night', cron: '30 2 * * *', jobs: ['work'], timezone: 'Europe/Berlin' },
      { id: 'fine', cron: '@hourly', jobs: ['work'], description: 'on the hour' },
    ],
  }`)
  const { document } = await project.json(['--dry-run'])
  expect(document).toMatchObject({
    plan: [],
    cadence: [
      { scheduleIds: ['often'], advice: MERGED },
      { scheduleIds: ['night'], advice: 'with a pass every 1 h, starts near 03:00' },
    ],
  })
  expect((await project.run(['--dry-run'], { COLUMNS: '100' })).stdout).toContain(`often: ${MERGED}\n`)
  const minutely = await project.json(['--dry-run'], { SCHEDULE_POLL_INTERVAL_MS: '60000' })
  expect(minutely.document).toMatchObject({ cadence: [] })
  await project.run()
  const listed = await project.json(['list'])
  expect(listed.document).toMatchObject({
    schedules: [{ id: 'fine', advice: null }, { id: 'night' }, { id: 'often', advice: MERGED }],
  })
  expect((await project.run(['list'], { COLUMNS: '240' })).stdout).toMatch(new RegExp(`often .*${MERGED}\n`))
})

it('nothing is said of schedules that no pass serves, and of others what catch-up makes of their slots', async () => {
  project.configure(`{
    jobs: [defineJob({ name: 'work', run: () => {} })],
    schedules: [
      ['each', { catchUp: 'all' }],
      ['ended', { endsAt: '2020-01-01T00:00:00Z' }],
      ['off', { enabled: false }],
      ['paused', {}],
    ].map(([id, change]) => ({ id, cron: '*/5 * * * *', jobs: ['work'], ...change })),
  }`)
  await project.run()
  await project.run(['pause', 'paused'])
  const advice = 'with a pass every 1 h, 12 slots run one after another'
  expect((await project.json(['--dry-run'])).document).toMatchObject({ cadence: [{ scheduleIds: ['each'], advice }] })
  expect((await project.json(['list'])).document).toMatchObject({
    schedules: [
      { id: 'each', advice },
      { id: 'ended', advice: null },
      { id: 'off', advice: null },
      { id: 'paused', advice: null },
    ],
  })
  expect((await project.run(['next', 'each'], { COLUMNS: '160' })).stdout).toContain(advice)
  expect((await project.run(['next', 'paused'], { COLUMNS: '160' })).stdout).not.toContain('with a pass every')
  expect((await project.run(['doctor'], { COLUMNS: '160' })).stdout).toContain(
    '1 schedule would be served better by more frequent passes',
  )
})

it('next --year leaves out clock changes before a schedule begins and after it ends', async () => {
  project.configure(`{
    jobs: [defineJob({ name: 'work', run: () => {} })],
    schedules: [['always', {}], ['later', { startsAt: '2027-05-01T00:00:00Z' }], ['ended', { endsAt: '2027-02-01T00:00:00Z' }]]
      .map(([id, change]) => ({ id, cron: '30 2 * * *', timezone: 'Europe/Berlin', jobs: ['work'], ...change })),
  }`)
  const { document } = await project.json(['next', '--year', '2027'])
  const { schedules } = document as unknown as { schedules: { scheduleId: string; shifts: { shifted: unknown[] } }[] }
  expect(Object.fromEntries(schedules.map(({ scheduleId, shifts }) => [scheduleId, shifts.shifted.length]))).toEqual({
    always: 1,
    later: 0,
    ended: 0,
  })
})
