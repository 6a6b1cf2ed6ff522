import type { Prisma } from '../../src/queries/generated/mysql/client.js'
import { compileCron } from '../../src/calendar/cron.js'
import type { RunReason, RunStatus } from '../../src/domain/run.js'
import { prismaOn, runId, schedule } from '../queries/fixture.js'
import { randomFrom } from '../support/random.js'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const PASSES = 60
const SLOTS = 60

interface Seeded {
  id: string
  cron: string
  timezone?: string
  jobs: string[]
  /** Of a typical run. */
  ms: number
  /** That a failed run took; 1 unless told. */
  attempts?: number
  description?: string
  fate?: (age: number) => { status: RunStatus; reason?: RunReason; error?: string } | null
  row?: Partial<Prisma.JobScheduleCreateManyInput>
}

const HTTP_502 = 'answered 502 Bad Gateway\n    at rates.example.com/latest'

/** A company's schedules, after two and a half days of hourly passes; `age` 0 is the newest slot. */
const SCHEDULES: Seeded[] = [
  {
    id: 'billing/invoices',
    cron: '0 6 * * *',
    timezone: 'Europe/Berlin',
    jobs: ['create-invoices', 'mail-invoices'],
    ms: 48_000,
    description: 'Invoices of the day before, by mail',
    row: { priority: 10, overlap: 'wait', catchUp: 'all' },
  },
  {
    id: 'customer-digest',
    cron: '30 7 * * mon-fri',
    timezone: 'America/New_York',
    jobs: ['send-digests'],
    ms: 95_000,
    fate: (age) => (age === 9 ? { status: 'TIMED_OUT', error: 'stopped at its timeout' } : null),
    row: { params: { audience: 'weekly-active' } },
  },
  {
    id: 'exchange-rates',
    cron: '0 */2 * * *',
    jobs: ['fetch-rates'],
    ms: 2300,
    attempts: 3,
    fate: (age) => (age < 3 || age === 17 ? { status: 'FAILED', error: HTTP_502 } : null),
    row: { lastStatus: 'FAILED', lastError: HTTP_502, consecutiveFailures: 3 },
  },
  {
    id: 'hourly-sync',
    cron: '@hourly',
    jobs: ['pull-orders', 'push-stock'],
    ms: 21_000,
    fate: (age) =>
      age === 14
        ? { status: 'SKIPPED', reason: 'overlap' }
        : age === 31
          ? { status: 'FAILED', error: 'deadlock' }
          : null,
  },
  {
    id: 'nightly-backup',
    cron: '30 2 * * *',
    timezone: 'Europe/Berlin',
    jobs: ['backup-database'],
    ms: 412_000,
    fate: (age) => (age === 22 ? { status: 'MISSED', reason: 'window' } : null),
  },
  {
    id: 'search-index',
    cron: '15 * * * *',
    jobs: ['reindex'],
    ms: 64_000,
    fate: (age) => (age === 40 ? { status: 'ABANDONED', error: 'the process of pass 21 died' } : null),
  },
  {
    id: 'upload-cleanup',
    cron: '45 3 * * *',
    jobs: ['remove-old-uploads'],
    ms: 7000,
    fate: (age) => (age < 2 ? { status: 'SKIPPED', reason: 'paused' } : null),
    row: { enabled: false, pausedReason: 'Storage is being moved; ask Dana before resuming' },
  },
  { id: 'warm-cache', cron: '*/30 * * * *', jobs: ['warm-cache'], ms: 900 },
]

/** Fills an empty database; the same rows every time, as seen from `now`. */
export async function seedDashboard(url: string, now: Date): Promise<void> {
  const prisma = await prismaOn(url)
  const random = randomFrom(7)
  const at = (ms: number) => new Date(Math.floor(now.getTime() / HOUR) * HOUR + ms)
  try {
    await prisma.runnerPass.createMany({ data: passes(at, random) })
    await prisma.job.createMany({
      data: [...new Set(SCHEDULES.flatMap(({ jobs }) => jobs))].map((name, position) => ({
        name,
        configName: 'default',
        position,
        definitionHash: name,
      })),
    })
    for (const seeded of SCHEDULES) {
      const slots = slotsBefore(seeded, now)
      const newest = slots.at(-1) ?? now
      await prisma.jobSchedule.create({ data: scheduleRow(seeded, newest, now) })
      await prisma.jobRun.createMany({
        data: slots.flatMap((slot, index) => runs(seeded, slot, SLOTS - 1 - index, random)),
      })
    }
    await prisma.jobRun.create({ data: runningRun(now) })
    await prisma.jobRun.create({ data: waitingRun(now) })
    await prisma.auditEvent.createMany({
      data: [
        {
          at: new Date(now.getTime() - 2 * DAY),
          actor: 'web:dana',
          action: 'pause',
          scheduleId: 'upload-cleanup',
          detail: { reason: 'Storage is being moved; ask Dana before resuming', until: null },
        },
        {
          at: new Date(now.getTime() - 6 * 60_000),
          actor: 'web:sam',
          action: 'request',
          scheduleId: 'exchange-rates',
          detail: { jobs: ['fetch-rates'] },
        },
      ],
    })
  } finally {
    await prisma.$disconnect()
  }
}

