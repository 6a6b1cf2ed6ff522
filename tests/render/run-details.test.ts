import { describe, expect, it } from 'vitest'
import { renderRunDetails, type RunDetailsView } from '../../src/cli/render/run-details.js'
import type { Attempt } from '../../src/domain/run.js'
import { minutes, NOW, OVERVIEW, plain, theme, wholeRun, ZONE } from './views.js'

const attempt = (number: number, change: Partial<Attempt>): Attempt => ({
  number,
  status: 'FAILED',
  startedAt: minutes(-48 + number).toISOString(),
  finishedAt: minutes(-47 + number).toISOString(),
  durationMs: 1300,
  passId: 7,
  error: 'connect ECONNREFUSED 10.0.0.3:587',
  ...change,
})

const FAILED: RunDetailsView = {
  run: wholeRun({
    scheduleId: 'digest',
    jobName: 'send-digests',
    status: 'FAILED',
    attempt: 3,
    maxAttempts: 3,
    crashes: 1,
    durationMs: 5321,
    startedAt: minutes(-47),
    error: 'Error: connect ECONNREFUSED 10.0.0.3:587\n    at TCPConnectWrap.afterConnect',
    params: { tenant: 'acme' },
    output: { sent: 0 },
    log: '07:30:04 info  connecting\n\u001b[31m07:30:05 error refused\u001b[0m\n\tindented',
    attempts: [attempt(1, {}), attempt(2, { status: 'ABANDONED', durationMs: null, error: null }), attempt(3, {})],
  }),
  timezone: 'America/New_York',
  pass: OVERVIEW.lastPass,
  now: NOW,
  zone: ZONE,
}

describe('one run', () => {
  it('is told whole: times in its zone and here, attempts, params, error, output and log', () => {
    expect(renderRunDetails(FAILED, theme(80))).toMatchInlineSnapshot(`
      "✗ failed  digest → send-digests

        run        01a2091b-7c98-7028-8058-67de5b4e2ae9
        slot       Mon 23 Nov 2026 10:00:20 America/New_York (48 min ago)
        slot here  Mon 23 Nov 2026 16:00:20 Europe/Berlin
        trigger    cron
        started    Mon 23 Nov 2026 16:01:20 (47 min ago), 1 min after its slot
        finished   Mon 23 Nov 2026 16:00:20 (48 min ago)
        took       5.3 s
        attempt    3 of 3, 1 crash
        pass       7 on runner (pid 42)

      Attempts
        #  STATUS       STARTED    TOOK  PASS  ERROR
        1  ✗ failed     16:01:20  1.3 s     7  connect ECONNREFUSED 10.0.0.3:587
        2  ✗ abandoned  16:02:20            7
        3  ✗ failed     16:03:20  1.3 s     7  connect ECONNREFUSED 10.0.0.3:587

      Params
        {
          "tenant": "acme"
        }

      Error
        Error: connect ECONNREFUSED 10.0.0.3:587
            at TCPConnectWrap.afterConnect

      Output
        {
          "sent": 0
        }

      Log
        07:30:04 info  connecting
        07:30:05 error refused
            indented
      "
    `)
  })

  it('tells how far it is while it runs', () => {
    const progress = { fraction: 0.424, note: 'invoice 4,200 of 10,000' }
    const run = wholeRun({
      status: 'RUNNING',
      finishedAt: null,
      durationMs: null,
      progress,
      cancelRequestedAt: minutes(-1),
    })
    expect(renderRunDetails({ ...FAILED, run, timezone: ZONE, pass: null }, theme(80))).toMatchInlineSnapshot(`
      "▸ running  hourly-all → warm-cache

        run           01a2091b-7c98-7028-8058-67de5b4e2ae9
        slot          Mon 23 Nov 2026 16:00:20 Europe/Berlin (48 min ago)
        trigger       cron
        started       Mon 23 Nov 2026 16:00:20 (48 min ago)
        progress      42 %, invoice 4,200 of 10,000
        attempt       1 of 1
        cancel asked  Mon 23 Nov 2026 16:47:20 (1 min ago)
      "
    `)
  })

  it('tells why slots did not run', () => {
    const span = { firstSlot: minutes(-700), slotCount: 11, scheduledFor: minutes(-100) }
    const never = { startedAt: null, durationMs: null, attempt: 0, passId: null }
    const run = wholeRun({ jobName: '*', status: 'MISSED', reason: 'coalesced', ...span, ...never })
    expect(renderRunDetails({ ...FAILED, run, timezone: null, pass: null }, theme(80))).toMatchInlineSnapshot(`
      "– missed  hourly-all → 11 slots

        run         01a2091b-7c98-7028-8058-67de5b4e2ae9
        reason      a newer slot ran instead (coalesced)
        slot        Mon 23 Nov 2026 15:08:20 Europe/Berlin (2 h ago)
        first slot  Mon 23 Nov 2026 05:08:20 (12 h ago)
        trigger     cron
        recorded    Mon 23 Nov 2026 16:00:20 (48 min ago)
      "
    `)
  })

  it('tells who asked for it and from when on it may run', () => {
    const waits = { startedAt: null, finishedAt: null, durationMs: null, attempt: 0, availableAt: minutes(20) }
    const run = wholeRun({
      trigger: 'MANUAL',
      scheduledFor: null,
      status: 'PENDING',
      requestedBy: 'cli:maria',
      ...waits,
    })
    const text = renderRunDetails({ ...FAILED, run, pass: null }, theme(80))
    expect(text).toContain('trigger      manual by cli:maria')
    expect(text).toContain('waits until  Mon 23 Nov 2026 17:08:20 (in 20 min)')
  })

  it('differs in nothing but escape codes where there are colours', () => {
    expect(plain(80, (theme) => renderRunDetails(FAILED, theme))).toBe(renderRunDetails(FAILED, theme(80)))
  })
})
