// An app that has its own web service and gains an hourly pass beside it. `npm i run-due-schedules`, then
// `npm i -D railway`, `railway config plan`, `railway config apply`.
import { defineRailway, github, mysql, project, service } from 'railway/iac'

export default defineRailway(() => {
  const source = github('your-name/your-app')
  const database = mysql('mysql')

  const app = service('app', {
    source,
    deploy: { startCommand: 'node server.js' },
    env: { DATABASE_URL: database.env.MYSQL_URL },
  })

  const schedules = service('schedules', {
    source,
    deploy: {
      startCommand: 'node node_modules/run-due-schedules/bin/run-due-schedules.js',
      preDeployCommand: ['node node_modules/run-due-schedules/bin/run-due-schedules.js migrate'],
      cronSchedule: '0 * * * *',
      restartPolicyType: 'NEVER',
      drainingSeconds: 15,
    },
    env: { NODE_ENV: 'production', DATABASE_URL: database.env.MYSQL_URL },
  })

  return project('your-app', { resources: [database, app, schedules] })
})
