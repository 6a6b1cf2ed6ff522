import { readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engines, type TestDatabase } from '../support/servers.js'
import { commandLine, type CommandLine } from './command-line.js'
import { prismaOn, run, schedule } from './fixture.js'

const HOUR = 3_600_000
const CONFIG = `export default {
  jobs: [{ name: 'backup', run() {} }],
  schedules: [{ id: 'nightly', cron: '30 2 * * *', timezone: 'Europe/Berlin', jobs: ['backup'] }],
}`

describe.each(engines())('commands that read, on $name', (engine) => {
  let database: TestDatabase
  let cli: CommandLine
  const failed = run({
    scheduleId: 'nightly',
    jobName: 'backup',
    scheduledFor: new Date('2026-11-20T01:30:00Z'),
    status: 'FAILED',
    error: 'disk full',
    output: { saved: 3 },
  })

  beforeAll(async () => {
    database = await engine.createDatabase()
    cli = await commandLine(database.url)
    const prisma = await prismaOn(database.url)
    const timetable = { cron: '30 2 * * *', timezone: 'Europe/Berlin', jobNames: ['backup'], executionMode: 'JOB_LIST' }
    await prisma.jobSchedule.createMany({
      data: [
        schedule({ id: 'nightly', ...timetable, nextRunAt: new Date('2199-01-01T01:30:00Z') }),
        schedule({ id: 'monthly', ...timetable, enabled: false, pausedReason: 'moving' }),
      ],
    })
    await prisma.jobRun.createMany({
      data: [failed, run({ scheduleId: 'nightly', jobName: 'backup', scheduledFor: new Date('2026-11-21T01:30:00Z') })],
    })
    await prisma.$disconnect()
  })

  afterAll(async () => {
    await cli.remove()
    await database.drop()
  })

  it('list shows schedules in words', async () => {
    const text = await cli.run('list')
    expect(text).toMatch(/^‖ {2}monthly .*At 02:30 .*paused/m)
    expect(text).toMatch(/^○ {2}nightly .*At 02:30 .*in 172 years/m)
    expect(text).toContain('2 schedules · 1 paused · no pass yet · times in Europe/Berlin')
  })

  it('list narrows and sorts', async () => {
    expect(await cli.run('list', 'MONTH')).not.toContain('nightly')
    expect(await cli.run('list', 'weekly')).toBe("no schedule's id contains 'weekly'\n")
    expect(await cli.json('list', '--next')).toMatchObject({ schedules: [{ id: 'nightly' }, { id: 'monthly' }] })
  })

  it('list --json gives instants in UTC and the database’s now', async () => {
    const document = await cli.json('list')
    expect(document).toMatchObject({
      now: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
      globalPause: null,
      lastPass: null,
      total: 2,
      schedules: [
        { id: 'monthly', state: 'paused', pausedReason: 'moving', nextRunAt: null },
        { id: 'nightly', state: 'waiting', cronInWords: 'At 02:30', nextRunAt: '2199-01-01T01:30:00.000Z' },
      ],
    })
  })

  it('runs shows the newest first and takes statuses as they are shown', async () => {
    const text = await cli.run('runs')
    expect(text.indexOf('✓ completed')).toBeLessThan(text.indexOf('✗ failed'))
    expect(await cli.run('runs', '--status', 'failed,timed out')).not.toContain('completed')
    expect(await cli.run('runs', '--schedule', 'monthly')).toContain('no run matches')
    expect(await cli.run('runs', '--job', 'backup', '--to', '2026-11-21')).not.toContain('completed')
  })

  it('runs --json leads from page to page', async () => {
    const first = (await cli.json('runs', '--limit', '1')) as { runs: object[]; nextCursor: string }
    expect(first.runs).toMatchObject([{ status: 'COMPLETED', scheduledFor: '2026-11-21T01:30:00.000Z' }])
    expect(await cli.json('runs', '--limit', '1', '--cursor', first.nextCursor)).toMatchObject({
      runs: [{ id: failed.id, error: 'disk full' }],
      nextCursor: null,
    })
  })

  it('runs refuses a status or limit that is none', async () => {
    await expect(cli.run('runs', '--status', 'broken')).rejects.toThrow(/'broken' is none of PENDING, /)
    await expect(cli.run('runs', '--limit', '0')).rejects.toThrow(/1 to 500/)
    await expect(cli.run('runs', '--from', 'soon')).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('show tells one run by its id or the end of it', async () => {
    const text = await cli.run('show', failed.id)
    expect(text).toContain('✗ failed  nightly → backup')
    expect(text).toContain('Fri 20 Nov 2026 02:30:00 Europe/Berlin')
    expect(text).toContain('disk full')
    expect(await cli.run('show', failed.id.slice(-8).toUpperCase())).toBe(text)
    expect(await cli.json('show', failed.id)).toMatchObject({ id: failed.id, output: { saved: 3 }, attempts: [] })
  })

  it('show says what is no run', async () => {
    await expect(cli.run('show', 'abc')).rejects.toMatchObject({ code: 'USAGE' })
    await expect(
      cli.run(
        'show',
        failed.id.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
      ),
    ).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    })
  })

  it('next begins with what the database says', async () => {
    expect(await cli.run('next', 'nightly', '--count', '2')).toContain('Tue 01 Jan 2199 02:30 +01:00')
    expect(await cli.json('next')).toMatchObject({
      source: 'database',
      localTimezone: 'Europe/Berlin',
      slots: [
        {
          scheduleId: 'nightly',
          at: '2199-01-01T01:30:00.000Z',
          inZone: '2199-01-01T02:30:00+01:00',
          local: '2199-01-01T02:30:00+01:00',
          dueSlots: 0,
          shift: null,
        },
        ...Array.from({ length: 9 }, () => expect.anything() as unknown),
      ],
    })
  })

  it('next --year tells what clock changes do', async () => {
    expect(await cli.run('next', 'nightly', '--year', '2027')).toMatch(/Sun 28 Mar.*02:30 .*runs at 03:00 \+02:00/)
    expect(await cli.json('next', '--year', '2027')).toMatchObject({
      from: '2027-01-01T00:00:00.000Z',
      schedules: [
        { scheduleId: 'monthly' },
        { scheduleId: 'nightly', shifts: { shifted: [{ count: 1, runsAt: '2027-03-28T01:00:00.000Z' }], dropped: [] } },
      ],
    })
  })

  it('next names the schedule that was probably meant', async () => {
    await expect(cli.run('next', 'nighly')).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_FOUND',
      fix: expect.stringContaining("'nightly'") as unknown,
    })
    await expect(cli.run('next', '--count', 'many')).rejects.toThrow(/1 to 1000/)
  })
})

