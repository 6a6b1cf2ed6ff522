import { expect, it } from 'vitest'
import type { RunHead } from '../../src/domain/run.js'
import type { OpenPass } from '../../src/pass/open-pass.js'
import { recover } from '../../src/pass/recover.js'
import type { OrphanVerdict } from '../../src/store/store.js'
import { aRun } from './schedules.js'

const numbered = (number: number): string => String(number).padStart(6, '0')
const orphan = (number: number, jobName: string, change: Partial<RunHead> = {}): RunHead =>
  aRun({ id: numbered(number), jobName, status: 'RUNNING', trigger: 'MANUAL', attempt: 1, passId: 1, ...change })

/** A pass of a config that has the job `ours`, over these orphans. */
function passOver(orphans: readonly RunHead[]): { open: OpenPass; settled: OrphanVerdict[] } {
  const settled: OrphanVerdict[] = []
  const store = {
    buryExpiredPasses: () => Promise.resolve([]),
    findOrphans: (limit: number, { afterId = '' } = {}) =>
      Promise.resolve(orphans.filter((run) => run.id > afterId).slice(0, limit)),
    readJobs: () => Promise.resolve([{ name: 'theirs', configName: 'other', orphaned: false }]),
    settleOrphans: (_passId: number, verdicts: readonly OrphanVerdict[]) => {
      settled.push(...verdicts)
      return Promise.resolve({ settled: [...verdicts], paused: [] })
    },
  }
  const runtime = {
    store,
    passId: 9,
    databaseClock: { now: () => new Date(0) },
    jobOf: () => null,
    stopper: { reason: () => null },
    observer: { warning: () => undefined, runEnded: () => undefined },
    tally: { ended: () => ({}), paused: () => undefined, counts: {} },
    callHook: () => Promise.resolve(),
  }
  const context = { config: { name: 'default', jobs: new Map([['ours', {}]]) } }
  return { open: { runtime, context, hooks: [] } as unknown as OpenPass, settled }
}

it('recovery finds what is ours behind any number of runs that another config has to settle', async () => {
  const theirs = Array.from({ length: 2500 }, (_, number) => orphan(number, 'theirs'))
  const { open, settled } = passOver([...theirs, orphan(2500, 'ours')])
  await recover(open)
  expect(settled.map((verdict) => verdict.runId)).toEqual([numbered(2500)])
})

it('recovery settles a run that runs for no pass at all', async () => {
  const { open, settled } = passOver([orphan(1, 'ours', { passId: null })])
  await recover(open)
  expect(settled).toMatchObject([
    { found: { status: 'RUNNING', passId: null }, status: 'ABANDONED', error: 'the pass, which ran attempt 1, died' },
  ])
})
