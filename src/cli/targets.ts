import { ScheduleError } from '../errors.js'

/** A command works on the schedules that are named or on `--all`, never on neither or both. Throws USAGE. */
export function checkTargets(command: string, ids: readonly string[], all: boolean): void {
  if (all === ids.length > 0) {
    throw new ScheduleError(
      'USAGE',
      all ? `${command}: name schedules or give --all, not both` : `${command}: no schedule is named`,
      {
        fix: `name schedules (\`${command} nightly\`) or give --all`,
      },
    )
  }
}
