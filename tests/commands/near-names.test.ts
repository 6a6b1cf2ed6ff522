import { describe, expect, it } from 'vitest'
import { nearNames, quoted, suggestNames } from '../../src/commands/near-names.js'

const NAMES = ['nightly', 'nightly-eu', 'weekly', 'digest', 'hourly-all', 'backup', 'reports']

describe('near names', () => {
  it('finds what was mistyped', () => {
    expect(nearNames('nigthly', NAMES)[0]).toBe('nightly')
    expect(nearNames('DIGEST', NAMES)).toEqual(['digest'])
  })

  it('finds what was not typed to its end', () => {
    expect(nearNames('hour', NAMES)).toEqual(['hourly-all'])
  })

  it('finds nothing for a word of another kind', () => {
    expect(nearNames('completely-different', NAMES)).toEqual([])
  })

  it('asks whether a near one was meant', () => {
    expect(suggestNames('wekly', NAMES, 'schedules')).toBe("did you mean 'weekly'?")
  })

  it('lists the first names when none is near', () => {
    expect(suggestNames('xyz', NAMES, 'schedules')).toBe(
      "schedules are 'nightly', 'nightly-eu', 'weekly', 'digest', 'hourly-all' and 2 more",
    )
    expect(suggestNames('xyz', ['a-job', 'b-job'], 'its jobs')).toBe("its jobs are 'a-job' and 'b-job'")
    expect(suggestNames('xyz', [], 'jobs')).toBe('there are no jobs yet')
  })

  it('joins names as a sentence does', () => {
    expect(quoted(['a'], 'and')).toBe("'a'")
    expect(quoted(['a', 'b', 'c'], 'or')).toBe("'a', 'b' or 'c'")
  })
})
