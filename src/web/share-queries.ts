import type { Clock } from '../clock.js'
import type { Queries } from '../queries/queries.js'

export interface SharedQueries {
  queries: Queries
  /** What was read before must not be answered any more: something was changed. */
  forget(): void
}

const SHARED_MS = 1000
const MOST_ANSWERS = 200

interface Shared {
  answer: Promise<unknown>
  /** Monotonic milliseconds; none while it is being read. */
  untilMs: number
}

/** Lists and figures are read once a second at most, and once at a time: however many look, a pass has the database. */
export function shareQueries(queries: Queries, clock: Pick<Clock, 'monotonicMs'>): SharedQueries {
  let answers = new Map<string, Shared>()

  function share<A extends unknown[], T>(name: string, read: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
    return (...args) => {
      const key = `${name} ${JSON.stringify(args)}`
      const startedMs = clock.monotonicMs()
      const known = answers.get(key)
      if (known !== undefined && startedMs < known.untilMs) return known.answer as Promise<T>
      if (answers.size >= MOST_ANSWERS) answers.clear()
      const answer = read(...args)
      const shared: Shared = { answer, untilMs: Number.POSITIVE_INFINITY }
      const expire = (atMs: number) => (): void => {
        shared.untilMs = atMs
      }
      answer.then(expire(startedMs + SHARED_MS), expire(startedMs))
      answers.set(key, shared)
      return answer
    }
  }

  return {
    queries: {
      ...queries,
      listSchedules: share('schedules', queries.listSchedules),
      listJobs: share('jobs', queries.listJobs),
      listRuns: share('runs', queries.listRuns),
      listPasses: share('passes', queries.listPasses),
      pauseOfAll: share('pause', queries.pauseOfAll),
      signsOfLife: share('life', queries.signsOfLife),
      overview: share('overview', queries.overview),
      durations: share('durations', queries.durations),
      slots: share('slots', queries.slots),
      timeline: share('timeline', queries.timeline),
      listAuditEvents: share('audit', queries.listAuditEvents),
    },
    forget: () => {
      answers = new Map()
    },
  }
}
