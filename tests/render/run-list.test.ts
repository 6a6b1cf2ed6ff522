import { describe, expect, it } from 'vitest'
import { renderRunList, type RunListView } from '../../src/cli/render/run-list.js'
import { minutes, NOW, plain, summary, theme, ZONE } from './views.js'

const notStarted = { startedAt: null, durationMs: null, attempt: 0 }

const VIEW: RunListView = {
  runs: [
    summary({
      ...notStarted,
      scheduleId: 'digest',
      jobName: 'send-digests',
      trigger: 'MANUAL',
      status: 'PENDING',
      scheduledFor: null,
      createdAt: minutes(-6),
      availableAt: minutes(-6),
      requestedBy: 'cli:maria',
    }),
    summary({
      ...notStarted,
      scheduleId: 'erp/invoices',
      status: 'SKIPPED',
      reason: 'overlap',
      createdAt: minutes(-12),
    }),
    summary({
      scheduleId: 'erp/invoices',
      jobName: 'sync-invoices-from-erp',
      status: 'RUNNING',
      progress: { fraction: 0.42, note: 'invoice 4,200\nof 10,000' },
      startedAt: minutes(-17),
      finishedAt: null,
      durationMs: null,
      attempt: 2,
      maxAttempts: 3,
    }),
    summary({ status: 'TIMED_OUT', error: 'ran past its timeout of 10 min', durationMs: 600_000 }),
    summary({
      ...notStarted,
      jobName: '*',
      status: 'MISSED',
      reason: 'coalesced',
      scheduledFor: minutes(-108),
      firstSlot: minutes(-708),
      slotCount: 11,
    }),
    summary({ status: 'PENDING', reason: 'retry', availableAt: minutes(30), durationMs: null }),
    summary({ scheduledFor: new Date('2025-12-31T23:00:00Z'), trigger: 'BACKFILL' }),
  ],
  hasMore: true,
  filtered: false,
  now: NOW,
  zone: ZONE,
}

describe('a list of runs', () => {
  it('keeps to 80 columns what happened, when, and how to ask for more', () => {
    expect(renderRunList(VIEW, theme(80))).toMatchInlineSnapshot(`
      "STATUS          SCHEDULE      JOB                     WHEN        RUN
      ○ pending       digest        send-digests            6 min ago   5b4e2ae9
      – skipped       erp/invoices  warm-cache              12 min ago  5b4e2ae9
      ▸ running 42 %  erp/invoices  sync-invoices-from-erp  17 min ago  5b4e2ae9
      ✗ timed out     hourly-all    warm-cache              48 min ago  5b4e2ae9
      – missed        hourly-all    11 slots                48 min ago  5b4e2ae9
      ○ pending       hourly-all    warm-cache              48 min ago  5b4e2ae9
      ✓ completed     hourly-all    warm-cache              48 min ago  5b4e2ae9

      newest 7 runs, more with --limit · times in Europe/Berlin
      \`show RUN\` tells all of one
      "
    `)
  })

  it('tells slots, attempts and reasons in 140 columns', () => {
    expect(renderRunList(VIEW, theme(140))).toMatchInlineSnapshot(`
      "STATUS          SCHEDULE      JOB                     SLOT              WHEN          TOOK  TRY     NOTE                            RUN
      ○ pending       digest        send-digests            manual            6 min ago                   by cli:maria                    5b4e2ae9
      – skipped       erp/invoices  warm-cache              Mon 23 Nov 16:00  12 min ago                  the previous run was still op…  5b4e2ae9
      ▸ running 42 %  erp/invoices  sync-invoices-from-erp  Mon 23 Nov 16:00  17 min ago  17 min  2 of 3  invoice 4,200 of 10,000         5b4e2ae9
      ✗ timed out     hourly-all    warm-cache              Mon 23 Nov 16:00  48 min ago  10 min          ran past its timeout of 10 min  5b4e2ae9
      – missed        hourly-all    11 slots                Mon 23 Nov 15:00  48 min ago                  a newer slot ran instead, fro…  5b4e2ae9
      ○ pending       hourly-all    warm-cache              Mon 23 Nov 16:00  48 min ago                  waits for its retry, from Mon…  5b4e2ae9
      ✓ completed     hourly-all    warm-cache              Thu 01 Jan 00:00  48 min ago  390 ms                                          5b4e2ae9

      newest 7 runs, more with --limit · times in Europe/Berlin · \`show RUN\` tells all of one
      "
    `)
  })

  it('shows whole ids where there is room for them', () => {
    expect(renderRunList({ ...VIEW, runs: VIEW.runs.slice(3, 4) }, theme(240))).toContain(
      '01a2091b-7c98-7028-8058-67de5b4e2ae9',
    )
  })

  it('differs in nothing but escape codes where there are colours', () => {
    expect(plain(140, (theme) => renderRunList(VIEW, theme))).toBe(renderRunList(VIEW, theme(140)))
  })

  it('never prints what a job wrote as it is', () => {
    const runs = [summary({ status: 'FAILED', error: '\u001b]0;title\u0007\u001b[2Jgone\r\n\u202Eback' })]
    expect(renderRunList({ ...VIEW, runs }, theme(140))).toContain('gone back')
    expect(renderRunList({ ...VIEW, runs }, theme(140))).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/)
  })

  it('tells an empty history from filters that match nothing', () => {
    expect(renderRunList({ ...VIEW, runs: [] }, theme(80))).toContain('no runs yet')
    expect(renderRunList({ ...VIEW, runs: [], filtered: true }, theme(80))).toContain('no run matches')
  })
})
