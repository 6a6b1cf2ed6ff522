import { describe, expect, it } from 'vitest'
import { runsOf, transitionsOf, walk } from '../calendar/oracle.js'
import { HOUR_MS, simulate } from './simulate.js'

const DAY_MS = 24 * HOUR_MS
const YEAR = { from: Date.UTC(2027, 0, 1), to: Date.UTC(2028, 0, 1) }
/** `npm run test:year` lets every hour of the year pass; otherwise only the days around clock changes do. */
const WHOLE_YEAR = process.env['WHOLE_YEAR'] === 'true'

const SCHEDULES = [
  { cron: '30 2 * * *', timezone: 'America/New_York' },
  { cron: '0 * * * *', timezone: 'Australia/Lord_Howe' },
  { cron: '0 0 * * *', timezone: 'Asia/Beirut' },
  { cron: '*/15 * * * *', timezone: 'Pacific/Chatham' },
]

describe.each(SCHEDULES)('$cron in $timezone, with an hourly pass that crashes around every clock change', (times) => {
  const changes = transitionsOf(times.timezone, YEAR.from, YEAR.to).map(({ at }) => at)
  const periods = WHOLE_YEAR
    ? [YEAR]
    : changes.map((at) => ({ from: hourOf(at) - DAY_MS, to: hourOf(at) + 1.25 * DAY_MS }))

  it('has two clock changes in the year', () => {
    expect(changes).toHaveLength(2)
  })

  it.each(periods.map((period) => ({ ...period, day: new Date(period.from).toISOString().slice(0, 10) })))(
    'runs each slot exactly once, as vixie cron would, without a hole in its account (from $day)',
    async ({ from, to }) => {
      const crashHours = new Set(changes.flatMap((at) => [0, 1, 2].map((hours) => hourOf(at) + hours * HOUR_MS)))
      const { runs, account, crashes } = await simulate({ ...times, catchUp: 'all' }, from, to, crashHours)
      const expected = runsOf(times.cron, walk(times.timezone, from, to))
      expect(runs.map((run) => run.scheduledFor?.getTime())).toEqual(expected)
      expect(runs.filter((run) => run.status !== 'COMPLETED')).toEqual([])
      expect(runs.filter((run) => (run.startedAt ?? 0) < (run.scheduledFor ?? 1))).toEqual([])
      expect(account).toMatchObject({ slots: expected.length, holes: [], overlaps: [], miscounted: [] })
      expect(crashes).toBeGreaterThan(0)
      expect(runs.reduce((sum, run) => sum + run.crashes, 0)).toBe(crashes)
      expect(runs.reduce((sum, run) => sum + run.attempts.length, 0)).toBe(expected.length + crashes)
    },
    WHOLE_YEAR ? 3_600_000 : 30_000,
  )
})

function hourOf(at: number): number {
  return Math.ceil(at / HOUR_MS) * HOUR_MS
}
