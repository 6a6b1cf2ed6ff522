import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const TESTS = path.resolve(import.meta.dirname, '..')
const rows = readFileSync(path.join(import.meta.dirname, 'README.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
const NAMED = /`([\w/-]+\.test\.ts)`|\*([^*]+)\*/g

describe('the table of cases', () => {
  it('has each of the 34 once, in order, and at most four go without a test', () => {
    expect(rows.map((row) => Number(row.split('|')[1]))).toEqual(Array.from({ length: 34 }, (_, n) => n + 1))
    expect(rows.filter((row) => !row.includes('.test.ts`')).length).toBeLessThanOrEqual(4)
  })

  it('names only tests that exist', () => {
    const missing: string[] = []
    let text = ''
    for (const [, file, title] of rows.flatMap((row) => [...row.matchAll(NAMED)])) {
      if (file !== undefined)
        text = existsSync(path.join(TESTS, file)) ? readFileSync(path.join(TESTS, file), 'utf8') : ''
      if (text === '') missing.push(String(file))
      else if (title !== undefined && !text.includes(title)) missing.push(title)
    }
    expect(missing).toEqual([])
  })
})
