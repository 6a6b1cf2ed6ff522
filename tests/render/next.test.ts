import { describe, expect, it } from 'vitest'
import { agenda, comingSlots, type Timetabled } from '../../src/cli/coming-slots.js'
import { DEFINITION_DEFAULTS } from '../support/schedule-row.js'
import { renderNextSlots, type NextSlotsView } from '../../src/cli/render/next-slots.js'
import { renderShiftReport } from '../../src/cli/render/shift-report.js'
import { yearReport } from '../../src/calendar/shifts.js'
import { theme, ZONE } from './views.js'

const NOW = new Date('2027-03-26T12:10:00Z')
const after = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000)

function timetabled(change: Partial<Timetabled> & { id: string; cron: string }): Timetabled {
  const timetable = { ...DEFINITION_DEFAULTS, timezone: ZONE }
  return { ...timetable, state: 'waiting', nextRunAt: after(50), lastSlotAt: null, pausedUntil: null, ...change }
}

const nightly = timetabled({ id: 'nightly', cron: '30 2 * * *', nextRunAt: new Date('2027-03-27T01:30:00Z') })
const hourly = timetabled({ id: 'hourly', cron: '@hourly', timezone: 'UTC' })

const EMPTY: NextSlotsView = {
  slots: [],
  schedule: null,
  globalPause: null,
  idleSchedules: 0,
  configFile: null,
  now: NOW,
  zone: ZONE,
}

describe('coming slots', () => {
  it('begin with what the database says is next, whatever set it', async () => {
    const byHand = { ...hourly, nextRunAt: after(7) }
    expect((await comingSlots(byHand, NOW, 3)).map(({ at }) => at)).toEqual([after(7), after(50), after(110)])
  })

  it('make one of all slots that are due', async () => {
    const late = { ...hourly, nextRunAt: new Date('2027-03-26T09:00:00Z') }
    const slots = await comingSlots(late, NOW, 2)
    expect(slots.map(({ dueSlots }) => dueSlots)).toEqual([4, 0])
    expect(slots[1]?.at).toEqual(after(50))
  })

  it('count what is due since the newest slot that has a fate, where the next one was set back by hand', async () => {
    const setBack = { nextRunAt: new Date('2027-03-26T08:20:00Z'), lastSlotAt: new Date('2027-03-26T11:00:00Z') }
    expect((await comingSlots({ ...hourly, ...setBack }, NOW, 2)).map(({ dueSlots }) => dueSlots)).toEqual([2, 0])
  })

  it('do not name again a slot that was taken a moment before it was due', async () => {
    const taken = { nextRunAt: after(-70), lastSlotAt: after(50) }
    expect((await comingSlots({ ...hourly, ...taken }, NOW, 2)).map(({ at }) => at)).toEqual([after(-70), after(110)])
  })

  it('end where the schedule ends, and are none where nothing can come due', async () => {
    const ending = { ...hourly, endsAt: after(110) }
    expect(await comingSlots(ending, NOW, 10)).toHaveLength(2)
    expect(await comingSlots({ ...hourly, state: 'ended', nextRunAt: null }, NOW, 10)).toEqual([])
  })

  it('of a paused schedule are those after its wake-up', async () => {
    const paused = { ...hourly, state: 'paused', nextRunAt: null, pausedUntil: after(120) } as const
    expect((await comingSlots(paused, NOW, 1))[0]?.at).toEqual(after(170))
  })

  it('of all schedules come in one order, paused and orphaned ones left out', async () => {
    const others = [
      timetabled({ id: 'off', cron: '* * * * *', state: 'paused' }),
      { ...hourly, id: 'gone', state: 'orphaned' as const },
    ]
    const slots = await agenda([nightly, hourly, ...others, { ...hourly, id: 'again' }], NOW, 5)
    expect(slots.map(({ scheduleId, at }) => [scheduleId, at])).toEqual([
      ['again', after(50)],
      ['hourly', after(50)],
      ['again', after(110)],
      ['hourly', after(110)],
      ['again', after(170)],
    ])
  })
})

