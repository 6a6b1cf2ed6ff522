import { CronExpressionParser } from 'cron-parser'
import { messageOf } from '../errors.js'
import { boundedCache } from './bounded-cache.js'
import { cronRefusal } from './refusal.js'
import { tokenizeCron } from './tokenizer.js'

/** A cron expression as sets of values. Weekdays count from Sunday = 0. */
export interface CronFields {
  /** The five fields, macros written out. */
  readonly text: string
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly days: readonly number[]
  readonly lastDay: boolean
  readonly months: readonly number[]
  readonly weekdays: readonly number[]
  /** `1#2`: the second Monday. */
  readonly nthWeekdays: readonly { weekday: number; nth: number }[]
  /** `5L`: the last Friday. */
  readonly lastWeekdays: readonly number[]
  /** The minute or hour starts with `*`: such jobs follow elapsed time where a clock is shifted (cron(8)). */
  readonly wildcardTime: boolean
  /** Neither day field starts with `*`, so either may match (crontab(5)); otherwise both must. */
  readonly eitherDay: boolean
}

interface ParsedItem {
  values: readonly (number | string)[]
  nth: number
}

/** Reads a cron expression; throws CRON_INVALID. */
export function readCronFields(cron: string): CronFields {
  const { items, starred, text } = tokenizeCron(cron)
  const [minutes, hours, days, months, weekdays] = items.map((list, index) => parseItems(list, index, cron))
  const plainWeekdays = weekdays?.filter((item) => item.nth === 0)
  const nthWeekdays = weekdays?.filter((item) => item.nth > 0) ?? []
  return {
    text,
    minutes: numbers(minutes),
    hours: numbers(hours),
    days: numbers(days),
    lastDay: days?.some((item) => item.values.includes('L')) ?? false,
    months: numbers(months),
    weekdays: [...new Set(numbers(plainWeekdays).map((weekday) => weekday % 7))],
    nthWeekdays: nthWeekdays.flatMap(({ values, nth }) => values.map((value) => ({ weekday: Number(value), nth }))),
    lastWeekdays: lastWeekdays(plainWeekdays),
    wildcardTime: starred[0] === true || starred[1] === true,
    eitherDay: starred[2] !== true && starred[4] !== true,
  }
}

// cron-parser refuses lists whose items overlap, so single values go together and every range by itself.
function parseItems(list: readonly string[], index: number, cron: string): ParsedItem[] {
  const isSingle = (item: string): boolean => !/[-#]/.test(item)
  const singles = [...new Set(list.filter(isSingle).map((item) => item.replace(/^0+(?=\d)/, '')))]
  const groups = [...(singles.length === 0 ? [] : [singles.join(',')]), ...list.filter((item) => !isSingle(item))]
  try {
    return groups.map((group) => parseField(group, index))
  } catch (error) {
    throw cronRefusal(cron, messageOf(error), 'write five fields such as "0 3 * * *"')
  }
}

const parseField = boundedCache(500, (field: string, index: number) => `${index} ${field}`, parseFieldAfresh)

function parseFieldAfresh(field: string, index: number): ParsedItem {
  const expression = ['*', '*', '*', '*', '*'].with(index, field).join(' ')
  // The fixed date and zone keep the host's clock and zone out; neither touches the fields.
  const { fields } = CronExpressionParser.parse(expression, { currentDate: new Date(0), tz: 'UTC' })
  const values = [fields.minute, fields.hour, fields.dayOfMonth, fields.month, fields.dayOfWeek][index]?.values ?? []
  return { values, nth: index === 4 ? fields.dayOfWeek.nthDay : 0 }
}

function numbers(items: readonly ParsedItem[] | undefined): number[] {
  const values = (items ?? []).flatMap((item) => item.values).filter((value) => typeof value === 'number')
  return [...new Set(values)].sort((a, b) => a - b)
}

function lastWeekdays(items: readonly ParsedItem[] | undefined): number[] {
  const texts = (items ?? []).flatMap((item) => item.values).filter((value) => typeof value === 'string')
  return texts.map((text) => Number.parseInt(text, 10) % 7)
}
