import { describe, expect, it } from 'vitest'
import { renderNoSchedules } from '../../src/cli/render/no-schedules.js'
import { renderScheduleList, type ScheduleListView } from '../../src/cli/render/schedule-list.js'
import { listed, minutes, OVERVIEW, plain, slot, theme, ZONE } from './views.js'

const HOUR_MS = 3_600_000
const failed = { lastStatus: 'FAILED', lastError: 'HTTP 503\nfrom example.com', consecutiveFailures: 4 } as const

const VIEW: ScheduleListView = {
  schedules: [
    listed({
      id: 'digest',
      cronInWords: 'At 07:30, Monday through Friday',
      timezone: 'America/New_York',
      executionMode: 'JOB_LIST',
      jobNames: ['send-digests'],
      nextRunAt: minutes(20 * 60),
      lastStatus: 'COMPLETED',
      lastRunAt: minutes(-240),
    }),
    listed({ id: 'erp/invoices', state: 'running', nextRunAt: minutes(-3), runningRuns: 1 }),
    listed({ id: 'hourly-all', ...failed, lastRunAt: minutes(-48), state: 'due', nextRunAt: minutes(-1) }),
    listed({ id: 'launch-day', state: 'ended', nextRunAt: null }),
    listed({ id: 'old-cleanup', state: 'orphaned', orphaned: true }),
    listed({ id: 'quiet', state: 'paused', enabled: false, nextRunAt: null, pausedReason: 'moving house' }),
    listed({ id: '報告書', state: 'paused', enabled: false, pausedUntil: minutes(90), nextRunAt: minutes(130) }),
  ],
  total: 7,
  overview: { ...OVERVIEW, schedules: { ...OVERVIEW.schedules, failing: 1, paused: 2 } },
  slots: new Map([
    ['digest', [slot(), slot({ status: 'FAILED' }), slot({ status: 'MISSED', durationMs: null }), slot()]],
  ]),
  pollIntervalMs: HOUR_MS,
  zone: ZONE,
}

