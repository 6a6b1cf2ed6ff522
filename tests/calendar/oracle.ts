/**
 * cron(8) of vixie, walked minute by minute: a second opinion that shares no code with src/calendar. Local time comes
 * from Intl.DateTimeFormat; `virtual` is the newest local minute whose fixed jobs have been run, as in cron.c.
 */
export interface Minute {
  at: number
  /** Local minutes since 1970-01-01 00:00. */
  local: number
}

const LIMIT = 180

/** Every real minute of a period with its local time. */
export function walk(zone: string, from: number, to: number): Minute[] {
  const localOf = localClock(zone)
  const minutes: Minute[] = []
  for (let at = from; at <= to; at += 60_000) minutes.push({ at, local: localOf(at) })
  return minutes
}

/** The instants at which vixie cron runs a job; the first minute of the walk only sets the clock. */
export function runsOf(cron: string, minutes: readonly Minute[]): number[] {
  const job = readJob(cron)
  const runs: number[] = []
  let virtual = minutes[0]!.local
  for (const { at, local } of minutes.slice(1)) {
    const jump = local - virtual
    let isDue = false
    if (jump >= 1 && jump <= LIMIT + 1) {
      for (let skipped = virtual + 1; skipped < local; skipped++) isDue ||= !job.wildcard && job.matches(skipped)
    }
    if (job.wildcard || jump >= 1) isDue ||= job.matches(local)
    if (isDue) runs.push(at)
    virtual = Math.max(virtual, local)
  }
  return runs
}

/** The first instants of a new offset in a period, to the minute. */
export function transitionsOf(zone: string, from: number, to: number): { at: number; before: number; after: number }[] {
  const localOf = localClock(zone)
  const offset = (minute: number): number => localOf(minute * 60_000) - minute
  const found: { at: number; before: number; after: number }[] = []
  const day = 1440
  for (let minute = from / 60_000; minute < to / 60_000; minute += day) {
    if (offset(minute) === offset(minute + day)) continue
    let [low, high] = [minute, minute + day]
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (offset(middle) === offset(minute)) low = middle
      else high = middle
    }
    found.push({ at: high * 60_000, before: offset(low), after: offset(high) })
  }
  return found
}

function localClock(zone: string): (at: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }) // prettier-ignore
  return (at) => {
    const [month, day, year, hour, minute] = format.format(at).match(/\d+/g)!.map(Number)
    return Date.UTC(year!, month! - 1, day, hour, minute) / 60_000
  }
}

function readJob(cron: string): { wildcard: boolean; matches: (local: number) => boolean } {
  const texts = cron.split(' ')
  const [minute, hour, day, month, weekday] = texts.map((text, index) =>
    readField(text, [0, 0, 1, 1, 0][index]!, [59, 23, 31, 12, 6][index]!),
  )
  const bothDays = texts[2]!.startsWith('*') || texts[4]!.startsWith('*')
  return {
    wildcard: texts[0]!.startsWith('*') || texts[1]!.startsWith('*'),
    matches(local) {
      const date = new Date(local * 60_000)
      const byDay = day!.has(date.getUTCDate())
      const byWeekday = weekday!.has(date.getUTCDay())
      return (
        minute!.has(date.getUTCMinutes()) &&
        hour!.has(date.getUTCHours()) &&
        month!.has(date.getUTCMonth() + 1) &&
        (bothDays ? byDay && byWeekday : byDay || byWeekday)
      )
    },
  }
}

function readField(text: string, min: number, max: number): Set<number> {
  const values = new Set<number>()
  for (const item of text.split(',')) {
    const [range, step] = item.split('/') as [string, string?]
    const [low, high] = range === '*' ? [min, max] : range.split('-').map(Number)
    const last = high ?? (step === undefined ? low! : max)
    for (let value = low!; value <= last; value += Number(step ?? 1)) values.add(value)
  }
  return values
}
