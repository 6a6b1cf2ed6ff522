import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { compileCron } from '../../src/calendar/cron.js'
import { ScheduleError } from '../../src/errors.js'

/** A case from the test table of another cron implementation, with the answer of vixie's rule. */
interface Case {
  id: string
  kind: string
  expr: string
  expr5?: string
  tz: string
  from: string
  next: string[]
  not?: string
  expect: 'next' | 'throw' | 'none' | 'not'
  verdict: 'agree' | 'conflict' | 'debatable' | 'no-vixie-rule(seconds)'
  vixie: string[] | null
  dialect: string[]
}

const FILE = new URL('../../../shared/cases/cron-cases.jsonl', import.meta.url)
const isPresent = existsSync(FILE)
if (!isPresent)
  process.stderr.write('skipped: the table of cron cases (../shared/cases/cron-cases.jsonl) is not there\n')

describe.skipIf(!isPresent)('the test tables of eleven other cron implementations', () => {
  const cases = isPresent ? readCases() : []
  const withFate = (fate: string): Case[] => cases.filter((one) => fateOf(one).startsWith(fate))

  test('each case has a fate, so that none is left out silently', () => {
    const counts: Record<string, number> = {}
    for (const one of cases) counts[fateOf(one)] = (counts[fateOf(one)] ?? 0) + 1
    expect(counts).toEqual({
      answered: 909,
      impossible: 18,
      invalid: 424,
      'step beyond its field': 6,
      'accepted by vixie': 3,
      'left out: seconds': 460,
      'left out: W': 139,
      'left out: range that wraps': 54,
      'left out: L-n': 39,
      'left out: #L or a range with #': 7,
      'left out: @every': 5,
      'left out: full name': 3,
    })
  })

  test('each case within the dialect is answered by the rule', () => {
    const wrong = withFate('answered').flatMap((one) => {
      const expected = one.vixie ?? one.next
      const actual = answer(one, expected.length)
      return JSON.stringify(actual) === JSON.stringify(expected.map(canonical)) ? [] : [{ ...one, actual }]
    })
    expect(wrong).toEqual([])
  })

  test.each(['impossible', 'invalid', 'step beyond its field', 'left out'])('a case that is %s is refused', (fate) => {
    const accepted = withFate(fate)
      .filter((one) => !isRefused(one))
      .map((one) => one.id + ' ' + text(one))
    expect(accepted).toEqual([])
  })

  test('what other implementations refuse and vixie accepts is accepted', () => {
    const refused = withFate('accepted by vixie').filter(isRefused).map(text)
    expect(refused).toEqual([])
  })
})

function readCases(): Case[] {
  const lines = readFileSync(FILE, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Case)
}

function fateOf(one: Case): string {
  const fields = text(one).trim().split(/\s+/)
  if (one.expect === 'throw') {
    if (one.verdict !== 'debatable') return 'invalid'
    if (fields.length === 5 && hasLongStep(fields)) return 'step beyond its field'
    return fields.length === 5 ? 'accepted by vixie' : 'left out: seconds'
  }
  const foreign = foreignMark(one, fields)
  if (foreign !== null) return `left out: ${foreign}`
  if (one.expect === 'none' && one.vixie?.length === 0 && !one.from.startsWith('9999')) return 'impossible'
  return 'answered'
}

/** What the dialect does not have. */
function foreignMark(one: Case, fields: readonly string[]): string | null {
  if (fields.length > 5) return 'seconds'
  if (one.dialect.includes('W')) return 'W'
  if (one.dialect.includes('wrap-range')) return 'range that wraps'
  if (one.dialect.includes('full-names')) return 'full name'
  if (one.dialect.includes('@every_*')) return '@every'
  if (/L-/i.test(fields[2] ?? '')) return 'L-n'
  return /#L|-\w+#/i.test(fields[4] ?? '') ? '#L or a range with #' : null
}

function hasLongStep(fields: readonly string[]): boolean {
  return fields.some((field, index) => Number(/\/(\d+)/.exec(field)?.[1] ?? 0) > [59, 23, 31, 12, 7][index]!)
}

function text(one: Case): string {
  return one.expr5 ?? one.expr
}

function answer(one: Case, count: number): string[] {
  const compiled = compileCron(text(one), one.tz)
  const slots: string[] = []
  let at: Date | null = new Date(one.from)
  for (let index = 0; index < Math.max(count, 1) && at !== null; index++) {
    at = compiled.next(at)
    if (at !== null) slots.push(at.toISOString())
  }
  return slots
}

function canonical(instant: string): string {
  return new Date(instant).toISOString()
}

function isRefused(one: Case): boolean {
  try {
    compileCron(text(one), one.tz)
    return false
  } catch (error) {
    return error instanceof ScheduleError && error.code === 'CRON_INVALID'
  }
}
