import { createMiddleware } from 'hono/factory'
import type { Clock } from '../clock.js'
import { HttpError } from './http-error.js'
import type { WebEnv } from './session.js'

const AT_ONCE = 4
const LONGEST_WAIT_MS = 10_000

/** Lets a few requests at a time to the database, in their order: a crowd waits here instead of in its pool. */
export function admitFew(clock: Pick<Clock, 'sleep'>) {
  const waiting: (() => void)[] = []
  let admitted = 0

  async function enter(): Promise<boolean> {
    if (admitted < AT_ONCE) {
      admitted += 1
      return true
    }
    const patience = new AbortController()
    return new Promise((resolve) => {
      const admit = (): void => {
        patience.abort()
        resolve(true)
      }
      waiting.push(admit)
      void clock.sleep(LONGEST_WAIT_MS, patience.signal).then(() => {
        const place = waiting.indexOf(admit)
        if (place < 0) return
        waiting.splice(place, 1)
        resolve(false)
      })
    })
  }

  // Whoever leaves hands its place over.
  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) admitted -= 1
    else next()
  }

  return createMiddleware<WebEnv>(async (_context, next) => {
    if (!(await enter())) {
      throw new HttpError(503, 'BUSY', 'too many ask at the same time; try again in a moment', { 'Retry-After': '5' })
    }
    try {
      await next()
    } finally {
      leave()
    }
  })
}
