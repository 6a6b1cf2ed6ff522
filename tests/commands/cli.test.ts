import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines } from '../support/servers.js'
import { commandLine, type CommandLine } from './cli.js'
import { openRoom, type TestRoom } from './database.js'

describe.each(engines())('the command line on $name', (engine) => {
  let room: TestRoom
  let cli: CommandLine
  beforeAll(async () => {
    room = await openRoom(engine)
    cli = await commandLine(room.url)
  })
  afterAll(async () => {
    await cli.remove()
    await room.close()
  })

  it('requests the jobs of schedules and says when they will run', async () => {
    await room.addSchedule({ id: 'one', executionMode: 'JOB_LIST', jobNames: ['backup-db'] })
    await room.addSchedule({ id: 'two', executionMode: 'JOB_GROUP', jobGroup: 'nightly' })
    const text = await cli.run('request', 'one', 'two')
    expect(text).toMatch(/^✓ one: 1 run requested\n {2}backup-db +[0-9a-f-]{36}\n✓ two: 2 runs requested\n/)
    expect(text).toContain('Queued for the first pass: none has run yet on this database.')
    for (const run of await room.runs('two')) expect(run.requestedBy).toMatch(/^cli:.+/)
  })

  it('expects the next pass from the last one', async () => {
    await room.store.openPass({ kind: 'PASS', host: 'test', pid: 1, version: '0', configName: 'default' }, 60_000)
    await room.addSchedule({ id: 'soon' })
    expect(await cli.run('request', 'soon', '--job', 'backup-db')).toMatch(
      /Queued for the pass at about .* \(in \d+ (min|s|h)\)\./,
    )
    const answer = await cli.json('request', 'soon', '--job', 'backup-db', '--params', '{"a":1}')
    expect(answer).toMatchObject({
      runs: [{ scheduleId: 'soon', jobName: 'backup-db', trigger: 'MANUAL', params: { a: 1 } }],
    })
    const { expectedPassAt } = answer as { expectedPassAt: string }
    expect(new Date(expectedPassAt).getTime()).toBeGreaterThan((await room.store.now()).getTime())
  })

  it('requests nothing when one of the schedules is unknown, or params are no JSON', async () => {
    await room.addSchedule({ id: 'known' })
    await expect(cli.run('request', 'known', 'unknwon')).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_FOUND',
      exitCode: 2,
    })
    await expect(cli.run('request', 'known', '--params', '{a:1}')).rejects.toMatchObject({ code: 'USAGE', exitCode: 2 })
    expect(await room.runs('known')).toEqual([])
  })

  it('says that a schedule of the config is not in the database before its first pass', async () => {
    await cli.writeConfig(
      `export default { jobs: [{ name: 'a', run: () => 1 }], schedules: [{ id: 'unsynced', cron: '@daily' }] }`,
    )
    await expect(cli.run('pause', 'unsynced')).rejects.toThrow(/in the config but not yet in the database/)
  })

  it('cancels by the whole id or by its end', async () => {
    await room.addSchedule({ id: 'regret', executionMode: 'JOB_LIST', jobNames: ['backup-db', 'rotate-logs'] })
    await cli.run('request', 'regret')
    const [first, second] = (await room.runs('regret')).map((run) => run.id)
    expect(await cli.run('cancel', first ?? '')).toContain('cancelled, it will not run')
    expect(await cli.json('cancel', (second ?? '').slice(-8))).toMatchObject({ runId: second, outcome: 'cancelled' })
    expect(await cli.run('cancel', first ?? '')).toContain('nothing to cancel')
    await expect(cli.run('cancel', 'nothing')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', exitCode: 2 })
  })

  it('pauses with a reason and an end, and resumes', async () => {
    await room.addSchedule({ id: 'nightly' })
    expect(await cli.run('pause', 'nightly', '--reason', 'deploy', '--until', '2h')).toMatch(
      /^‖ nightly is paused until .* \(in 2 h\); next slot .* UTC: deploy\n$/,
    )
    expect(await room.schedule('nightly')).toMatchObject({ enabled: false, pausedReason: 'deploy' })
    expect(await cli.run('resume', 'nightly')).toMatch(/^✓ nightly goes on; .*next slot .* UTC \(in .*\)\n$/)
    expect(await cli.run('resume', 'nightly')).toContain('was not paused: nothing changed')
    expect(await cli.json('pause', 'nightly')).toMatchObject({
      all: false,
      paused: [{ scheduleId: 'nightly', until: null, nextRunAt: null }],
    })
    expect(await cli.json('resume', 'nightly')).toMatchObject({
      resumed: [{ scheduleId: 'nightly', wasPaused: true, skippedSlots: 0 }],
    })
  })

  it('pauses everything, and says what stays paused after it goes on', async () => {
    await room.addSchedule({ id: 'alone', enabled: false, nextRunAt: null })
    await room.addSchedule({ id: 'other', enabled: false, nextRunAt: null })
    expect(await cli.run('pause', '--all', '--reason', 'move')).toContain(
      'everything is paused until `run-due-schedules resume --all`: move',
    )
    expect(await cli.run('resume', 'other')).toContain('Everything is paused, so nothing runs before `resume --all`.')
    expect(await cli.run('resume', '--all')).toMatch(
      /everything goes on[^]*Still paused one by one: 'alone'; resume them by name\./,
    )
    expect(await cli.json('resume', '--all')).toMatchObject({ all: true, wasPaused: false, stillPaused: ['alone'] })
  })

  it('wants to know which schedules', async () => {
    await expect(cli.run('pause')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(cli.run('resume', 'nightly', '--all')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(cli.run('pause', 'nightly', '--until', 'soon')).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('backfills days of the zone of the schedule', async () => {
    await room.addSchedule({
      id: 'daily',
      cron: '0 3 * * *',
      timezone: 'America/New_York',
      executionMode: 'JOB_LIST',
      jobNames: ['backup-db'],
    })
    const period = ['daily', '--from', '2026-03-01', '--to', '2026-03-15']
    const shown = await cli.run('backfill', ...period, '--dry-run')
    expect(shown).toContain('daily: would request 14 runs for 14 slots\n  Sun 01 Mar 03:00\n')
    expect(shown).toContain('… 4 more')
    expect(shown).toContain('Times in America/New_York; jobs of each slot: backup-db.')
    expect(await room.runs('daily')).toEqual([])
    expect(await cli.json('backfill', ...period)).toMatchObject({
      scheduleId: 'daily',
      dryRun: false,
      requestedRuns: 14,
    })
    expect(await cli.run('backfill', ...period)).toContain(
      'daily: nothing to backfill (14 slots of the period ran already)',
    )
    await expect(cli.run('backfill', 'daily', '--from', 'x', '--to', 'y')).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('prunes by the options, else by the retention of the config, else by its defaults', async () => {
    await room.addSchedule({ id: 'old', executionMode: 'JOB_LIST', jobNames: ['backup-db'] })
    for (let i = 0; i < 4; i++) await cli.run('request', 'old')
    for (const run of await room.runs('old')) await cli.run('cancel', run.id)
    expect(await cli.json('prune', '--dry-run')).toEqual({ dryRun: true, runs: 0, passes: 0, auditEvents: 0 })
    expect(await cli.run('prune', '--keep', '1', '--dry-run')).toMatch(/^Would delete \d+ runs, 0 passes, /)
    expect(await room.runs('old')).toHaveLength(4)
    await cli.run('prune', '--keep', '1')
    expect(await room.runs('old')).toHaveLength(1)
    await expect(cli.run('prune', '--keep', 'few')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(cli.run('prune', '--older-than', 'ages')).rejects.toMatchObject({ exitCode: 2 })
  })
})

describe.each(engines())('migrate on $name', (engine) => {
  it('creates the tables once', async () => {
    const database = await engine.createDatabase({ migrated: false })
    const cli = await commandLine(database.url)
    expect(await cli.run('migrate')).toMatch(/^✓ \d+ migrations? applied\n {2}\d{14}_init\n/)
    expect(await cli.run('migrate')).toBe('✓ the database is up to date\n')
    expect(await cli.json('migrate')).toEqual({ applied: [] })
    await cli.remove()
    await database.drop()
  })
})
