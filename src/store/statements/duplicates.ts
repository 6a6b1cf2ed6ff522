import { DuplicateKeyError } from '../database.js'

const TRIES = 20

/**
 * Runs a transaction that inserts in good faith; when a unique key turns out to be taken it runs again and looks first
 * which rows exist.
 */
export async function repeatWhenDuplicate<T>(run: (existing: 'unknown' | 'left out') => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await run(tries === 1 ? 'unknown' : 'left out')
    } catch (error) {
      if (!(error instanceof DuplicateKeyError) || tries >= TRIES) throw error
    }
  }
}
