// The whole Railway project in one file: MySQL, the hourly pass, the web server. `railway config plan` shows what it
// would change, `railway config apply` does it, `railway up` deploys this folder. Needs `npm i -D railway` (Node 22+).
import { defineRailway, mysql, preserve, project, service } from 'railway/iac'

export default defineRailway(() => {
  const database = mysql('mysql')
  const shared = {
    NODE_ENV: 'production',
    DATABASE_URL: database.env.MYSQL_URL,
    // Must match cronSchedule below: overdue warnings and re-checks are measured by it.
    SCHEDULE_POLL_INTERVAL_MS: '3600000',
  }

  const runner = service('runner', {
    build: { builder: 'RAILPACK', buildCommand: 'npm run build' },
    deploy: {
      // `node` directly: npm would swallow the SIGTERM that tells a pass to stop.
      startCommand: 'node bin/run-due-schedules.js',
      preDeployCommand: ['node bin/run-due-schedules.js migrate'],
      cronSchedule: '0 * * * *',
      // A failed job is recorded and retried by its own rules; restarting the pass would not help it.
      restartPolicyType: 'NEVER',
      // SHUTDOWN_GRACE_MS and a little: Railway's default is to kill at once.
      drainingSeconds: 15,
    },
    env: shared,
  })

  const web = service('web', {
    build: { builder: 'RAILPACK', buildCommand: 'npm run build' },
    deploy: {
      startCommand: 'node bin/web-server.js',
      healthcheckPath: '/healthz',
      healthcheckTimeout: 60,
      restartPolicyType: 'ON_FAILURE',
      restartPolicyMaxRetries: 5,
      drainingSeconds: 5,
    },
    // Set it once in the dashboard: at least 32 bytes.
    env: { ...shared, JWT_SECRET: preserve() },
  })

  return project('run-due-schedules', { resources: [database, runner, web] })
})
