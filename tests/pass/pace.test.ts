import { describe, expect, it } from 'vitest'
import { createPace } from '../../src/pass/pace.js'

function paceOf(concurrency: number) {
  let nowMs = 0
  const pace = createPace(concurrency, { monotonicMs: () => nowMs })
  const wait = (ms: number) => (nowMs += ms)
  /** `count` handlers side by side that take `ms` each. */
  const work = (count: number, ms: number) => {
    const ends = Array.from({ length: count }, () => pace.begin())
    wait(ms)
    for (const end of ends) end()
  }
  return { pace, wait, work }
}

describe('the pace of a pass', () => {
  it('takes as many runs as run at once before anything is known', () => {
    const { pace } = paceOf(4)
    expect([pace.takeAhead(), pace.startsAhead()]).toEqual([4, 0])
  })

  it('marks no long job as running ahead of its place, and takes what starts within a quarter of a second', () => {
    const { pace, work } = paceOf(4)
    for (let n = 0; n < 20; n += 1) work(4, 100)
    expect(pace.takeAhead()).toBeGreaterThanOrEqual(9)
    expect(pace.takeAhead()).toBeLessThanOrEqual(10)
    expect(pace.startsAhead()).toBe(0)
  })

  it('works far ahead of jobs that take no time, whatever the database takes between them', () => {
    const { pace, work, wait } = paceOf(4)
    for (let n = 0; n < 50; n += 1) {
      work(20, 1)
      wait(40)
    }
    expect(pace.takeAhead()).toBe(500)
    expect(pace.startsAhead()).toBeGreaterThan(80)
    for (let n = 0; n < 20; n += 1) pace.flushed(20)
    expect(pace.startsAhead()).toBeGreaterThan(300)
  })

  it('falls back when jobs become slow', () => {
    const { pace, work } = paceOf(2)
    for (let n = 0; n < 50; n += 1) work(20, 1)
    for (let n = 0; n < 50; n += 1) work(2, 1000)
    expect([pace.takeAhead(), pace.startsAhead()]).toEqual([2, 0])
  })
})
