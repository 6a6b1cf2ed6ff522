import type { Command } from 'commander'
import { EXIT } from '../../errors.js'
import type { CliContext } from '../context.js'
import type { Diagnosis } from '../doctor/finding.js'
import { themeOf } from '../render/theme.js'
import { writeJson } from '../write-json.js'

interface DoctorOptions {
  config?: string
  json?: boolean
}

export function registerDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description('check everything that a pass needs, and what passes have left behind')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nReads only. Exit codes: 0 all works (warnings included), 2 environment or\nconfig, 3 database, 1 anything else that does not work.',
    )
    .action((_options: DoctorOptions, command: Command) => doctor(command.optsWithGlobals(), context))
}

/** The code that a pass would end with, where it could not begin. */
function exitCodeOf({ findings }: Diagnosis): number {
  const problems = new Set(findings.filter(({ severity }) => severity === 'problem').map(({ check }) => check))
  if (problems.has('environment') || problems.has('config')) return EXIT.usage
  if (problems.has('database')) return EXIT.database
  return problems.size > 0 ? EXIT.runFailed : EXIT.ok
}

async function doctor(options: DoctorOptions, context: CliContext): Promise<void> {
  const { diagnose } = await import('../doctor/diagnose.js')
  const diagnosis = await diagnose(context, options.config)
  const exitCode = exitCodeOf(diagnosis)
  if (options.json === true) writeJson(context.stdout, { ...diagnosis, exitCode })
  else {
    const { renderDiagnosis } = await import('../render/diagnosis.js')
    context.stdout.write(renderDiagnosis(diagnosis, themeOf(context.stdout)))
  }
  context.setExitCode(exitCode)
}
