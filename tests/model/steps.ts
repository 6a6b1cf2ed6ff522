import type { Actor, State, Write } from './state.js'

/** What protects the protocol; the check takes each away and must notice. */
export const GUARDS = [
  /** `status = 'RUNNING' AND leaseUntil > now` of the own pass row. */
  'alive',
  /** That row stays locked (FOR UPDATE) until the write is committed. */
  'alive-locked',
  /** Schedules are locked before it is decided what is due. */
  'schedule-lock',
  /** What is due is decided by the locked row, not by the list read before. */
  'due-recheck',
  /** The unique key over schedule, job and slot. */
  'unique-key',
  /** Statements of a transaction are undone together. */
  'rollback',
  /** A pass is buried only if its lease is still expired once its row is locked. */
  'bury-recheck',
  /** An orphan is settled only as it was found. */
  'orphan-as-found',
  /** Only a waiting run is taken. */
  'resume-waiting',
  /** After an unknown outcome what stands is read before it is done again. */
  'reread-when-unsure',
] as const
export type Guard = (typeof GUARDS)[number]

export interface Rules {
  without: ReadonlySet<Guard>
  onCrash: 'retry' | 'skip'
}

/** Thrown by a step that must not happen. */
export class Violation extends Error {}

export interface Step {
  /** The statement of `src/store/statements` that it stands for, as file:function; null: none is sent. */
  statement: string | null
  /** False: waits for a lock. Changes the state it is given. */
  take(state: State, me: number, rules: Rules): boolean
}

const own = (state: State, me: number): Actor => state.actors[me]!

function lock(state: State, me: number, ...resources: string[]): boolean {
  if (resources.some((resource) => (state.locks[resource] ?? me) !== me)) return false
  const held = (own(state, me).transaction ??= { writes: [], locks: [] }).locks
  for (const resource of resources) {
    state.locks[resource] = me
    if (!held.includes(resource)) held.push(resource)
  }
  return true
}

function write(state: State, me: number, rules: Rules, change: Write): void {
  const actor = own(state, me)
  actor.transaction ??= { writes: [], locks: [] }
  if (rules.without.has('rollback')) apply(state, change)
  else actor.transaction.writes.push(change)
}

function apply(state: State, change: Write): void {
  if (change.kind === 'next') state.due = false
  else if (change.kind === 'insert') state.runs.push({ ...change.run })
  else if (change.kind === 'run') Object.assign(state.runs[change.index]!, change.set)
  else Object.assign(state.passes[change.pass]!, change.set)
}

/** Ends a transaction: its writes are done or undone, its locks are free. */
export function end(state: State, me: number, how: 'commit' | 'rollback'): void {
  const actor = own(state, me)
  const transaction = actor.transaction
  if (transaction === null) return
  if (how === 'commit') {
    for (const change of transaction.writes) {
      if (change.kind !== 'pass' && state.passes[me]!.status !== 'RUNNING')
        throw new Violation('a pass that was buried wrote')
      apply(state, change)
    }
    if (state.runs.length > 1) throw new Violation('two runs of one slot')
  }
  for (const resource of transaction.locks) Reflect.deleteProperty(state.locks, resource)
  actor.transaction = null
}

function commitTo(state: State, me: number, next: string): true {
  end(state, me, 'commit')
  const actor = own(state, me)
  actor.at = next
  actor.unsure = false
  actor.looksFirst = false
  return true
}

function go(state: State, me: number, next: string): true {
  own(state, me).at = next
  return true
}

/** The own pass row, alive and locked; a pass that is not ends here. */
function livePass(next: string): Step {
  return {
    statement: 'now.ts:lockPass',
    take(state, me, rules) {
      if (!rules.without.has('alive-locked') && !lock(state, me, `pass ${me}`)) return false
      const pass = state.passes[me]!
      if (rules.without.has('alive') || (pass.status === 'RUNNING' && !pass.expired)) return go(state, me, next)
      end(state, me, 'rollback')
      return go(state, me, 'lost')
    },
  }
}

function commit(next: (state: State, me: number) => string): Step {
  return {
    statement: null,
    take(state, me) {
      commitTo(state, me, 'committed')
      return go(state, me, next(state, me))
    },
  }
}

