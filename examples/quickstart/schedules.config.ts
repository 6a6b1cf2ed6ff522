import { commandJob, defineConfig, defineJob, httpJob } from 'run-due-schedules'

/** The server that `npm start` brings up for the length of one pass. */
const inbox = process.env['QUICKSTART_INBOX'] ?? 'http://127.0.0.1:8099'

export default defineConfig({
  name: 'quickstart',
  jobs: [
    defineJob({
      name: 'check-links',
      group: 'documents',
      description: 'Follows every relative link of the README and docs/',
      timeout: '1m',
      // Loaded when the job runs: a pass with nothing to do never reads it.
      load: () => import('./jobs/check-links.js'),
    }),
    defineJob({
      name: 'measure-source',
      group: 'documents',
      description: 'Counts the lines of src/ and finds its longest files',
      timeout: '1m',
      load: () => import('./jobs/measure-source.js'),
    }),
    commandJob({
      name: 'inspect-node',
      description: 'A command: any program, no shell',
      command: process.execPath,
      args: [
        '-p',
        '`Node ${process.version} on ${os.cpus().length} cores, run by ${process.env.SCHEDULE_ID} for ${process.env.SCHEDULED_FOR}`',
      ],
      timeout: '30s',
    }),
    httpJob({
      name: 'post-digest',
      description: 'A request: the context goes along as JSON, with an Idempotency-Key',
      request: { url: `${inbox}/digests`, method: 'POST' },
      expectStatus: [201],
      retry: { attempts: 3, delay: '1s' },
    }),
  ],
  schedules: [
    {
      id: 'documents',
      description: 'The group, one job after the other',
      cron: '@hourly',
      jobGroup: 'documents',
      firstRun: 'immediately',
      priority: 10,
    },
    {
      id: 'machine',
      description: 'A command every quarter of an hour, which an hourly pass runs once',
      cron: '*/15 * * * *',
      jobs: ['inspect-node'],
      firstRun: 'immediately',
    },
    {
      id: 'digest',
      description: 'Weekday mornings in New York, summer and winter',
      cron: '30 7 * * mon-fri',
      timezone: 'America/New_York',
      jobs: ['post-digest'],
      params: { tenant: 'acme' },
      firstRun: 'immediately',
    },
  ],
})
