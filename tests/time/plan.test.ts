import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { WHOLE_SLOT, type Run } from '../../src/domain/run.js'
import type { DryRunReport, PassReport } from '../../src/pass/report.js'
import { story, type Story } from './states.js'
import { tell } from './tell.js'

const STATES = Number(process.env['PLAN_STATES'] ?? 500)
// A state takes a twentieth of a second and the longest one second, of a machine that does nothing else. What hangs, or is
// too slow, must fail by these limits and not by the test's: they name the seed, and the path to the state.
const STATE_LIMIT_MS = 120_000
const ALL_LIMIT_MS = STATES * 1000 + STATE_LIMIT_MS

describe('a dry run', () => {
  it(
    `plans what a pass then does, in ${STATES} states of the database`,
    async () => {
      await fc.assert(
        fc.asyncProperty(story, async (told) => {
          const { planned, done } = await compare(told)
          expect(done).toEqual(planned)
        }),
        {
          numRuns: STATES,
          // The same states every time; PLAN_SEED looks at others.
          seed: Number(process.env['PLAN_SEED'] ?? 20261123),
          // Shrinking may take an hour; seed and path find the state as it is.
          endOnFailure: true,
          plugins: [fc.timeout(STATE_LIMIT_MS), fc.interruptAfterTimeLimit(ALL_LIMIT_MS, { failOnInterrupt: true })],
        },
      )
    },
    ALL_LIMIT_MS + STATE_LIMIT_MS,
  )
})

async function compare(told: Story): Promise<{ planned: unknown; done: unknown }> {
  const { world, program } = await tell(told)
  try {
    const before = await world.readAllRuns()
    const schedulesBefore = new Set((await world.store.readSchedules()).map((schedule) => schedule.id))
    const only = knownOf(told.only, [...schedulesBefore, ...program.config.schedules.map((each) => each.definition.id)])
    const plan = await program.plan(only)
    expect(await world.readAllRuns()).toEqual(before)
    const report = await program.pass(only)
    const after = await world.readAllRuns()
    const created = (await world.store.readSchedules()).map(({ id }) => id).filter((id) => !schedulesBefore.has(id))
    return { planned: planned(plan), done: done(report, before, after, created) }
  } finally {
    await world.close()
  }
}

/** Names that nobody knows are refused; when none is left, all schedules are asked for. */
function knownOf(asked: readonly string[] | null, known: readonly string[]): readonly string[] | null {
  const found = asked?.filter((id) => known.includes(id)) ?? []
  return found.length === 0 ? null : found
}

function planned({ plan, runs, definitions, notes, exitCode }: DryRunReport): unknown {
  const waited = new Set(runs.map((run) => `${run.scheduleId} ${run.scheduledFor} ${run.jobName}`))
  const hadRun = new Set(
    plan.flatMap(({ scheduleId, hadRun: found = [] }) =>
      found.flatMap(({ slot, jobs }) => jobs.map((job) => `${scheduleId} ${slot} ${job}`)),
    ),
  )
  const slots = plan.flatMap((each) =>
    each.slots.flatMap((slot) => each.jobs.map((job) => `${each.scheduleId} ${slot} ${job}`)),
  )
  return {
    slots: sorted(slots.filter((slot) => !waited.has(slot) && !hadRun.has(slot))),
    hadRun: sorted(notes.filter((note) => note.includes('run already'))),
    missed: sorted(
      plan.flatMap(({ scheduleId, missed }) => (missed === null ? [] : [`${scheduleId} ${missed.count}`])),
    ),
    writeOffs: sorted(
      plan.flatMap(({ scheduleId, writeOffs = [] }) =>
        writeOffs.map(
          ({ status, reason, count, from, to }) => `${scheduleId} ${status} ${reason} ${count} ${from} ${to}`,
        ),
      ),
    ),
    counted: countsOf(plan.flatMap(({ writeOffs = [] }) => writeOffs)),
    resumed: sorted(runs.map((run) => run.runId)),
    created: sorted(definitions.flatMap(({ scheduleId, change }) => (change === 'create' ? [scheduleId] : []))),
    leftToOthers: exitCode === 1,
  }
}

function done(report: PassReport, before: readonly Run[], after: readonly Run[], created: string[]): unknown {
  const old = new Map(before.map((run) => [run.id, run]))
  const fresh = after.filter((run) => !old.has(run.id))
  // By `when`, which no plan asks.
  const skippedRuns = report.runs.filter((run) => run.status === 'SKIPPED')
  const missed = new Map<string, number>()
  for (const { scheduleId, status, slotCount } of fresh) {
    if (status === 'MISSED') missed.set(scheduleId, (missed.get(scheduleId) ?? 0) + slotCount)
  }
  return {
    slots: sorted(
      fresh
        .filter((run) => run.jobName !== WHOLE_SLOT)
        .map((run) => `${run.scheduleId} ${run.scheduledFor?.toISOString()} ${run.jobName}`),
    ),
    hadRun: sorted(report.notes.filter((note) => note.includes('run already'))),
    missed: sorted([...missed].map(([scheduleId, count]) => `${scheduleId} ${count}`)),
    writeOffs: sorted(
      fresh
        .filter((run) => run.jobName === WHOLE_SLOT)
        .map(
          ({ scheduleId, status, reason, slotCount, firstSlot, scheduledFor }) =>
            `${scheduleId} ${status} ${reason} ${slotCount} ${firstSlot?.toISOString()} ${scheduledFor?.toISOString()}`,
        ),
    ),
    counted: { missed: report.counts.missed, skipped: report.counts.skipped - skippedRuns.length },
    resumed: sorted(report.runs.map((run) => run.runId).filter((runId) => old.has(runId) && ran(runId, old, after))),
    created: sorted(created),
    leftToOthers: report.notes.some((note) => note.includes('left for another config')),
  }
}

/** What the summary of the pass counts of them. */
function countsOf(writeOffs: readonly { status: string; count: number }[]): { missed: number; skipped: number } {
  const sum = (wanted: string): number =>
    writeOffs.reduce((total, { status, count }) => total + (status === wanted ? count : 0), 0)
  return { missed: sum('MISSED'), skipped: sum('SKIPPED') }
}

/** An attempt of it began in this pass, or its `when` said no. */
function ran(runId: string, old: ReadonlyMap<string, Run>, after: readonly Run[]): boolean {
  const run = after.find((each) => each.id === runId)
  return (run?.attempt ?? 0) > (old.get(runId)?.attempt ?? 0) || run?.reason === 'condition'
}

function sorted(list: readonly string[]): string[] {
  return [...list].sort()
}
