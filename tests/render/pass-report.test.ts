import { describe, expect, it } from 'vitest'
import { renderRunLine, renderSummary, type PassView } from '../../src/cli/render/pass-report.js'
import { noCounts, type PassCounts, type PassReport, type ReportedRun } from '../../src/pass/report.js'
import { widthOf } from '../../src/cli/render/text.js'
import { minutes, NOW, plain, ZONE } from './views.js'

const VIEW: PassView = { zone: ZONE, scheduleWidth: 8, jobWidth: 10, now: () => NOW }

const RUN: ReportedRun = {
  runId: '01a2091b-7c98-7028-8058-67de5b4e2ae9',
  scheduleId: 'nightly',
  jobName: 'backup-db',
  trigger: 'CRON',
  scheduledFor: minutes(-48).toISOString(),
  status: 'COMPLETED',
  attempt: 1,
  durationMs: 390,
  error: null,
  reason: null,
}

const line = (change: Partial<ReportedRun>): string =>
  plain(80, (theme) => renderRunLine({ ...RUN, ...change }, VIEW, theme)).trimEnd()

function summary(change: Omit<Partial<PassReport>, 'counts'> & { counts?: Partial<PassCounts> }): string {
  const report: PassReport = {
    pass: { id: 7, startedAt: '', finishedAt: '', durationMs: 812, host: 'here', dryRun: false },
    runs: [RUN],
    next: { scheduleId: 'hourly', at: minutes(12).toISOString() },
    notes: [],
    error: null,
    exitCode: 0,
    ...change,
    counts: { ...noCounts(), ...change.counts },
  }
  return plain(80, (theme) => renderSummary(report, VIEW, theme))
}

describe('a line of a pass', () => {
  it('tells schedule, job, slot and duration', () => {
    expect(line({})).toBe('✓ nightly  backup-db  16:00:20            390 ms')
  })

  it('gives the day of a slot that is not of today, and says which run has no slot', () => {
    expect(line({ scheduledFor: '2026-11-22T02:00:00.000Z' })).toContain(' Sun 22 Nov 03:00 ')
    expect(line({ scheduledFor: null, trigger: 'MANUAL' })).toContain(' manual ')
  })

  it('does not cut the id of a schedule that the config does not have', () => {
    expect(line({ scheduleId: 'digest-of-acme' })).toContain('✓ digest-of-acme backup-db ')
    expect(line({ scheduleId: 'x'.repeat(60) })).toContain(`✓ ${'x'.repeat(23)}… backup-db `)
  })

  it.each([40, 60, 80, 120])('fits into %d columns with the longest names, those of a failure too', (columns) => {
    const names = { scheduleId: 'tenant:acme/europe/nightly-digest', jobName: 'send-the-digests-of-the-whole-night' }
    const view = { ...VIEW, scheduleWidth: 24, jobWidth: 28 }
    const text = plain(columns, (theme) => renderRunLine({ ...RUN, ...names, status: 'FAILED' }, view, theme))
    expect(text).toContain('390 ms failed')
    expect(widthOf(text.trimEnd())).toBeLessThanOrEqual(columns)
  })

  it('says what went wrong below, in lines that fit', () => {
    const error = `boom ${'!'.repeat(90)}\n    at run (jobs/backup.ts:3:5)`
    expect(line({ status: 'FAILED', attempt: 2, error })).toMatchInlineSnapshot(`
      "✗ nightly  backup-db  16:00:20            390 ms failed (attempt 2)
          boom !!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!…
          at run (jobs/backup.ts:3:5)"
    `)
  })

  it.each([
    [{ status: 'PENDING', reason: 'retry' }, 'waits for its retry'],
    [{ status: 'CANCELLED', reason: 'replaced' }, 'cancelled: '],
    [{ status: 'TIMED_OUT' }, 'timed out'],
    [{ status: 'FAILED', reason: 'superseded' }, 'failed: '],
  ] as const)('of a run that ended as %j says why', (change, text) => {
    expect(line(change)).toContain(text)
  })
})

describe('the summary of a pass', () => {
  it('counts what happened and says what comes', () => {
    const counts = { due: 3, executed: 4, completed: 3, failed: 1, deferred: 1, skipped: 2, missed: 11, locked: 1 }
    expect(summary({ counts })).toMatchInlineSnapshot(`
      "
      pass 7 · 3 completed · 1 failed · 1 deferred · 2 skipped · 11 slots missed
      1 schedule held by another pass · 812 ms
      next: hourly Mon 23 Nov 17:00 (in 12 min)
      "
    `)
  })

  it('counts runs that were cancelled, which nothing else counts', () => {
    const runs = [RUN, { ...RUN, status: 'CANCELLED' as const }, { ...RUN, status: 'CANCELLED' as const }]
    expect(summary({ runs, counts: { completed: 1 } })).toContain('pass 7 · 1 completed · 2 cancelled · 812 ms')
  })

  it('of a pass that found nothing is two lines', () => {
    expect(summary({ runs: [] })).toMatchInlineSnapshot(`
      "pass 7 · nothing due · 812 ms
      next: hourly Mon 23 Nov 17:00 (in 12 min)
      "
    `)
  })

  it('cuts the id of the next schedule where the line would not fit', () => {
    const next = { scheduleId: 'x'.repeat(90), at: minutes(12).toISOString() }
    expect(summary({ runs: [], next })).toMatch(/^next: x{44}… Mon 23 Nov 17:00 \(in 12 min\)$/m)
  })

  it('of a pass that wrote nothing has no number', () => {
    const pass = { id: null, startedAt: '', finishedAt: '', durationMs: 0, host: 'here', dryRun: false }
    expect(summary({ pass, runs: [], next: null })).toBe('nothing checked · 0 ms\n')
  })
})
