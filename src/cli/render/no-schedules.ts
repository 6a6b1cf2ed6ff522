import path from 'node:path'
import type { Config } from '../../config/config.js'
import { plural } from './text.js'

/** What to do where there are no schedules to show. */
export function renderNoSchedules(config: Pick<Config, 'file' | 'schedules'> | null): string {
  if (config === null || config.schedules.length === 0) {
    return [
      'no schedules yet: define some in schedules.config.ts (the README of run-due-schedules',
      'shows how), then make a pass: `npx run-due-schedules`',
      '',
    ].join('\n')
  }
  const file = path.basename(config.file)
  return [
    `no pass has read the ${plural(config.schedules.length, 'schedule')} of ${file} yet: make one with \`npx run-due-schedules\``,
    '(`--dry-run` shows what it would do, `next` when they come due)',
    '',
  ].join('\n')
}
