import { describe, expect, it } from 'vitest'
import { WHOLE_SLOT } from '../../src/domain/run.js'
import { settlementOfHistory } from '../../src/ledger/settlement.js'
import { aRun } from '../pass/schedules.js'

const CRON = aRun({ status: 'COMPLETED', scheduledFor: new Date('2027-03-01T01:00:00Z') })
const SLOT = { scheduleId: 's', slot: new Date('2027-03-01T01:00:00Z') }
const BACKFILL = { ...CRON, id: 'b', trigger: 'BACKFILL' as const, status: 'FAILED' as const }
const WRITE_OFF = { ...CRON, id: 'w', jobName: WHOLE_SLOT, status: 'MISSED' as const }

describe('what the history of a slot says of its schedule', () => {
  it('is the worst end of its jobs, once all have ended', () => {
    const failed = { ...CRON, id: 'f', jobName: 'fails', status: 'FAILED' as const }
    expect(settlementOfHistory(SLOT, [CRON, failed])).toMatchObject({ status: 'FAILED', failed: true })
    expect(settlementOfHistory(SLOT, [CRON])).toMatchObject({ status: 'COMPLETED', allCompleted: true })
    expect(settlementOfHistory(SLOT, [CRON, { ...failed, status: 'RUNNING' }])).toBeNull()
  })

  it('is nothing for a backfill, though a row stands beside it that says why the slot did not run', () => {
    expect(settlementOfHistory(SLOT, [WRITE_OFF, BACKFILL])).toBeNull()
    expect(settlementOfHistory(SLOT, [BACKFILL])).toBeNull()
  })

  it('does not heed write-offs and backfills beside its own runs', () => {
    expect(settlementOfHistory(SLOT, [WRITE_OFF, CRON, BACKFILL])).toMatchObject({
      status: 'COMPLETED',
      failed: false,
      allCompleted: true,
    })
  })
})
