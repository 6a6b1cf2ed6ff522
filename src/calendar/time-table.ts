export const MINUTES_PER_DAY = 1440

/** The minutes of a day on which a cron expression runs, in wall-clock time. */
export interface TimeTable {
  /** Minutes since midnight, ascending. */
  readonly times: Uint16Array
  /** `rank[m]`: how many of `times` lie before minute m, for m from 0 to 1440. */
  readonly rank: Uint16Array
}

/** Lays out all combinations of hours and minutes. */
export function createTimeTable(hours: readonly number[], minutes: readonly number[]): TimeTable {
  const times = Uint16Array.from(hours.flatMap((hour) => minutes.map((minute) => hour * 60 + minute)))
  const rank = new Uint16Array(MINUTES_PER_DAY + 1)
  let before = 0
  for (let minute = 0; minute <= MINUTES_PER_DAY; minute++) {
    rank[minute] = before
    if (times[before] === minute) before++
  }
  return { times, rank }
}
