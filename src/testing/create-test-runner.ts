import type { ConfigOptions, Instant } from '../config/definitions.js'
import type { Environment } from '../config/environment.js'
import { parseDuration } from '../durations.js'
import { ScheduleError } from '../errors.js'
import type { PassReport } from '../pass/report.js'
import { openMemoryStore } from '../store/open-memory-store.js'
import type { Store } from '../store/store.js'
import { Activity } from './activity.js'
import { MemoryProgram } from './memory-program.js'
import { readTestConfig } from './test-config.js'
import type { TestClock, TestRunner, TestRunnerOptions } from './test-runner.js'
import { VirtualTime } from './virtual-time.js'

/** No pass in this process loses its lease because a test sets the clock far ahead. */
const LEASE_MS = 366 * 86_400_000
const ACTOR = { actor: 'test' }

/** Throws CONFIG_INVALID with everything that is wrong with the config, JOB_NOT_FOUND for a stand-in without its job. */
export async function createTestRunner(options: ConfigOptions, settings: TestRunnerOptions): Promise<TestRunner> {
  const activity = new Activity()
  const time = new VirtualTime(instantOf(settings.now), activity)
  const config = await readTestConfig(options, settings.jobs ?? {})
  const environment = environmentOf(settings)
  const { store, readAllRuns } = await openMemoryStore(() => time.now())
  const program = new MemoryProgram(config, { store, time, activity, environment })
  // Schedules exist from now on, as after a first pass; nothing of theirs runs yet.
  await program.pass([])
  return {
    clock: testClock(time, activity),
    pass: ({ schedules = [] } = {}) => program.pass(schedules.length === 0 ? null : schedules),
    passUntil: (instant) => passUntil(program, time, environment.pollIntervalMs, instantOf(instant).getTime()),
    crash: (jobName) => program.crash(jobName),
    plan: ({ schedules = [] } = {}) => program.plan(schedules.length === 0 ? null : schedules),
    async deploy(next) {
      program.config = await readTestConfig(next, standInsFor(next, settings.jobs ?? {}))
    },
    async runs({ scheduleId, jobName, status } = {}) {
      return (await readAllRuns()).filter(
        (run) =>
          run.scheduleId === (scheduleId ?? run.scheduleId) &&
          run.jobName === (jobName ?? run.jobName) &&
          run.status === (status ?? run.status),
      )
    },
    schedules: () => store.readSchedules(),
    ...commandsOf(store),
    close: () => store.close(),
  }
}

function testClock(time: VirtualTime, activity: Activity): TestClock {
  return {
    now: () => time.now(),
    set: (instant) => time.moveTo(instantOf(instant)),
    advance: (duration) => time.moveTo(new Date(time.monotonicMs() + parseDuration(duration))),
    sleep: (duration, signal) => activity.asleep(time.sleep(parseDuration(duration), signal)),
  }
}

/** A platform that is due to start a pass while one is going on skips that one. */
async function passUntil(
  program: MemoryProgram,
  time: VirtualTime,
  intervalMs: number,
  untilMs: number,
): Promise<PassReport[]> {
  const reports: PassReport[] = []
  const next = (): number => (Math.floor(time.monotonicMs() / intervalMs) + 1) * intervalMs
  for (let at = next(); at <= untilMs; at = next()) {
    time.moveTo(new Date(at))
    reports.push(await program.pass(null))
  }
  if (time.monotonicMs() < untilMs) time.moveTo(new Date(untilMs))
  return reports
}

function commandsOf(store: Store): Pick<TestRunner, 'request' | 'cancel' | 'pause' | 'resume'> {
  return {
    async request(scheduleId, { job = null, params } = {}) {
      const { requestRuns } = await import('../commands/request.js')
      await requestRuns(store, { scheduleId, job, ...(params === undefined ? {} : { params }), ...ACTOR })
    },
    async cancel(runId) {
      const { cancelRun } = await import('../commands/cancel.js')
      return (await cancelRun(store, runId, ACTOR.actor)).outcome
    },
    async pause(scheduleId, { reason = null, until } = {}) {
      const { pauseSchedules } = await import('../commands/pause.js')
      const terms = { reason, until: until === undefined ? null : instantOf(until) }
      await pauseSchedules(store, [scheduleId], { ...terms, ...ACTOR })
    },
    async resume(scheduleId) {
      const { resumeSchedules } = await import('../commands/resume.js')
      await resumeSchedules(store, [scheduleId], ACTOR)
    },
  }
}

function environmentOf({ environment = 'test', passInterval = '1h' }: TestRunnerOptions): Environment {
  return {
    databaseUrl: 'file::memory:',
    databaseIsDefault: false,
    name: environment,
    enabled: true,
    pollIntervalMs: parseDuration(passInterval),
    executeInline: true,
    concurrency: null,
    leaseMs: LEASE_MS,
    shutdownGraceMs: 1000,
  }
}

/** A deployment may drop a job that has a stand-in. */
function standInsFor(config: ConfigOptions, standIns: NonNullable<TestRunnerOptions['jobs']>): typeof standIns {
  const names = new Set(config.jobs.map((job) => job.name))
  return Object.fromEntries(Object.entries(standIns).filter(([name]) => names.has(name)))
}

function instantOf(instant: Instant): Date {
  const date = new Date(instant)
  if (!Number.isNaN(date.getTime())) return date
  throw new ScheduleError('USAGE', `'${String(instant)}' is no instant`, {
    fix: "give a Date or an ISO 8601 instant such as '2027-01-31T09:00:00Z'",
  })
}
