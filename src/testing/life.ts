import type { Clock } from '../clock.js'
import type { RecordBatch, Store } from '../store/store.js'
import type { Activity } from './activity.js'
import type { VirtualTime } from './virtual-time.js'

type Doing = ReturnType<Activity['begin']>

/** A pass that is going on in this process, and can die in it: then nothing it waits for ever comes. */
export class Life {
  readonly store: Store
  readonly clock: Clock
  readonly #activity: Activity
  readonly #runs = new Map<string, Doing>()
  readonly #calls = new Set<Doing>()
  readonly #death = new AbortController()

  constructor(store: Store, time: VirtualTime, activity: Activity) {
    this.#activity = activity
    this.store = this.#watched(store)
    this.clock = {
      now: () => time.now(),
      monotonicMs: () => time.monotonicMs(),
      sleep: (ms, signal) => this.untilDeath(time.sleep(ms, this.untilThen(signal))),
    }
  }

  /** Aborts with the given signal, and when this pass dies. */
  untilThen(signal?: AbortSignal): AbortSignal {
    return signal === undefined ? this.#death.signal : AbortSignal.any([signal, this.#death.signal])
  }

  /** What the promise gives, or nothing ever once the pass is dead. */
  async untilDeath<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise
    } finally {
      if (this.#death.signal.aborted) await never()
    }
  }

  die(): void {
    this.#death.abort()
    for (const doing of [...this.#runs.values(), ...this.#calls]) this.#activity.end(doing)
  }

  /** Work of the pass that the clock waits for. */
  async during<T>(work: () => Promise<T> | T): Promise<T> {
    if (this.#death.signal.aborted) return await never()
    const doing = this.#activity.begin()
    this.#calls.add(doing)
    try {
      return await this.untilDeath(Promise.resolve().then(() => this.#activity.within(doing, work)))
    } finally {
      this.#calls.delete(doing)
      this.#activity.end(doing)
    }
  }

  /** Calls a job's code as part of its run. */
  inRun<T>(runId: string, work: () => T): T {
    const doing = this.#runs.get(runId)
    return doing === undefined ? work() : this.#activity.within(doing, work)
  }

  #watched(store: Store): Store {
    const call = <Given extends unknown[], T>(method: (...given: Given) => Promise<T>) => {
      return (...given: Given): Promise<T> => this.during(() => method(...given))
    }
    const methods = Object.entries(store).map(([name, value]: [string, unknown]): [string, unknown] => [
      name,
      typeof value === 'function' ? call(value as (...given: unknown[]) => Promise<unknown>) : value,
    ])
    const watched: Store = Object.assign({ ...store }, Object.fromEntries(methods))
    return { ...watched, record: (passId, batch) => this.during(() => this.#record(store, passId, batch)) }
  }

  /** A run is under way from its start to its end, whatever is loaded or awaited for it in between. */
  async #record(store: Store, passId: number, batch: RecordBatch): ReturnType<Store['record']> {
    for (const { runId } of batch.starts) this.#runs.set(runId, this.#activity.begin())
    const recorded = await store.record(passId, batch)
    const refused = batch.starts.filter(({ runId }) => recorded === 'lost' || !recorded.started.has(runId))
    for (const { runId } of [...refused, ...batch.finishes]) this.#endRun(runId)
    return recorded
  }

  #endRun(runId: string): void {
    const doing = this.#runs.get(runId)
    this.#runs.delete(runId)
    if (doing !== undefined) this.#activity.end(doing)
  }
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
