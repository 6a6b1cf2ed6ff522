export interface Closable {
  close(): Promise<void>
}

export interface Lazy<T> extends Closable {
  /** Opens at the first call, and again after each that failed. */
  get(): Promise<T>
  /** Closes one that does not answer any more, without waiting for it; the next call of `get` opens another. */
  drop(target: T): void
}

/** Something that is opened when it is first needed; a failure is not remembered. */
export function lazily<T extends Closable>(open: () => Promise<T>): Lazy<T> {
  let opened: Promise<T> | null = null
  let current: T | null = null
  return {
    get: () => {
      const opening = (opened ??= open())
      opening.then(
        (target) => {
          if (opened === opening) current = target
        },
        () => {
          if (opened === opening) opened = null
        },
      )
      return opening
    },
    drop: (target) => {
      if (target !== current) return
      opened = null
      current = null
      target.close().catch(() => undefined)
    },
    close: async () => {
      const closing = opened
      opened = null
      current = null
      const target = await closing?.catch(() => null)
      await target?.close().catch(() => undefined)
    },
  }
}
