import { Command } from 'commander'
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { registerDoctor } from '../../src/cli/commands/doctor.js'
import type { Diagnosis } from '../../src/cli/doctor/finding.js'
import { systemClock } from '../../src/clock.js'
import { aProject, Project } from '../scenarios/project.js'
import { engines } from '../support/servers.js'

const CONFIG = `{
  jobs: [defineJob({ name: 'work', run: () => {} })],
  schedules: [
    { id: 'yearly', cron: '0 3 1 1 *', jobs: ['work'] },
    { id: 'often', cron: '*/5 * * * *', jobs: ['work'] },
  ],
}`

type Told = Diagnosis & { exitCode: number }

/** `doctor --json`, in this process: a Node start for each would cost more than what is tested. */
async function doctor(project: Project, env: Record<string, string> = {}): Promise<{ code: number; told: Told }> {
  let [stdout, code] = ['', -1]
  const output = { write: (text: string) => void (stdout += text), isTTY: false, columns: 100, colors: false }
  const database = project.database === null ? {} : { DATABASE_URL: project.database.url }
  const program = new Command().exitOverride()
  registerDoctor(program, {
    variables: { ...database, ...env },
    cwd: project.folder,
    stdout: output,
    stderr: { ...output, write: () => undefined },
    clock: systemClock,
    setExitCode: (given) => (code = given),
  })
  await program.parseAsync(['doctor', '--json'], { from: 'user' })
  return { code, told: JSON.parse(stdout) as Told }
}

function on(told: Told, check: string): { severity: string; message: string; details: string[]; fix: string | null }[] {
  return told.findings.filter((finding) => finding.check === check)
}

describe.each(engines())('doctor on $name', (engine) => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(engine)
  })
  afterEach(() => project.remove())

  const ago = (seconds: number): string =>
    project.isSqlite
      ? `strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now', '-${seconds} seconds')`
      : `UTC_TIMESTAMP(3) - INTERVAL ${seconds} SECOND`

  it('finds nothing wrong after a pass, and says what hourly passes make of a cron expression', async () => {
    project.configure(CONFIG)
    await project.run()
    const { code, told } = await doctor(project)
    expect([code, told.exitCode, told.unchecked]).toEqual([0, 0, []])
    expect(told.findings.filter(({ severity }) => severity !== 'ok').map(({ check }) => check)).toEqual(['cadence'])
    expect(on(told, 'cadence')[0]?.details).toEqual(['often: with a pass every 1 h, 12 slots merge into one run'])
    expect(on(told, 'config')[0]?.message).toBe('schedules.config.mjs: 1 job, 2 schedules')
  })

  it('names dead passes and their runs, silence, overdue and failing schedules, holes and doubles in the history', async () => {
    project.configure(CONFIG)
    await project.run()
    await project.sql(`UPDATE RunnerPass SET startedAt = ${ago(20_000)}, finishedAt = ${ago(20_000)}`)
    await project.sql(
      `INSERT INTO RunnerPass (kind, host, pid, version, startedAt, leaseUntil, status) VALUES ('PASS', 'gone', 7, '0', ${ago(19_000)}, ${ago(18_000)}, 'RUNNING')`,
    )
    await project.sql(
      `INSERT INTO JobRun (id, scheduleId, jobName, status, passId, createdAt) SELECT '019abcde-0000-7000-8000-000000000001', 'yearly', 'work', 'RUNNING', MAX(id), ${ago(19_000)} FROM RunnerPass`,
    )
    await project.sql(
      `UPDATE JobSchedule SET consecutiveFailures = 2, lastStatus = 'FAILED', lastError = 'no space left' WHERE id = 'yearly'`,
    )
    await project.sql(`UPDATE JobSchedule SET historyFrom = ${ago(9000)} WHERE id = 'often'`)
    const silent = await doctor(project)
    expect([silent.code, silent.told.exitCode]).toEqual([1, 1])
    const severities = Object.fromEntries(silent.told.findings.map(({ check, severity }) => [check, severity]))
    expect(severities).toMatchObject({
      database: 'ok',
      clock: 'ok',
      passes: 'warning',
      runs: 'warning',
      ledger: 'problem',
    })
    expect(on(silent.told, 'passes')).toMatchObject([
      {
        severity: 'problem',
        message: expect.stringMatching(/^no pass for \d h; one is expected every 1 h$/) as string,
      },
      { severity: 'warning', details: [expect.stringContaining('on gone (process 7)') as string] },
    ])
    expect(on(silent.told, 'schedules')).toMatchObject([{ message: '1 schedule failing' }])
    const [ledger] = on(silent.told, 'ledger')
    expect(ledger?.message).toMatch(/^(29|30|31) slots without a record/)
    expect(ledger?.fix).toContain('backfill often --from 20')
    expect(ledger?.details[0]).toMatch(
      /: its nextRunAt was set to a later instant; from .+ on they are MISSED \(edited\)$/,
    )
    await project.sql(`UPDATE JobSchedule SET nextRunAt = NULL WHERE id = 'often'`)
    const [stopped] = on((await doctor(project)).told, 'ledger')
    expect(stopped?.details[0]).toMatch(/: its nextRunAt is NULL, so nothing of it comes due$/)
    expect(stopped?.fix).toContain('npx run-due-schedules resume often')

    // The command that it names makes the account whole.
    const [backfill] = /backfill often --from \S+ --to \S+/.exec(ledger?.fix ?? '') ?? ['']
    expect((await project.run(backfill.split(' '))).code).toBe(0)
    await project.sql(`UPDATE JobSchedule SET nextRunAt = ${ago(10_000)} WHERE id = 'often'`)
    const mended = await doctor(project)
    expect(on(mended.told, 'ledger')).toMatchObject([{ severity: 'ok' }])
    expect(on(mended.told, 'schedules')[0]).toMatchObject({
      message: '1 schedule overdue',
      details: ['often: due 3 h ago'],
    })

    await project.sql(
      `INSERT INTO JobRun (id, scheduleId, jobName, status, reason, firstSlot, scheduledFor, slotCount) SELECT '019abcde-0000-7000-8000-000000000002', 'often', '*', 'MISSED', 'coalesced', MIN(scheduledFor), MAX(scheduledFor), 3 FROM JobRun WHERE scheduleId = 'often'`,
    )
    await project.sql(`UPDATE JobRun SET \`trigger\` = 'CRON' WHERE scheduleId = 'often'`)
    const doubled = await doctor(project)
    expect(on(doubled.told, 'ledger')[0]).toMatchObject({
      severity: 'warning',
      details: expect.arrayContaining([expect.stringMatching(/recorded (twice|as 3)$/)]) as string[],
    })
  })

  it('tells a config that the database has differently, pauses and orphans', async () => {
    project.configure(CONFIG)
    await project.run()
    await project.run(['pause', 'yearly', '--reason', 'moving'])
    project.configure(
      `{ jobs: [defineJob({ name: 'work', run: () => {} })], schedules: [{ id: 'yearly', cron: '0 4 1 1 *', jobs: ['work'] }] }`,
    )
    const { code, told } = await doctor(project)
    expect(code).toBe(0)
    expect(on(told, 'config')[1]).toMatchObject({
      severity: 'note',
      details: ['yearly: changed', 'often: not defined any more'],
    })
    expect(on(told, 'schedules')).toMatchObject([{ message: '1 schedule paused', details: ['yearly: moving'] }])
    await project.run()
    expect(on((await doctor(project)).told, 'schedules').map(({ message }) => message)).toEqual([
      '1 schedule paused',
      '1 schedule that no config defines any more: kept, not run',
    ])
  })
})

