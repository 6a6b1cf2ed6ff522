import { describe, expect, it } from 'vitest'
import { explore } from './explore.js'
import { readStatements } from './statements.js'
import { GUARDS, STEPS, type Guard } from './steps.js'

/** One pass beside a dead one, and three at once; MODEL=long widens both. */
const LONG = process.env['MODEL'] === 'long'
const TWO = { actors: 2, crashes: LONG ? 2 : 1, expiries: LONG ? 3 : 2, lostAnswers: LONG ? 2 : 1 }
const THREE_CRASH = { actors: 3, crashes: 1, expiries: 0, lostAnswers: 0 }
const THREE_EXPIRE = { actors: 3, crashes: LONG ? 1 : 0, expiries: 1, lostAnswers: 0 }

const all = new Set<string>()

describe('the protocol, in every interleaving of its statements with crashes, expiring leases and lost answers,', () => {
  it.each([
    ['skip', TWO],
    ['retry', TWO],
    ['skip', THREE_CRASH],
    ['skip', THREE_EXPIRE],
    ['retry', THREE_CRASH],
  ] as const)(
    'keeps one run per slot, at most one start of a job that may start once, and loses nothing (%s, %o)',
    (onCrash, budget) => {
      const { violation, states, steps } = explore(budget, { without: new Set(), onCrash })
      expect(violation).toBeNull()
      expect(states).toBeGreaterThan(1000)
      for (const step of steps) all.add(step)
    },
    600_000,
  )

  it('takes every step of the model', () => {
    // Only an insert that met another one looks first; the lock and the second look at what is due prevent that.
    expect(Object.keys(STEPS).filter((step) => !all.has(step))).toEqual(['take.existing'])
  })

  const ALONE = { actors: 2, crashes: 1, expiries: 1, lostAnswers: 1 }
  it.each<[Guard[], string, typeof ALONE]>([
    [['alive'], 'a pass that was buried wrote', ALONE],
    [['alive-locked'], 'a pass that was buried wrote', ALONE],
    [['rollback'], 'the slot is lost', ALONE],
    [['bury-recheck'], 'a pass was buried though its lease is good', ALONE],
    [['reread-when-unsure'], 'without any fault the slot did not run', ALONE],
    [['orphan-as-found'], 'a job that runs at most once ran twice', THREE_EXPIRE],
    // Each of these pairs holds the slot twice over: either alone suffices.
    [['schedule-lock', 'unique-key'], 'two runs of one slot', ALONE],
    [['due-recheck', 'unique-key'], 'two runs of one slot', ALONE],
    [['schedule-lock', 'resume-waiting'], 'a job that runs at most once ran twice', THREE_EXPIRE],
  ])('breaks without %s', (without, what, budget) => {
    const { violation } = explore(budget, { without: new Set(without), onCrash: 'skip' })
    expect(violation?.what).toBe(what)
    expect(violation?.trace.length).toBeGreaterThan(3)
  })

  it('has a case for every guard', () => {
    const broken = ['alive', 'alive-locked', 'rollback', 'bury-recheck', 'reread-when-unsure', 'orphan-as-found']
    const pairs = ['schedule-lock', 'unique-key', 'due-recheck', 'resume-waiting']
    expect([...broken, ...pairs].sort()).toEqual([...GUARDS].sort())
  })
})

/** Statements that decide nothing about who runs what; each with the reason why the model can leave it out. */
const OUTSIDE: Record<string, string> = {
  'audit.ts:writeAudit': 'history',
  'cancel-run.ts:cancelRuns': 'under the same locks as a take; a start looks at it under the lock of the run',
  'cancel-run.ts:lockRun': 'the same lock as that of a start',
  'cancel-run.ts:readScheduleId': 'which schedule to lock; then cancelRuns locks and writes as a take does',
  'check.ts:check': 'a hint whether there is something to do: everything is read again under locks',
  'edit-schedules.ts:applyEdits': 'under the same locks as a take',
  'edit-schedules.ts:insertSchedules': 'definitions',
  'duplicates.ts:repeatWhenDuplicate': 'sends none itself: take.insert goes back to take.pass',
  'global-pause.ts:readGlobalPause': 'a switch',
  'global-pause.ts:setGlobalPause': 'a switch',
  'global-pause.ts:endGlobalPause': 'a switch',
  'insert-runs.ts:anyExists': 'as take.happened, for requests',
  'jobs.ts:lockNames': 'definitions',
  'jobs.ts:readJobs': 'definitions',
  'jobs.ts:writeJobs': 'definitions',
  'logs.ts:withEarlierLogs': 'for people, of runs that are locked',
  'new-runs.ts:withoutDecided': 'under the lock of take.schedule, for slots before the last one taken; never a run',
  'now.ts:readNow': 'the clock',
  'passes.ts:listBusyPasses': 'a hint how long to wait',
  'passes.ts:readLastPass': 'for people',
  'passes.ts:recordIdlePass': 'a pass that holds nothing',
  'passes.ts:renewLease': 'the heartbeat of the model, which acts between any two steps',
  'prune.ts:deleteOld': 'history',
  'prune.ts:deleteRuns': 'ended runs only',
  'prune.ts:listExpendable': 'history',
  'prune.ts:listOutcomes': 'history',
  'record.ts:noteManualRuns': 'for people: when a schedule last began',
  'release-runs.ts:releaseRuns': 'gives back under the pass row and PENDING, as an orphan is given back',
  'runs.ts:readRun': 'for people',
  'release-runs.ts:lockSchedulesOf': 'the lock of finish.settle',
  'runs.ts:readSlot': 'whether a condition was asked before, and for tests',
  'runs.ts:readSlotsWithRuns': 'for backfills',
  'schedules.ts:readSchedules': 'definitions',
  'schedules.ts:rewriteByHand': 'the form of an instant, under the lock of take.schedule',
  'settle.ts:lockSettled': 'the lock of finish.settle',
  'settle.ts:readSettlements': 'what to settle, under that lock; a settlement decides nothing',
  'take.ts:end': 'under the same locks as take.resume',
  'take.ts:stop': 'asks, under the same locks',
}

describe('the model', () => {
  it('has a step, or a reason, for every statement of the store', () => {
    const named = new Set(Object.values(STEPS).flatMap(({ statement }) => statement ?? []))
    const known = [...named, ...Object.keys(OUTSIDE)]
    expect(readStatements().filter((statement) => !known.includes(statement))).toEqual([])
  })

  it('names no statement that does not exist', () => {
    const statements = readStatements()
    // These compose others that are listed themselves.
    const composed = [
      'record.ts:record',
      'schedules.ts:lockSchedules',
      'schedules.ts:withRuns',
      'orphans.ts:settleOrphans',
    ]
    const named = [...Object.values(STEPS).flatMap(({ statement }) => statement ?? []), ...Object.keys(OUTSIDE)]
    expect(named.filter((statement) => !statements.includes(statement) && !composed.includes(statement))).toEqual([])
  })
})
