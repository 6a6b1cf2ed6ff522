import type { Command } from 'commander'
import { EXIT } from '../../errors.js'
import type { CliContext } from '../context.js'
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
    .addHelpText('after', '\nReads only. Exit code 1 when something does not work, 0 otherwise\n(warnings included).')
    .action((_options: DoctorOptions, command: Command) => doctor(command.optsWithGlobals(), context))
}

async function doctor(options: DoctorOptions, context: CliContext): Promise<void> {
  const { diagnose } = await import('../doctor/diagnose.js')
  const diagnosis = await diagnose(context, options.config)
  const exitCode = diagnosis.findings.some(({ severity }) => severity === 'problem') ? EXIT.runFailed : EXIT.ok
  if (options.json === true) writeJson(context.stdout, { ...diagnosis, exitCode })
  else {
    const { renderDiagnosis } = await import('../render/diagnosis.js')
    context.stdout.write(renderDiagnosis(diagnosis, themeOf(context.stdout)))
  }
  context.setExitCode(exitCode)
}
