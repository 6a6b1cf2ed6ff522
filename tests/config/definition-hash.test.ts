import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalJson, definitionHash } from '../../src/config/definition-hash.js'
import { resolveConfig } from '../../src/config/resolve-config.js'

const noop = () => undefined
const jobs = [
  { name: 'a', group: 'g', run: noop },
  { name: 'b', run: noop },
]

function hashOf(schedule: object): string | undefined {
  return resolveConfig({ jobs, schedules: [{ id: 's', cron: '@daily', ...schedule }] }, '/x.ts').schedules[0]?.hash
}

function jobHashes(options: readonly object[]): (string | undefined)[] {
  return [...resolveConfig({ jobs: options }, '/x.ts').jobs.values()].map(({ hash }) => hash)
}

describe('a definition hash', () => {
  it('is 64 hexadecimal digits that never change between releases', () => {
    expect(definitionHash({ b: [1, { d: null, c: 'x' }], a: new Date(0) })).toBe(
      'a96d2ad1e496eb06260ff8744bcc4faea221a49ae2d63d681f52a9a9ce5fefb4',
    )
  })

  it('is the same in any key order', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse())
        expect(definitionHash(reversed)).toBe(definitionHash(object))
        expect(JSON.parse(canonicalJson(object))).toEqual(JSON.parse(JSON.stringify(object)))
      }),
    )
  })

  it('is the same for defaults that are written out and for params in another order', () => {
    expect(hashOf({ timezone: 'UTC', priority: 0, executionMode: 'ALL_JOBS' })).toBe(hashOf({}))
    expect(hashOf({ catchUpWindow: '1h' })).toBe(hashOf({ catchUpWindow: 3_600_000 }))
    expect(hashOf({ params: { a: 1, b: 2 } })).toBe(hashOf({ params: { b: 2, a: 1 } }))
  })

  it('does not see functions, which live in code only', () => {
    expect(hashOf({ when: noop })).toBe(hashOf({}))
  })

  it.each([
    { cron: '@hourly' },
    { timezone: 'Europe/Berlin' },
    { jobs: ['a', 'b'] },
    { jobGroup: 'g' },
    { params: { a: 1 } },
    { priority: 1 },
    { description: 'x' },
    { startsAt: '2026-01-01T00:00:00Z' },
    { environments: ['production'] },
  ])('changes with %j', (change) => {
    expect(hashOf(change)).not.toBe(hashOf({}))
  })

  it('changes with the order of listed jobs', () => {
    expect(hashOf({ jobs: ['a', 'b'] })).not.toBe(hashOf({ jobs: ['b', 'a'] }))
  })

  it('of a job covers group, description and position, not how it runs', () => {
    const [plain] = jobHashes([{ name: 'a', run: noop }])
    expect(jobHashes([{ name: 'a', command: 'true', timeout: '1m' }])).toEqual([plain])
    expect(jobHashes([{ name: 'a', run: noop, group: 'g' }])).not.toEqual([plain])
    expect(jobHashes([{ name: 'a', run: noop, description: 'd' }])).not.toEqual([plain])
    expect(
      jobHashes([
        { name: 'z', run: noop },
        { name: 'a', run: noop },
      ])[1],
    ).not.toBe(plain)
  })
})
