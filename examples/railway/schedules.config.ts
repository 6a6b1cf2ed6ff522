import { defineConfig, defineJob } from 'run-due-schedules'

export default defineConfig({
  jobs: [
    defineJob({
      name: 'nightly-report',
      timeout: '5m',
      retry: { attempts: 3, delay: '30s' },
      run: ({ log, scheduledFor }) => {
        log(`reporting on the day that ended at ${scheduledFor.toISOString()}`)
        return { memoryMiB: Math.round(process.memoryUsage.rss() / 2 ** 20) }
      },
    }),
  ],
  schedules: [{ id: 'nightly', cron: '0 3 * * *', timezone: 'Europe/Berlin', jobs: ['nightly-report'] }],
})