describe('the list of coming slots', () => {
  it('tells one schedule in its zone, with what a clock change does', async () => {
    const slots = await comingSlots(nightly, NOW, 3)
    const schedule = { ...nightly, cronInWords: 'At 02:30', advice: 'with a pass every 1 h, starts near 03:00' }
    expect(renderNextSlots({ ...EMPTY, slots, schedule }, theme(80))).toMatchInlineSnapshot(`
      "nightly  30 2 * * *
      At 02:30, Europe/Berlin

      NEXT            Europe/Berlin            NOTE
      in 13 h 20 min  Sat 27 Mar 02:30 +01:00
      in 37 h         Sun 28 Mar 03:00 +02:00  stands for 02:30, skipped by the clock…
      in 3 d          Mon 29 Mar 02:30 +02:00

      with a pass every 1 h, starts near 03:00
      "
    `)
  })

  it('tells it here as well where clocks differ', async () => {
    const slots = await comingSlots(nightly, NOW, 2)
    const schedule = { ...nightly, cronInWords: nightly.cron, advice: null }
    expect(renderNextSlots({ ...EMPTY, slots, schedule, zone: 'America/New_York' }, theme(80))).toMatchInlineSnapshot(`
      "nightly  30 2 * * *

      NEXT            Europe/Berlin            HERE (America/New_York)
      in 13 h 20 min  Sat 27 Mar 02:30 +01:00  Fri 26 Mar 21:30
      in 37 h         Sun 28 Mar 03:00 +02:00  Sat 27 Mar 21:00
      "
    `)
  })

  it('tells all schedules side by side', async () => {
    const slots = await agenda([nightly, { ...hourly, nextRunAt: after(-70) }], NOW, 3)
    const view = { ...EMPTY, slots, idleSchedules: 2, configFile: '/app/schedules.config.ts' }
    expect(renderNextSlots(view, theme(80))).toMatchInlineSnapshot(`
      "NEXT                SCHEDULE  ITS ZONE                 HERE (Europe/Berlin)
      due 1 h 10 min ago  hourly    Fri 26 Mar 11:00 +00:00  Fri 26 Mar 12:00
      in 50 min           hourly    Fri 26 Mar 13:00 +00:00  Fri 26 Mar 14:00
      in 1 h 50 min       hourly    Fri 26 Mar 14:00 +00:00  Fri 26 Mar 15:00

      2 schedules left out: paused, or in no config any more
      as schedules.config.ts defines them: no pass has been made yet
      "
    `)
    expect(renderNextSlots(view, theme(140))).toMatchInlineSnapshot(`
      "NEXT                SCHEDULE  ITS ZONE                 ZONE  HERE (Europe/Berlin)  NOTE
      due 1 h 10 min ago  hourly    Fri 26 Mar 11:00 +00:00  UTC   Fri 26 Mar 12:00      2 slots are due
      in 50 min           hourly    Fri 26 Mar 13:00 +00:00  UTC   Fri 26 Mar 14:00
      in 1 h 50 min       hourly    Fri 26 Mar 14:00 +00:00  UTC   Fri 26 Mar 15:00

      2 schedules left out: paused, or in no config any more
      as schedules.config.ts defines them: no pass has been made yet
      "
    `)
  })

  it('says what keeps slots from running', () => {
    const text = (change: Partial<Timetabled>, view: Partial<NextSlotsView> = {}) =>
      renderNextSlots(
        { ...EMPTY, ...view, schedule: { ...hourly, ...change, cronInWords: 'Every hour', advice: null } },
        theme(80),
      )
    expect(text({ state: 'paused' })).toContain('‖ paused: these slots are skipped unless it is resumed')
    expect(text({ state: 'paused', pausedUntil: after(60) })).toContain('‖ paused until Fri 26 Mar 14:10')
    expect(text({ state: 'orphaned' })).toContain('no config defines it any more: it does not run')
    expect(text({}, { globalPause: { at: null, reason: null, until: null } })).toContain(
      'everything is paused: slots are skipped',
    )
    expect(renderNextSlots(EMPTY, theme(80))).toContain('nothing comes')
  })
})

describe('a year of clock changes', () => {
  const [from, to] = [new Date('2027-01-01T00:00:00Z'), new Date('2028-01-01T00:00:00Z')]
  const report = (id: string, cron: string, timezone: string) => {
    return { scheduleId: id, timezone, shifts: yearReport(cron, timezone, from, to) }
  }

  it('tells each slot that is shifted, doubled or skipped', () => {
    const schedules = [
      report('nightly', '30 2 * * *', ZONE),
      report('quarterly', '*/15 * * * *', 'Australia/Lord_Howe'),
      report('noon', '0 12 * * *', ZONE),
    ]
    expect(renderShiftReport({ schedules, from, to, now: NOW }, theme(100))).toMatchInlineSnapshot(`
      "clock changes that touch slots, 2027-01-01 to 2028-01-01

      CLOCK CHANGE               SCHEDULE   SLOTS              EFFECT                 ZONE
      Sun 28 Mar 03:00     +1 h  nightly    02:30              runs at 03:00 +02:00   Europe/Berlin
      Sun 04 Apr 01:30  -30 min  quarterly  2, 01:30 to 01:45  run twice              Australia/Lord_Howe
      Sun 03 Oct 02:30  +30 min  quarterly  2, 02:00 to 02:15  skipped by the change  Australia/Lord_Howe
      "
    `)
  })

  it('says so when there is none', () => {
    const schedules = [report('noon', '0 12 * * *', ZONE)]
    expect(renderShiftReport({ schedules, from, to, now: NOW }, theme(80))).toBe(
      'no clock change touches a slot of 1 schedule, 2027-01-01 to 2028-01-01\n',
    )
  })
})
