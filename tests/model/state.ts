/** A run of the one slot: `waiting` is PENDING with availableAt, else PENDING is reserved for `pass`. */
export interface ModelRun {
  status: 'PENDING' | 'RUNNING' | 'COMPLETED' | 'ABANDONED'
  pass: number
  waiting: boolean
  attempt: number
}

export interface ModelPass {
  status: 'RUNNING' | 'LOST' | 'FINISHED'
  /** leaseUntil <= now. */
  expired: boolean
  /** A heartbeat that found the lease in time and has not committed yet. */
  renewing: boolean
}

/** What a statement changes; kept back until COMMIT, so that a crash rolls it back. */
export type Write =
  | { kind: 'run'; index: number; set: Partial<ModelRun> }
  | { kind: 'insert'; run: ModelRun }
  | { kind: 'next' }
  | { kind: 'pass'; pass: number; set: Partial<ModelPass> }

export interface Actor {
  /** The step that comes next. */
  at: string
  transaction: { writes: Write[]; locks: string[] } | null
  /** An earlier try of this transaction may have been committed: its answer was lost. */
  unsure: boolean
  /** What it has read and relies on. */
  seen: number[]
  found: { index: number; status: string; pass: number }[]
  slotSeen: boolean
  /** The run that it holds, by index; -1: none. */
  mine: number
  /** Inserting in good faith met the unique key: what exists is left out the next time. */
  looksFirst: boolean
}

/** The database, the actors, and what an observer outside knows. */
export interface State {
  /** nextRunAt is at the slot: it has not been taken. */
  due: boolean
  runs: ModelRun[]
  passes: ModelPass[]
  /** Row locks: resource to actor. */
  locks: Record<string, number>
  actors: Actor[]
  /** Attempts whose handler was called, by run index and attempt: the effects outside the database. */
  effects: string[]
  crashesLeft: number
  expiriesLeft: number
  lostAnswersLeft: number
  faults: number
}

export interface Budget {
  actors: number
  crashes: number
  expiries: number
  lostAnswers: number
}

export function initialState({ actors, crashes, expiries, lostAnswers }: Budget): State {
  return {
    due: true,
    runs: [],
    passes: Array.from({ length: actors }, () => ({ status: 'FINISHED', expired: false, renewing: false })),
    locks: {},
    actors: Array.from({ length: actors }, () => newActor()),
    effects: [],
    crashesLeft: crashes,
    expiriesLeft: expiries,
    lostAnswersLeft: lostAnswers,
    faults: 0,
  }
}

function newActor(): Actor {
  return {
    at: 'open',
    transaction: null,
    unsure: false,
    seen: [],
    found: [],
    slotSeen: false,
    mine: -1,
    looksFirst: false,
  }
}

export function clone(state: State): State {
  return {
    ...state,
    runs: state.runs.map((run) => ({ ...run })),
    passes: state.passes.map((pass) => ({ ...pass })),
    locks: { ...state.locks },
    actors: state.actors.map((actor) => ({
      ...actor,
      transaction:
        actor.transaction === null
          ? null
          : { writes: [...actor.transaction.writes], locks: [...actor.transaction.locks] },
    })),
    effects: [...state.effects],
  }
}
