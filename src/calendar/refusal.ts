import { ScheduleError } from '../errors.js'

const LONGEST_QUOTE = 60

/** CRON_INVALID: `reason` completes "cron … : ", `fix` is one imperative sentence. */
export function cronRefusal(cron: string, reason: string, fix: string): ScheduleError {
  return new ScheduleError('CRON_INVALID', `cron ${quote(cron)}: ${reason}`, { fix })
}

/** The text on one line, cut when it is long. */
export function quote(text: string): string {
  return JSON.stringify(text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text)
}
