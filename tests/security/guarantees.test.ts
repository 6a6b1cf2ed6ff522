import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '../..')
const page = readFileSync(path.join(ROOT, 'docs/explanation/guarantees.md'), 'utf8')

describe('the page of promises', () => {
  it('names only tests that exist', () => {
    const named = [...page.matchAll(/`((?:tests|docs)\/[^`]+)`/g)].map(([, file]) => file ?? '')
    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([])
  })

  it('gives every promise its test', () => {
    const promises = page
      .split('## How')[0]
      ?.split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (---|promise)/.test(line))
    expect(promises?.filter((line) => !/`tests\//.test(line))).toEqual([])
  })
})