describe('the reference of JSON output', () => {
  const page = readFileSync(new URL('../../docs/reference/json.md', import.meta.url), 'utf8')

  it('has examples that parse', () => {
    const examples = [...page.matchAll(/```json\n([^]*?)```/g)].map(([, text]) => JSON.parse(text ?? '') as object)
    expect(examples.map((example) => Object.keys(example)[0])).toEqual(['error', 'now', 'now', 'runs', 'pass'])
  })

  it('names every field of a run and of a slot', async () => {
    const [engine] = engines()
    const database = await engine?.createDatabase()
    const cli = await commandLine(database?.url)
    const prisma = await prismaOn(database?.url ?? '')
    await prisma.jobRun.create({ data: run({ scheduleId: 'nightly', jobName: 'backup' }) })
    await prisma.jobSchedule.create({ data: schedule({ id: 'nightly', nextRunAt: new Date('2199-01-01T00:00:00Z') }) })
    await prisma.$disconnect()
    const { runs } = (await cli.json('runs')) as { runs: { id: string }[] }
    const whole = (await cli.json('show', runs[0]?.id ?? '')) as object
    const { slots, ...next } = (await cli.json('next')) as { slots: object[] }
    const fields = [runs[0] ?? {}, whole, slots[0] ?? {}, next].flatMap((document) => Object.keys(document))
    expect(fields.length).toBeGreaterThan(50)
    expect(fields.filter((field) => !new RegExp(`\\b${field}\\b`).test(page))).toEqual([])
    await cli.remove()
    await database?.drop()
  })
})