/** The steps of a pass over one schedule with one due slot and one job, in the order of src/pass. */
export const STEPS: Record<string, Step> = {
  open: {
    statement: 'passes.ts:openPass',
    take(state, me) {
      state.passes[me] = { status: 'RUNNING', expired: false, renewing: false }
      return go(state, me, 'bury.look')
    },
  },
  'bury.look': {
    statement: 'passes.ts:buryExpiredPasses',
    take(state, me) {
      const seen = state.passes.flatMap((pass, id) =>
        pass.status === 'RUNNING' && pass.expired && id !== me ? [id] : [],
      )
      own(state, me).seen = seen
      return go(state, me, seen.length === 0 ? 'orphans.find' : 'bury.lock')
    },
  },
  'bury.lock': {
    statement: 'passes.ts:buryExpiredPasses',
    take(state, me, rules) {
      const actor = own(state, me)
      if (!rules.without.has('bury-recheck')) {
        if (!lock(state, me, ...actor.seen.map((id) => `pass ${id}`))) return false
        actor.seen = actor.seen.filter((id) => state.passes[id]!.status === 'RUNNING' && state.passes[id]!.expired)
      }
      return go(state, me, 'bury.write')
    },
  },
  'bury.write': {
    statement: 'passes.ts:buryExpiredPasses',
    take(state, me) {
      const actor = own(state, me)
      // Without its lock the UPDATE itself waits for whoever holds the row.
      if (!lock(state, me, ...actor.seen.map((id) => `pass ${id}`))) return false
      for (const id of actor.seen) {
        if (state.passes[id]!.status !== 'RUNNING') continue
        if (!state.passes[id]!.expired) throw new Violation('a pass was buried though its lease is good')
        state.passes[id]!.status = 'LOST'
      }
      actor.seen = []
      return commitTo(state, me, 'orphans.find')
    },
  },
  'orphans.find': {
    statement: 'orphans.ts:findOrphans',
    take(state, me) {
      const actor = own(state, me)
      actor.found = state.runs.flatMap((run, index) =>
        isHeld(run) && state.passes[run.pass]!.status !== 'RUNNING'
          ? [{ index, status: run.status, pass: run.pass }]
          : [],
      )
      return go(state, me, actor.found.length === 0 ? 'list' : 'orphans.pass')
    },
  },
  'orphans.pass': livePass('orphans.lock'),
  'orphans.lock': {
    statement: 'orphans.ts:lockRuns',
    take(state, me, rules) {
      const actor = own(state, me)
      if (!lock(state, me, ...actor.found.map(({ index }) => `run ${index}`))) return false
      if (rules.without.has('orphan-as-found')) return go(state, me, 'orphans.write')
      actor.found = actor.found.filter(({ index, status, pass }) => {
        const run = state.runs[index]!
        return isHeld(run) && run.status === status && run.pass === pass
      })
      return go(state, me, 'orphans.alive')
    },
  },
  'orphans.alive': {
    statement: 'orphans.ts:livePasses',
    take(state, me) {
      const actor = own(state, me)
      actor.found = actor.found.filter(({ pass }) => state.passes[pass]!.status !== 'RUNNING')
      return go(state, me, 'orphans.write')
    },
  },
  'orphans.write': {
    statement: 'orphans.ts:settleOrphans',
    take(state, me, rules) {
      const actor = own(state, me)
      for (const { index, status } of actor.found) {
        const ends = status === 'RUNNING' && rules.onCrash === 'skip'
        const set = ends
          ? ({ status: 'ABANDONED' } as const)
          : ({ status: 'PENDING', waiting: true, pass: -1 } as const)
        write(state, me, rules, { kind: 'run', index, set })
      }
      actor.found = []
      return go(state, me, 'orphans.commit')
    },
  },
  'orphans.commit': commit(() => 'list'),
  list: {
    statement: 'takeable.ts:listTakeable',
    take(state, me) {
      const takeable = state.due || state.runs.some((run) => run.waiting)
      own(state, me).slotSeen = state.due
      return go(state, me, takeable ? 'take.pass' : 'close')
    },
  },
  'take.pass': livePass('take.schedule'),
  'take.schedule': {
    statement: 'schedules.ts:lockSchedules',
    take(state, me, rules) {
      if (!rules.without.has('schedule-lock') && !lock(state, me, 'schedule')) return false
      const actor = own(state, me)
      if (!rules.without.has('due-recheck')) actor.slotSeen = state.due
      return go(state, me, actor.unsure && !rules.without.has('reread-when-unsure') ? 'take.happened' : 'take.runs')
    },
  },
  'take.happened': {
    statement: 'take.ts:happened',
    take(state, me) {
      const index = state.runs.findIndex((run) => run.pass === me)
      own(state, me).mine = index
      return index === -1 ? go(state, me, 'take.runs') : commitTo(state, me, 'start.pass')
    },
  },
  'take.runs': {
    statement: 'schedules.ts:withRuns',
    take(state, me) {
      const actor = own(state, me)
      actor.mine = state.runs.findIndex((run) => run.waiting)
      if (actor.mine !== -1) return go(state, me, 'take.resume')
      if (!actor.slotSeen) return commitTo(state, me, 'close')
      return go(state, me, actor.looksFirst ? 'take.existing' : 'take.next')
    },
  },
  'take.existing': {
    statement: 'new-runs.ts:withoutExisting',
    take(state, me) {
      if (state.runs.length > 0) own(state, me).slotSeen = false
      return go(state, me, 'take.next')
    },
  },
  'take.next': {
    statement: 'schedules.ts:changeSchedules',
    take(state, me, rules) {
      if (!lock(state, me, 'schedule')) return false
      write(state, me, rules, { kind: 'next' })
      return go(state, me, own(state, me).slotSeen ? 'take.insert' : 'take.commit')
    },
  },
  'take.insert': {
    statement: 'new-runs.ts:insertRunRows',
    take(state, me, rules) {
      if (!rules.without.has('unique-key')) {
        if (!lock(state, me, 'slot')) return false
        if (state.runs.length > 0) {
          end(state, me, 'rollback')
          own(state, me).looksFirst = true
          return go(state, me, 'take.pass')
        }
      }
      write(state, me, rules, { kind: 'insert', run: { status: 'PENDING', pass: me, waiting: false, attempt: 0 } })
      return go(state, me, 'take.commit')
    },
  },
  'take.resume': {
    statement: 'take.ts:resume',
    take(state, me, rules) {
      const actor = own(state, me)
      if (!lock(state, me, `run ${actor.mine}`)) return false
      if (rules.without.has('resume-waiting') || state.runs[actor.mine]!.waiting)
        write(state, me, rules, {
          kind: 'run',
          index: actor.mine,
          set: { status: 'PENDING', pass: me, waiting: false },
        })
      return go(state, me, 'take.commit')
    },
  },
  'take.commit': commit((state, me) => {
    const mine = state.runs.findIndex((run) => run.pass === me && run.status === 'PENDING' && !run.waiting)
    own(state, me).mine = mine
    return mine === -1 ? 'close' : 'start.pass'
  }),
  'start.pass': livePass('start.run'),
  'start.run': {
    statement: 'record.ts:lockRuns',
    take(state, me, rules) {
      const actor = own(state, me)
      if (!lock(state, me, `run ${actor.mine}`)) return false
      const run = state.runs[actor.mine]!
      const started =
        actor.unsure && !rules.without.has('reread-when-unsure') && run.status === 'RUNNING' && run.pass === me
      if (started) return commitTo(state, me, 'handle')
      if (run.status === 'PENDING' && run.pass === me && !run.waiting) return go(state, me, 'start.write')
      return commitTo(state, me, 'close')
    },
  },
  'start.write': {
    statement: 'record.ts:write',
    take(state, me, rules) {
      const actor = own(state, me)
      const attempt = state.runs[actor.mine]!.attempt + 1
      const set = { status: 'RUNNING' as const, attempt, pass: me, waiting: false }
      write(state, me, rules, { kind: 'run', index: actor.mine, set })
      return go(state, me, 'start.commit')
    },
  },
  'start.commit': commit(() => 'handle'),
  handle: {
    statement: null,
    take(state, me, rules) {
      const { mine } = own(state, me)
      const attempt = `${mine}`
      state.effects.push(attempt)
      if (rules.onCrash === 'skip' && state.effects.filter((each) => each === attempt).length > 1)
        throw new Violation('a job that runs at most once ran twice')
      return go(state, me, 'finish.pass')
    },
  },
  'finish.pass': livePass('finish.run'),
  'finish.run': {
    statement: 'record.ts:lockRuns',
    take(state, me) {
      const actor = own(state, me)
      if (!lock(state, me, `run ${actor.mine}`)) return false
      const run = state.runs[actor.mine]!
      if (run.status === 'RUNNING' && run.pass === me) return go(state, me, 'finish.write')
      return commitTo(state, me, 'close')
    },
  },
  'finish.write': {
    statement: 'record.ts:record',
    take(state, me, rules) {
      write(state, me, rules, { kind: 'run', index: own(state, me).mine, set: { status: 'COMPLETED' } })
      return go(state, me, 'finish.settle')
    },
  },
  // Says what the slot was on the schedule's row, which nothing else of the protocol reads.
  'finish.settle': {
    statement: 'settle.ts:write',
    take: (state, me) => (lock(state, me, 'schedule') ? go(state, me, 'finish.commit') : false),
  },
  'finish.commit': commit(() => 'close'),
  close: {
    statement: 'passes.ts:closePass',
    take(state, me) {
      if (!lock(state, me, `pass ${me}`)) return false
      const pass = state.passes[me]!
      if (pass.status === 'RUNNING' && !pass.expired) pass.status = 'FINISHED'
      return commitTo(state, me, 'done')
    },
  },
}

export function isHeld(run: State['runs'][number]): boolean {
  return run.status === 'RUNNING' || (run.status === 'PENDING' && !run.waiting)
}

export function isEnded(run: State['runs'][number]): boolean {
  return run.status === 'COMPLETED' || run.status === 'ABANDONED'
}