describe('a list of schedules', () => {
  it('keeps to 80 columns what a person looks for first', () => {
    expect(renderScheduleList(VIEW, theme(80))).toMatchInlineSnapshot(`
      "   SCHEDULE      WHEN                     NEXT            LAST             SLOTS
      ○  digest        At 07:30, Monday throu…  in 20 h         ✓ 4 h ago         ✓✗–✓
      ▸  erp/invoices  Every hour               due 3 min ago   not yet
      ●  hourly-all    Every hour               due 1 min ago   ✗ 48 min ago ×4
      ■  launch-day    Every hour               no more         not yet
      ?  old-cleanup   Every hour               orphaned        not yet
      ‖  quiet         Every hour               paused          not yet
      ‖  報告書        Every hour               paused, in 2 h  not yet

      7 schedules · 1 failing · 2 paused · last pass 48 min ago
      times in Europe/Berlin
      "
    `)
  })

  it('tells more in 140 columns', () => {
    expect(renderScheduleList(VIEW, theme(140))).toMatchInlineSnapshot(`
      "   SCHEDULE      STATE     WHEN                             ZONE              NEXT            AT                LAST             SLOTS
      ○  digest        waiting   At 07:30, Monday through Friday  America/New_York  in 20 h         Tue 24 Nov 12:48  ✓ 4 h ago         ✓✗–✓
      ▸  erp/invoices  running   Every hour                       UTC               due 3 min ago   Mon 23 Nov 16:45  not yet
      ●  hourly-all    due       Every hour                       UTC               due 1 min ago   Mon 23 Nov 16:47  ✗ 48 min ago ×4
      ■  launch-day    ended     Every hour                       UTC               no more                           not yet
      ?  old-cleanup   orphaned  Every hour                       UTC               orphaned                          not yet
      ‖  quiet         paused    Every hour                       UTC               paused                            not yet
      ‖  報告書        paused    Every hour                       UTC               paused, in 2 h  Mon 23 Nov 18:58  not yet

      7 schedules · 1 failing · 2 paused · last pass 48 min ago · times in Europe/Berlin
      "
    `)
  })

  it('tells all where nobody looks', () => {
    expect(renderScheduleList(VIEW, theme(240))).toMatchInlineSnapshot(`
      "   SCHEDULE      STATE     WHEN                             ZONE              JOBS          NEXT            AT                LAST             SLOTS  NOTE
      ○  digest        waiting   At 07:30, Monday through Friday  America/New_York  send-digests  in 20 h         Tue 24 Nov 12:48  ✓ 4 h ago         ✓✗–✓
      ▸  erp/invoices  running   Every hour                       UTC               all jobs      due 3 min ago   Mon 23 Nov 16:45  not yet
      ●  hourly-all    due       Every hour                       UTC               all jobs      due 1 min ago   Mon 23 Nov 16:47  ✗ 48 min ago ×4         HTTP 503 from example.com
      ■  launch-day    ended     Every hour                       UTC               all jobs      no more                           not yet
      ?  old-cleanup   orphaned  Every hour                       UTC               all jobs      orphaned                          not yet                 no config defines it any more
      ‖  quiet         paused    Every hour                       UTC               all jobs      paused                            not yet                 moving house
      ‖  報告書        paused    Every hour                       UTC               all jobs      paused, in 2 h  Mon 23 Nov 18:58  not yet

      7 schedules · 1 failing · 2 paused · last pass 48 min ago · times in Europe/Berlin
      "
    `)
  })

  it('makes do with ASCII', () => {
    const few = { ...VIEW, schedules: VIEW.schedules.slice(0, 3) }
    expect(renderScheduleList(few, theme(100, { unicode: false }))).toMatchInlineSnapshot(`
      "   SCHEDULE      WHEN                        NEXT           AT                LAST             SLOTS
      o  digest        At 07:30, Monday throug...  in 20 h        Tue 24 Nov 12:48  + 4 h ago         +x-+
      >  erp/invoices  Every hour                  due 3 min ago  Mon 23 Nov 16:45  not yet
      *  hourly-all    Every hour                  due 1 min ago  Mon 23 Nov 16:47  x 48 min ago x4

      3 of 7 schedules - 1 failing - 2 paused - last pass 48 min ago - times in Europe/Berlin
      "
    `)
  })

  it('differs in nothing but escape codes and bars where there are colours', () => {
    expect(plain(140, (theme) => renderScheduleList(VIEW, theme))).toBe(renderScheduleList(VIEW, theme(140)))
  })

  it('draws durations as bars coloured by their outcome', () => {
    const strip = [slot({ durationMs: 100 }), slot({ durationMs: 1600, status: 'FAILED' })]
    const view = { ...VIEW, schedules: VIEW.schedules.slice(0, 1), slots: new Map([['digest', strip]]) }
    expect(renderScheduleList(view, theme(140, { colors: true }))).toContain(
      '\u001b[32m▃\u001b[39m\u001b[31m█\u001b[39m',
    )
  })

  it('warns when the platform has not started a pass for two intervals', () => {
    const silent = { ...VIEW.overview, lastSignOfLifeAt: minutes(-121) }
    const [first] = renderScheduleList({ ...VIEW, overview: silent }, theme(80)).split('\n\n')
    expect(first).toMatchInlineSnapshot(`"! no pass since Mon 23 Nov 14:47 (2 h ago): is the platform's cron running?"`)
  })

  it('says that everything is paused, why and until when', () => {
    const globalPause = { at: minutes(-5), reason: 'database\n\u001b[2Jmoves', until: minutes(60) }
    const schedules = [listed({ id: 'hourly', state: 'paused' })]
    expect(renderScheduleList({ ...VIEW, schedules, overview: { ...VIEW.overview, globalPause } }, theme(80)))
      .toMatchInlineSnapshot(`
      "everything is paused until Mon 23 Nov 17:48: database moves

         SCHEDULE  STATE   WHEN        ZONE  JOBS      NEXT    LAST
      ‖  hourly    paused  Every hour  UTC   all jobs  paused  not yet

      1 of 7 schedules · 1 failing · 2 paused · last pass 48 min ago
      times in Europe/Berlin
      "
    `)
  })

  it('tells how many there are besides those it shows, and that there was no pass yet', () => {
    const view = {
      ...VIEW,
      schedules: VIEW.schedules.slice(3, 4),
      total: 1234,
      overview: { ...OVERVIEW, lastPass: null },
    }
    expect(renderScheduleList(view, theme(80))).toContain('1 of 1,234 schedules · no pass yet')
  })
})

describe('where there are no schedules', () => {
  it('it says how to get some', () => {
    expect(renderNoSchedules(null)).toMatchInlineSnapshot(`
      "no schedules yet: define some in schedules.config.ts (the README of run-due-schedules
      shows how), then make a pass: \`npx run-due-schedules\`
      "
    `)
  })

  it('it says that those of the config wait for a first pass', () => {
    const config = { file: '/home/me/app/schedules.config.ts', schedules: [] as never[] }
    expect(renderNoSchedules(config)).toBe(renderNoSchedules(null))
    expect(renderNoSchedules({ ...config, schedules: [{}, {}] as never[] })).toMatchInlineSnapshot(`
      "no pass has read the 2 schedules of schedules.config.ts yet: make one with \`npx run-due-schedules\`
      (\`--dry-run\` shows what it would do, \`next\` when they come due)
      "
    `)
  })
})
