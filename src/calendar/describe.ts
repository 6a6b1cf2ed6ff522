import { toString as toWords } from 'cronstrue'
import { FIELD_RULES } from './field-rules.js'
import { patternOf } from './pattern.js'
import { plainItems } from './plain-items.js'
import { tokenizeCron } from './tokenizer.js'

/** A cron expression in words, such as `At 02:30, Monday through Friday`; throws CRON_INVALID. */
export function describeCron(cron: string): string {
  const { fields } = patternOf(cron)
  const { items } = tokenizeCron(cron)
  const [minute = '*', hour = '*', day = '*', month = '*', weekday = '*'] = FIELD_RULES.map((rule, index) =>
    plainItems(items[index] ?? [], rule).join(','),
  )
  // Where either day field may match, one that names every day leaves the other nothing to say.
  const anyDay = fields.eitherDay && (day === '*' || weekday === '*')
  if (anyDay) return words(minute, hour, '*', month, '*')
  if (day === '*' || weekday === '*') return words(minute, hour, day, month, weekday)
  // cronstrue joins the day fields with "and" or a comma, whether both must match or either may.
  const time = words(minute, hour, '*', '*', '*')
  const byMonth = words(minute, hour, day, '*', '*').slice(time.length)
  const byWeek = words(minute, hour, '*', '*', weekday)
    .slice(time.length)
    .replace(/^, (only )?/, '')
  const inMonths = words(minute, hour, '*', month, '*').slice(time.length)
  return fields.eitherDay
    ? `${time}${byMonth}, or ${byWeek}${inMonths}`
    : `${time}${byMonth}, if it is also ${anyOf(byWeek)}${inMonths}`
}

function anyOf(weekdays: string): string {
  return weekdays.replace(/^on /, '').replace(' and ', ' or ')
}

function words(...fields: [string, string, string, string, string]): string {
  return toWords(fields.join(' '), { use24HourTimeFormat: true })
}
