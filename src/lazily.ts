export interface Closable {
  close(): Promise<void>
}

export interface Lazy<T> extends Closable {
  /** Opens at the first call, and again after each that failed. */
  get(): Promise<T>
}

/** Something that is opened when it is first needed; a failure is not remembered. */
export function lazily<T extends Closable>(open: () => Promise<T>): Lazy<T> {
  let opened: Promise<T> | null = null
  return {
    get: () => {
      const opening = (opened ??= open())
      opening.catch(() => {
        if (opened === opening) opened = null
      })
      return opening
    },
    close: async () => {
      const closing = opened
      opened = null
      const target = await closing?.catch(() => null)
      await target?.close().catch(() => undefined)
    },
  }
}
