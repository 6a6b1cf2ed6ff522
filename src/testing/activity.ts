import { AsyncLocalStorage } from 'node:async_hooks'
import { soon } from '../clock.js'

/** Something under way that is awake unless it sleeps on the settable clock. */
interface Doing {
  sleeping: number
}

// What goes on between two waits takes no more turns of the event loop than this.
const QUIET_TURNS = 3

/** Knows whether anything is under way that the settable clock must wait for. */
export class Activity {
  readonly #doings = new Set<Doing>()
  readonly #current = new AsyncLocalStorage<Doing>()
  #changes = 0
  #looking = false
  #quiet: () => void = () => undefined

  /** Called when nothing is awake; again only after something has happened. */
  onQuiet(call: () => void): void {
    this.#quiet = call
  }

  /** Something has happened. */
  touch(): void {
    this.#changes += 1
    if (this.#looking) return
    this.#looking = true
    this.#look(this.#changes, 0)
  }

  /** Counts as awake until ended. */
  begin(): Doing {
    const doing = { sleeping: 0 }
    this.#doings.add(doing)
    return doing
  }

  end(doing: Doing): void {
    this.#doings.delete(doing)
    this.touch()
  }

  /** What `work` and all it calls do counts as this one's doing. */
  within<T>(doing: Doing, work: () => T): T {
    return this.#current.run(doing, work)
  }

  async during<T>(work: () => Promise<T> | T): Promise<T> {
    const doing = this.begin()
    try {
      return await this.within(doing, work)
    } finally {
      this.end(doing)
    }
  }

  /** Whoever calls sleeps until the promise settles. */
  async asleep<T>(sleep: Promise<T>): Promise<T> {
    const doing = this.#current.getStore()
    if (doing === undefined) return await sleep
    doing.sleeping += 1
    this.touch()
    try {
      return await sleep
    } finally {
      doing.sleeping -= 1
    }
  }

  #look(changes: number, turns: number): void {
    soon(() => {
      if ([...this.#doings].some((doing) => doing.sleeping === 0)) this.#looking = false
      else if (changes !== this.#changes) this.#look(this.#changes, 0)
      else if (turns < QUIET_TURNS) this.#look(changes, turns + 1)
      else {
        this.#looking = false
        this.#quiet()
      }
    })
  }
}