describe('commands that read, where there is no database yet', () => {
  let cli: CommandLine

  beforeAll(async () => {
    cli = await commandLine(undefined)
  })

  afterAll(() => cli.remove())

  it('teach what to do, and create nothing', async () => {
    expect(await cli.run('list')).toContain('no schedules yet')
    expect(await cli.run('runs')).toContain('no runs yet')
    expect(await cli.run('next')).toContain('no schedules yet')
    expect(await cli.json('list')).toMatchObject({ total: 0, schedules: [] })
    expect(await cli.json('runs')).toEqual({ runs: [], nextCursor: null })
    await expect(cli.run('show', '01a20918-1ba0-7741-9c9b-9a88bd541e1f')).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    })
    expect(await readdir(cli.folder)).toEqual([])
  })

  it('tell slots from the config', async () => {
    await cli.writeConfig(CONFIG)
    expect(await cli.run('list')).toContain('no pass has read the 1 schedule of schedules.config.mjs yet')
    const text = await cli.run('next', 'nightly')
    expect(text).toContain('nightly  30 2 * * *\nAt 02:30, Europe/Berlin')
    expect(text).toContain('as schedules.config.mjs defines them: no pass has been made yet')
    const document = (await cli.json('next', '--count', '1')) as { now: string; slots: { at: string }[] }
    const aheadMs = Date.parse(document.slots[0]?.at ?? '') - Date.parse(document.now)
    expect(aheadMs).toBeGreaterThan(0)
    expect(aheadMs).toBeLessThanOrEqual(25 * HOUR)
    expect(await readdir(cli.folder)).toEqual(['schedules.config.mjs'])
  })

  it("tell that firstRun: 'immediately' is due", async () => {
    // In a folder of its own: a config is read once in a process.
    const fresh = await commandLine(undefined)
    await fresh.writeConfig(CONFIG.replace("id: 'nightly',", "id: 'nightly', firstRun: 'immediately',"))
    const document = (await fresh.json('next', 'nightly', '--count', '2')) as { now: string; slots: object[] }
    expect(document.slots).toMatchObject([{ at: document.now, dueSlots: 1 }, { dueSlots: 0 }])
    await fresh.remove()
  })
})

describe('commands that read, on an SQLite database of an older version', () => {
  it('say so instead of calling it empty', async () => {
    const database = await engines()
      .find(({ name }) => name === 'sqlite')
      ?.createDatabase()
    const cli = await commandLine(database?.url)
    const prisma = await prismaOn(database?.url ?? '')
    await prisma.$executeRawUnsafe('ALTER TABLE JobSchedule DROP COLUMN jitterMs')
    await prisma.$executeRawUnsafe('ALTER TABLE JobRun DROP COLUMN crashes')
    await prisma.$disconnect()
    for (const command of ['list', 'next']) {
      await expect(cli.run(command)).rejects.toMatchObject({ code: 'DATABASE_NOT_MIGRATED' })
    }
    await cli.remove()
    await database?.drop()
  })
})

describe.each(engines().filter(({ dialect }) => dialect === 'mysql'))('on a $name that is not migrated', (engine) => {
  it('they say what to run; next goes by the config', async () => {
    const database = await engine.createDatabase({ migrated: false })
    const cli = await commandLine(database.url)
    await cli.writeConfig(CONFIG)
    await expect(cli.run('list')).rejects.toMatchObject({ code: 'DATABASE_NOT_MIGRATED', exitCode: 3 })
    await expect(cli.run('runs')).rejects.toMatchObject({ code: 'DATABASE_NOT_MIGRATED' })
    expect(await cli.json('next')).toMatchObject({ source: 'config' })
    await cli.remove()
    await database.drop()
  })
})
