const CALLS = 0
const IS_SHUT = 1
/** A call waits a little for locks, and for its disk. */
const LONGEST_CALL_MS = 2000

/**
 * Lets a thread be ended between two calls of the SQLite driver only: one that fails while its thread is being ended, or the
 * process exits, aborts the process, because libsql cannot throw into an isolate that is going. Shared memory, so that the
 * thread that ends another can wait for it with its own event loop standing.
 */
export class ThreadGate {
  readonly buffer: SharedArrayBuffer
  readonly #state: Int32Array

  constructor(buffer = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#state = new Int32Array(buffer)
  }

  async pass<T>(call: () => Promise<T>): Promise<T> {
    Atomics.add(this.#state, CALLS, 1)
    try {
      if (Atomics.load(this.#state, IS_SHUT) !== 0) throw new Error('this thread is being ended')
      return await call()
    } finally {
      Atomics.sub(this.#state, CALLS, 1)
      Atomics.notify(this.#state, CALLS)
    }
  }

  /** Lets no further call begin, and waits for those that have. */
  shut(): void {
    Atomics.store(this.#state, IS_SHUT, 1)
    for (let calls = Atomics.load(this.#state, CALLS); calls > 0; calls = Atomics.load(this.#state, CALLS))
      if (Atomics.wait(this.#state, CALLS, calls, LONGEST_CALL_MS) === 'timed-out') return
  }
}
