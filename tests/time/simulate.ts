import { defineJob, type ScheduleOptions } from 'run-due-schedules'
import { createTestRunner, type Run, type TestRunner } from 'run-due-schedules/testing'
import { WHOLE_SLOT } from '../../src/domain/run.js'
import { checkAccount, type AccountCheck } from '../../src/ledger/check-account.js'

export const HOUR_MS = 3_600_000

export interface Simulated {
  /** Real runs, in the order of their creation. */
  runs: Run[]
  account: AccountCheck
  crashes: number
}

/** Hourly passes over one schedule from one instant to another; some hours' passes die as they start the job. */
export async function simulate(
  schedule: Omit<ScheduleOptions, 'id' | 'jobs'>,
  fromMs: number,
  toMs: number,
  crashHours: ReadonlySet<number>,
): Promise<Simulated> {
  const runner = await createTestRunner(
    {
      retention: { runs: null, passes: null },
      jobs: [defineJob({ name: 'work', crashRetries: 10, run: () => null })],
      schedules: [{ ...schedule, id: 'simulated', jobs: ['work'] }],
    },
    { now: new Date(fromMs) },
  )
  try {
    let crashes = 0
    await runner.pass()
    for (let at = fromMs + HOUR_MS; at <= toMs; at += HOUR_MS) {
      runner.clock.set(new Date(Math.max(at, runner.clock.now().getTime())))
      if (crashHours.has(at) && (await dies(runner))) crashes += 1
      else await runner.pass()
    }
    // What the last crash left.
    await runner.pass()
    return { ...(await accountOf(runner)), crashes }
  } finally {
    await runner.close()
  }
}

/** False: the pass had nothing to start, and ended well. */
async function dies(runner: TestRunner): Promise<boolean> {
  try {
    await runner.crash('work')
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'JOB_NOT_FOUND') return false
    throw error
  }
}

export async function accountOf(runner: TestRunner): Promise<Omit<Simulated, 'crashes'>> {
  const rows = await runner.runs()
  const [schedule] = await runner.schedules()
  if (schedule === undefined) throw new Error('there is no schedule')
  const slots = rows.flatMap(({ jobName, trigger, firstSlot, scheduledFor, slotCount }) =>
    scheduledFor === null ? [] : [{ isWriteOff: jobName === WHOLE_SLOT, trigger, firstSlot, scheduledFor, slotCount }],
  )
  return {
    runs: rows.filter((run) => run.jobName !== WHOLE_SLOT),
    account: checkAccount(schedule, slots, runner.clock.now()),
  }
}
