import { commandJob, defineConfig } from 'run-due-schedules'

export default defineConfig({
  jobs: [
    commandJob({
      name: 'disk-usage',
      description: 'How full the disk of this folder is',
      command: '/bin/df',
      args: ['-h', '.'],
      timeout: '1m',
    }),
  ],
  schedules: [{ id: 'disk-usage', cron: '@hourly', jobs: ['disk-usage'], firstRun: 'immediately' }],
})