describe.each(engines())('doctor before the tables exist on $name', (engine) => {
  it('names what to do and looks no further', async () => {
    const project = new Project(await engine.createDatabase({ migrated: false }))
    try {
      project.configure(CONFIG)
      const { code, told } = await doctor(project)
      const [database] = on(told, 'database')
      const expected = project.isSqlite ? [0, 'note'] : [3, 'problem']
      expect([code, database?.severity]).toEqual(expected)
      expect(database?.fix).toContain(project.isSqlite ? 'make a pass' : 'run-due-schedules migrate')
      expect(told.unchecked).toContain('ledger')
    } finally {
      await project.remove()
    }
  })
})

describe('doctor where something is missing', () => {
  let project: Project
  beforeEach(async () => {
    project = await aProject(null)
  })
  afterEach(() => project.remove())

  it('goes as far as it can and creates nothing', async () => {
    project.configure(CONFIG)
    const { code, told } = await doctor(project)
    expect([code, on(told, 'database')[0]?.severity, told.unchecked]).toEqual([
      0,
      'note',
      ['clock', 'passes', 'runs', 'schedules', 'ledger', 'cadence'],
    ])
    expect((await project.run(['list'])).stdout).toContain('no pass has read')
  })

  it('shows every problem of the config, the environment and the database with its fix', async () => {
    project.configure(`{ jobs: [], schedules: [{ id: 'a', cron: '61 * * * *', jobs: ['nope'] }] }`)
    const wrongConfig = await doctor(project)
    expect([wrongConfig.code, on(wrongConfig.told, 'config')[0]?.severity]).toEqual([2, 'problem'])
    expect(on(wrongConfig.told, 'config')[0]?.details.join('\n')).toMatch(/jobs.*nope/s)
    const wrongInterval = await doctor(project, { SCHEDULE_POLL_INTERVAL_MS: 'often' })
    expect(on(wrongInterval.told, 'environment')[0]).toMatchObject({
      severity: 'problem',
      details: [expect.stringContaining('SCHEDULE_POLL_INTERVAL_MS')],
    })
    // Another file: this process has loaded the first one.
    project.configure(CONFIG, 'good.config.mjs')
    const unreachable = await doctor(project, {
      SCHEDULES_CONFIG: 'good.config.mjs',
      DATABASE_URL: 'mysql://root:secret@127.0.0.1:1/app',
    })
    expect([unreachable.code, on(unreachable.told, 'database')[0]?.severity]).toEqual([3, 'problem'])
    expect(JSON.stringify(unreachable.told)).not.toContain('secret')
    expect(on((await doctor(project, { SCHEDULE_DAEMON_ENABLED: 'false' })).told, 'environment')[0]?.severity).toBe(
      'warning',
    )
  })

  it('warns of a deploy file that Railway is about to ignore, unless its successor is there', async () => {
    project.configure(CONFIG)
    project.write('railway.toml', '')
    expect(on((await doctor(project)).told, 'deploy')[0]?.message).toContain('railway.toml')
    mkdirSync(path.join(project.folder, '.railway'))
    project.write('.railway/railway.ts', '')
    expect(on((await doctor(project)).told, 'deploy')[0]?.severity).toBe('ok')
  })

  it.each(['80', '140'])('prints lines of at most %s columns', async (columns) => {
    project.configure(CONFIG)
    await project.run()
    const { stdout, code } = await project.run(['doctor'], { COLUMNS: columns })
    expect(code).toBe(0)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(Number(columns))
    expect(stdout).toMatch(/^✓ node .*\n(.*\n)*\nall is well\n$/)
  })
})
