import { toString as toWords } from 'cronstrue'
import { patternOf } from './pattern.js'

/** A cron expression in words, such as `At 02:30, Monday through Friday`; throws CRON_INVALID. */
export function describeCron(cron: string): string {
  const { fields } = patternOf(cron)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields.text
    .toUpperCase()
    .replaceAll('?', '*')
    .split(' ')
  if (!fields.eitherDay) return words(minute, hour, day, month, weekday)
  // cronstrue joins the day fields with "and" or a comma, whether both must match or either may.
  const time = words(minute, hour, '*', '*', '*')
  const byMonth = words(minute, hour, day, '*', '*').slice(time.length)
  const byWeek = words(minute, hour, '*', '*', weekday)
    .slice(time.length)
    .replace(/^, (only )?/, '')
  return `${time}${byMonth}, or ${byWeek}${words(minute, hour, '*', month, '*').slice(time.length)}`
}

function words(...fields: [string, string, string, string, string]): string {
  return toWords(fields.join(' '), { use24HourTimeFormat: true })
}
