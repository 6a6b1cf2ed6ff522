export interface Lazy<T> {
  /** Opens at the first call, and again after each that failed. */
  get(): Promise<T>
  close(): Promise<void>
}

/** Something that is opened when it is first needed; a failure is not remembered. */
export function lazily<T extends { close(): Promise<void> }>(open: () => Promise<T>): Lazy<T> {
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
      const closing = await opened?.catch(() => null)
      opened = null
      await closing?.close()
    },
  }
}
