import { describe, expect, it } from 'vitest'
import { expectPass } from '../../src/commands/expect-pass.js'

const HOUR = 3_600_000
const now = new Date('2026-11-23T14:40:00Z')

describe('the pass to be expected', () => {
  it('is the next full interval when passes start shortly after full intervals', () => {
    expect(expectPass(now, HOUR, new Date('2026-11-23T14:01:10Z'))).toEqual({
      kind: 'expected',
      at: new Date('2026-11-23T15:00:00Z'),
    })
  })

  it('keeps to the minute at which the platform starts its passes', () => {
    expect(expectPass(now, HOUR, new Date('2026-11-23T14:17:30Z'))).toEqual({
      kind: 'expected',
      at: new Date('2026-11-23T15:17:30Z'),
    })
  })

  it('follows a shorter interval', () => {
    expect(expectPass(now, 300_000, new Date('2026-11-23T14:35:02Z'))).toEqual({
      kind: 'expected',
      at: new Date('2026-11-23T14:45:00Z'),
    })
  })

  it('is unknown before the first pass', () => {
    expect(expectPass(now, HOUR, null)).toEqual({ kind: 'unknown', lastPassAt: null })
  })

  it('is unknown when no pass has started for two intervals', () => {
    const lastPassAt = new Date('2026-11-23T12:00:00Z')
    expect(expectPass(now, HOUR, lastPassAt)).toEqual({ kind: 'unknown', lastPassAt })
  })
})
