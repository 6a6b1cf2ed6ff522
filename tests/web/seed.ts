import type { Run } from '../../src/domain/run.js'
import { prismaOn, run, runId, schedule } from '../queries/fixture.js'

export const MARKUP = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>`
/** Of the newest run, which failed. */
export const FAILED_RUN = runId(new Date(Date.now() - 60_000))

const HOUR_MS = 3_600_000

/** Schedules in several states, jobs, a week of hourly runs, passes and audit events, ending a minute ago. */
export async function seed(databaseUrl: string): Promise<void> {
  const prisma = await prismaOn(databaseUrl)
  const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const ahead = new Date(hour + HOUR_MS)
  await prisma.job.createMany({
    data: ['backup', 'report'].map((name, position) => ({
      name,
      configName: 'default',
      jobGroup: 'nightly',
      position,
      definitionHash: 'x',
      orphaned: false,
    })),
  })
  await prisma.jobSchedule.createMany({
    data: [
      schedule({
        id: 'hourly',
        executionMode: 'JOB_GROUP',
        jobGroup: 'nightly',
        nextRunAt: ahead,
        description: MARKUP,
      }),
      schedule({ id: 'team/a.b:c', executionMode: 'JOB_LIST', jobNames: ['backup'], nextRunAt: ahead }),
      schedule({ id: 'paused', executionMode: 'ALL_JOBS', enabled: false, pausedReason: MARKUP, nextRunAt: null }),
      schedule({ id: 'gone', executionMode: 'ALL_JOBS', orphaned: true, nextRunAt: null }),
    ],
  })
  const slots = Array.from({ length: 40 }, (_, index) => new Date(hour - (40 - index) * HOUR_MS))
  await prisma.jobRun.createMany({
    data: slots.flatMap((scheduledFor) => [
      run({ scheduleId: 'hourly', jobName: 'backup', scheduledFor }),
      run({ scheduleId: 'hourly', jobName: 'report', scheduledFor, durationMs: 900 }),
    ]),
  })
  await prisma.jobRun.createMany({ data: [failedRun(new Date(hour)), writtenOff(hour)] })
  await prisma.runnerPass.createMany({
    data: slots.slice(-5).map((slot) => ({
      kind: 'PASS',
      host: 'node-1',
      pid: 7,
      version: '0.1.0',
      configName: 'default',
      startedAt: new Date(slot.getTime() + 2000),
      finishedAt: new Date(slot.getTime() + 5000),
      leaseUntil: new Date(slot.getTime() + 65_000),
      status: 'FINISHED',
      due: 1,
      executed: 2,
      failed: 0,
      skipped: 0,
      deferred: 0,
      exitCode: 0,
    })),
  })
  await prisma.$disconnect()
}

/** The longest a text can be without being cut, full of what browsers would run. */
function failedRun(scheduledFor: Date) {
  const attempt: Run['attempts'][number] = {
    number: 1,
    status: 'FAILED',
    startedAt: scheduledFor.toISOString(),
    finishedAt: scheduledFor.toISOString(),
    durationMs: 5,
    passId: 1,
    error: MARKUP,
  }
  return {
    ...run({ scheduleId: 'hourly', jobName: 'backup', scheduledFor, status: 'FAILED', error: MARKUP }),
    id: FAILED_RUN,
    log: MARKUP.repeat(50),
    output: { [MARKUP]: MARKUP },
    params: { tenant: MARKUP },
    attempts: [{ ...attempt }],
  }
}

function writtenOff(hour: number) {
  const scheduledFor = new Date(hour - 50 * HOUR_MS)
  return {
    ...run({ scheduleId: 'hourly', jobName: '*', scheduledFor, status: 'MISSED', reason: 'coalesced' }),
    firstSlot: new Date(hour - 60 * HOUR_MS),
    slotCount: 11,
    startedAt: null,
    finishedAt: null,
    durationMs: null,
  }
}
