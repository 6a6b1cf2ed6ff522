import { ScheduleError } from '../errors.js'

/**
 * An app that the config file imports may end the process before the command is done, which would look like success. Then
 * `report` says so and answers the exit code. Answers what to call when the command is done.
 */
export function explainEarlyExit(report: (error: ScheduleError) => number): () => void {
  const onExit = (code: number): void => {
    process.exitCode = report(
      new ScheduleError('CONFIG_FAILED', `the process was ended (exit code ${code}) before the command was done`, {
        fix: 'let the config import from an app only what its jobs need: something there calls process.exit, or throws where nobody waits for it',
      }),
    )
  }
  process.on('exit', onExit)
  return () => process.off('exit', onExit)
}