function scheduleRow({ id, cron, timezone = 'UTC', jobs, description, row }: Seeded, newest: Date, now: Date) {
  return schedule({
    id,
    cron,
    timezone,
    description: description ?? null,
    executionMode: 'JOB_LIST',
    jobNames: jobs,
    nextRunAt: compileCron(cron, timezone).next(newest),
    lastSlotAt: newest,
    lastRunAt: newest,
    lastFinishedSlotAt: newest,
    lastStatus: 'COMPLETED',
    historyFrom: new Date(now.getTime() - 90 * DAY),
    ...row,
  })
}

function runs(
  { id, jobs, ms, fate, attempts = 1 }: Seeded,
  slot: Date,
  age: number,
  random: () => number,
): Prisma.JobRunCreateManyInput[] {
  const end = fate?.(age) ?? { status: 'COMPLETED' as const }
  const passAt = new Date(Math.ceil(slot.getTime() / HOUR) * HOUR + 4000)
  const common = { scheduleId: id, trigger: 'CRON', status: end.status, scheduledFor: slot, createdAt: passAt }
  if (end.status === 'SKIPPED' || end.status === 'MISSED') {
    return [{ ...common, id: runId(passAt), jobName: '*', reason: end.reason ?? null, finishedAt: passAt }]
  }
  let startedAt = passAt
  return jobs.map((jobName) => {
    const durationMs = Math.round(ms * (0.7 + 0.6 * random()) * (random() > 0.93 ? 1.8 : 1))
    const finishedAt = new Date(startedAt.getTime() + durationMs)
    const tries = end.status === 'FAILED' ? attempts : 1
    const run = {
      ...common,
      id: runId(startedAt),
      jobName,
      attempt: tries,
      maxAttempts: attempts,
      startedAt,
      finishedAt,
      durationMs,
      error: end.error ?? null,
      log: `reading\nwrote ${Math.round(random() * 900)} rows\n`.repeat(tries),
      attempts: Array.from({ length: tries }, (_, index) => attempt(index + 1, tries, end, startedAt, finishedAt)),
    }
    startedAt = finishedAt
    return run
  })
}

/** One of `of`, evenly spaced, each followed by a wait as long. */
function attempt(
  number: number,
  of: number,
  { status, error }: { status: RunStatus; error?: string },
  from: Date,
  to: Date,
) {
  const durationMs = Math.round((to.getTime() - from.getTime()) / (2 * of - 1))
  const startedAt = from.getTime() + 2 * (number - 1) * durationMs
  return {
    number,
    status,
    startedAt: new Date(startedAt).toISOString(),
    finishedAt: new Date(startedAt + durationMs).toISOString(),
    durationMs,
    passId: 1,
    error: error ?? null,
  }
}

function runningRun(now: Date): Prisma.JobRunCreateInput {
  const startedAt = new Date(now.getTime() - 95_000)
  return {
    id: runId(startedAt),
    scheduleId: 'nightly-backup',
    jobName: 'backup-database',
    trigger: 'MANUAL',
    status: 'RUNNING',
    attempt: 1,
    createdAt: startedAt,
    startedAt,
    passId: PASSES,
    requestedBy: 'web:dana',
    progress: { fraction: 0.62, note: 'table orders' },
  }
}

function waitingRun(now: Date): Prisma.JobRunCreateInput {
  const createdAt = new Date(now.getTime() - 6 * 60_000)
  return {
    id: runId(createdAt),
    scheduleId: 'exchange-rates',
    jobName: 'fetch-rates',
    trigger: 'MANUAL',
    status: 'PENDING',
    createdAt,
    availableAt: createdAt,
    requestedBy: 'web:sam',
  }
}

function passes(at: (ms: number) => Date, random: () => number): Prisma.RunnerPassCreateManyInput[] {
  return Array.from({ length: PASSES }, (_, index) => {
    const age = PASSES - 1 - index
    // Two passes did not come, one was late.
    const hoursAgo = age > 28 ? age + 2 : age
    const startedAt = new Date(at(-hoursAgo * HOUR).getTime() + (age === 11 ? 9 * 60_000 : 2000 + random() * 4000))
    const executed = 2 + Math.round(random() * 4) + (hoursAgo % 12 === 3 ? 5 : 0)
    const failed = [2, 4, 6, 33].includes(hoursAgo) ? 1 : 0
    return {
      id: index + 1,
      kind: 'PASS',
      host: 'runner',
      pid: 17,
      version: '0.1.0',
      startedAt,
      finishedAt: new Date(startedAt.getTime() + 30_000 + random() * 90_000),
      status: 'FINISHED',
      due: executed - 1,
      executed,
      failed,
      skipped: 0,
      deferred: 0,
      exitCode: failed,
    }
  })
}

function slotsBefore({ cron, timezone = 'UTC' }: Seeded, now: Date): Date[] {
  const lastPassAt = new Date(Math.floor(now.getTime() / HOUR) * HOUR)
  return [...compileCron(cron, timezone).slots(new Date(now.getTime() - 90 * DAY), lastPassAt)].slice(-SLOTS)
}
