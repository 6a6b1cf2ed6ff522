import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/config/nearest.js'

const WORDS = ['timezone', 'timeout', 'retry', 'jobs', 'ALL_JOBS']

describe('nearest', () => {
  it.each([
    ['timzone', 'timezone'],
    ['timeZone', 'timezone'],
    ['rerty', 'retry'],
    ['job', 'jobs'],
    ['all_jobs', 'ALL_JOBS'],
    ['timeouts', 'timeout'],
  ])('takes %s for %s', (word, meant) => {
    expect(nearest(word, WORDS)).toBe(meant)
  })

  it.each(['x', 'schedule', 'retention', ''])('takes %j for none', (word) => {
    expect(nearest(word, WORDS)).toBeNull()
  })
})
