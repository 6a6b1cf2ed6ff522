import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import type { Queries } from '../../src/queries/queries.js'
import { admitFew } from '../../src/web/admission.js'
import type { WebEnv } from '../../src/web/session.js'
import { shareQueries } from '../../src/web/share-queries.js'

describe('what many read', () => {
  function counted() {
    let nowMs = 0
    const asked: string[] = []
    const read = (name: string) => (query?: object) => {
      asked.push(`${name} ${JSON.stringify(query ?? null)}`)
      return asked.length === 3 ? Promise.reject(new Error('away')) : Promise.resolve(asked.length)
    }
    const queries = { overview: read('overview'), listRuns: read('runs') } as unknown as Queries
    const shared = shareQueries(queries, { monotonicMs: () => nowMs })
    return { ...shared, asked, pass: (ms: number) => (nowMs += ms) }
  }

  it('is read once a second, each question by itself', async () => {
    const { queries, asked, pass } = counted()
    expect(await Promise.all([queries.overview(), queries.overview()])).toEqual([1, 1])
    await queries.listRuns({ limit: 5 })
    pass(999)
    expect(await queries.overview()).toBe(1)
    expect(asked).toEqual(['overview null', 'runs {"limit":5}'])
    pass(1)
    await expect(queries.overview()).rejects.toThrow('away')
    expect(await queries.overview()).toBe(4)
  })

  it('is read anew after a change', async () => {
    const { queries, forget } = counted()
    await queries.overview()
    forget()
    expect(await queries.overview()).toBe(2)
  })
})

describe('a crowd', () => {
  it('is let in a few at a time, in order, and told when it takes too long', async () => {
    const endWaiting: (() => void)[] = []
    const sleep = (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        endWaiting.push(resolve)
        signal?.addEventListener('abort', () => resolve())
      })
    const ends: (() => void)[] = []
    const begun: string[] = []
    const app = new Hono<WebEnv>()
    app.onError((error, context) => context.text(error.message, 503))
    app.use(admitFew({ sleep }))
    app.get('/:name', async (context) => {
      begun.push(context.req.param('name'))
      await new Promise<void>((resolve) => ends.push(resolve))
      return context.text('ok')
    })
    const answers = ['a', 'b', 'c', 'd', 'e', 'f'].map(async (name) => app.request(`/${name}`))
    await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd'])
    endWaiting[1]?.()
    expect((await answers[5])?.status).toBe(503)
    ends[0]?.()
    await expect.poll(() => begun).toEqual(['a', 'b', 'c', 'd', 'e'])
    for (const end of ends) end()
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 503])
  })
})
