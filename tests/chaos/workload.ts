import type { Project } from '../scenarios/project.js'

/** Each kind of schedule, every minute, with an at-least-once and an at-most-once job. */
export const WORKLOAD = `{
  concurrency: 6,
  retention: { runs: 1000000, passes: '300d' },
  jobs: ['least', 'most'].map((name) => defineJob({
    name, onCrash: name === 'most' ? 'skip' : 'retry', crashRetries: 100, timeout: '5m',
    run: async ({ jobName, scheduleId, scheduledFor, runId, trigger, attempt, fence }) => {
      effect([jobName, scheduleId, scheduledFor.toISOString(), runId, trigger, attempt, fence].join(' '))
      await sleep(Math.random() * 40)
    },
  })),
  schedules: [
    ...[0, 1, 2, 3].map((n) => ({ id: 'wait-' + n, catchUp: 'all', overlap: 'wait' })),
    ...[0, 1, 2, 3].map((n) => ({ id: 'allow-' + n, catchUp: 'all', overlap: 'allow', jobConcurrency: 2 })),
    { id: 'latest', catchUp: 'latest' },
    { id: 'replace', catchUp: 'all', overlap: 'replace' },
    { id: 'skip', catchUp: 'all', overlap: 'skip' },
  ].map((schedule) => ({ cron: '* * * * *', jobs: ['least', 'most'], catchUpLimit: 320, ...schedule })),
}`

/** Forgets what has run and makes every schedule `minutes` slots late. Returns the first slot. */
export async function makeLate(project: Project, minutes: number): Promise<Date> {
  await project.sql('DELETE FROM JobRun')
  project.write('effects.log', '')
  const [{ now } = {}] = project.isSqlite
    ? await project.sql("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now') AS now")
    : await project.sql('SELECT UTC_TIMESTAMP(3) AS now')
  const first = new Date(Math.floor(new Date(String(now)).getTime() / 60_000 - minutes) * 60_000)
  const text = first
    .toISOString()
    .replace('Z', project.isSqlite ? '+00:00' : '')
    .replace('T', project.isSqlite ? 'T' : ' ')
  await project.sql('UPDATE JobSchedule SET nextRunAt = ?, historyFrom = ?, lastSlotAt = NULL', [text, text])
  return first
}

/** Slots that are due, and runs that wait or are held. */
export async function leftToDo(project: Project): Promise<number> {
  const now = project.isSqlite ? "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')" : 'UTC_TIMESTAMP(3)'
  const [row] = await project.sql(
    `SELECT (SELECT COUNT(*) FROM JobSchedule WHERE enabled = 1 AND nextRunAt <= ${now}) AS due, ` +
      `(SELECT COUNT(*) FROM JobRun WHERE status IN ('PENDING', 'RUNNING')) AS waiting`,
  )
  return Number(row?.['due']) + Number(row?.['waiting'])
}
