import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { prismaOn, run, schedule } from '../queries/fixture.js'
import { engines, type TestDatabase } from '../support/servers.js'
import {
  closeContext,
  describeInBrowser,
  openBrowser,
  seriousFindings,
  signedIn,
  type Visitor,
} from './browser-support.js'
import { seedDashboard } from './pages-seed.js'
import { startWebServer, type WebServer } from './support.js'

describeInBrowser('what each page tells', () => {
  let browser: Browser
  let database: TestDatabase
  let server: WebServer
  let visitor: Visitor

  beforeAll(async () => {
    const [sqlite] = engines()
    if (sqlite === undefined) throw new Error('these tests need an engine')
    database = await sqlite.createDatabase()
    await seedDashboard(database.url, new Date())
    server = await startWebServer(database.url)
    browser = await openBrowser()
    visitor = await signedIn(browser, server, 'viewer')
  })

  afterAll(async () => {
    await browser.close()
    await server.stop()
    await database.drop()
  })

  const textOf = async (path: string, part: string) => {
    const page = await visitor.visit(path)
    return (await page.locator(part).innerText()).replace(/\s+/g, ' ')
  }

  it('overview: the last and the next pass, what failed and what runs, how far it is', async () => {
    expect(await textOf('/', '#tiles')).toMatch(/Last pass .+ Next at about \d\d:\d\d \(.*Failing 1 of 8 schedules/)
    expect(await textOf('/', '#failing')).toMatch(/exchange-rates .*3 times in a row.*502 Bad Gateway/)
    expect(await textOf('/', '#running')).toMatch(/backup-database.*by pass 60 62 % · table orders/)
    expect(await textOf('/', '#failures')).toMatch(/fetch-rates.*exchange-rates, started .*3 attempts answered 502/)
  })

  it('a schedule: a bar for each slot, as tall as it took, and a small hollow one where it did not run', async () => {
    const prisma = await prismaOn(database.url)
    await prisma.jobSchedule.create({ data: schedule({ id: 'strip', cron: '@hourly', nextRunAt: new Date() }) })
    const hour = (number: number) => new Date(Date.UTC(2026, 5, 1, number))
    const ran = (number: number, durationMs: number, status = 'COMPLETED') =>
      run({ scheduleId: 'strip', jobName: 'job', scheduledFor: hour(number), durationMs, status })
    const didNot = (number: number, status: string, reason: string) => ({
      ...run({ scheduleId: 'strip', jobName: '*', scheduledFor: hour(number), status, reason }),
      ...{ startedAt: null, finishedAt: null, durationMs: null },
    })
    await prisma.jobRun.createMany({
      data: [ran(1, 30_000), ran(2, 60_000), didNot(3, 'MISSED', 'window'), didNot(4, 'SKIPPED', 'overlap')],
    })
    await prisma.jobRun.createMany({ data: [ran(5, 15_000, 'FAILED')] })
    await prisma.$disconnect()
    const page = await visitor.visit('/schedules/strip')
    const bars = await page.evaluate(`[...document.querySelectorAll('#slots .slot')].map((slot) => ({
      tones: slot.getAttribute('class').split(' ').slice(1).join(' '),
      height: Number(slot.querySelector('.slot-bar').getAttribute('height')),
      title: slot.querySelector('title').textContent.replace(/^[^:]*:\\d\\d: /, ''),
    }))`)
    expect(bars).toEqual([
      { tones: 'tone-good', height: 20, title: 'Completed, 30 s' },
      { tones: 'tone-good', height: 35, title: 'Completed, 1 min' },
      { tones: 'tone-late slot-none', height: 5, title: 'Missed (older than the catch-up window)' },
      { tones: 'tone-quiet slot-none', height: 5, title: 'Skipped (the previous slot was still running)' },
      { tones: 'tone-bad', height: 13, title: 'Failed, 15 s' },
    ])
    expect(await page.getAttribute('#slots svg', 'aria-label')).toBe(
      'Newest slots: 2 completed, 1 missed, 1 skipped, 1 failed',
    )
  })

  it('a slot that did not run: why, and nothing of a run that never was', async () => {
    const page = await visitor.visit('/runs?schedule=hourly-sync&status=SKIPPED')
    await page.locator('a.row-link').first().click()
    expect(await page.innerText('#outcome')).toMatch(/Status\s+Skipped\s+the previous slot was still running\s+Slot/)
    expect(await page.innerText('main')).not.toMatch(/Asked for by|Attempts|Ended/)
  })

  it('schedules: cron in words, the next slots in its zone and the viewer’s, how long its runs take', async () => {
    const text = await textOf('/schedules?search=customer-digest', '.schedule')
    expect(text).toContain('At 07:30, Monday through Friday')
    expect(text).toMatch(/America\/New_York.*p50 .*p95 .*, 07:30 (17|18):00 your time/)
  })

  it('a schedule: figures, and what a change of clocks does to it', async () => {
    expect(await textOf('/schedules/nightly-backup', '.numbers')).toMatch(/Median \(p50\) .*p95 .*Longest .*Based on/)
    expect(await textOf('/schedules/nightly-backup', '.shifts')).toMatch(
      /next year .*02:30 is skipped .*runs right after it/,
    )
  })

  it('a schedule: runs that took longer than they use to', async () => {
    const prisma = await prismaOn(database.url)
    const startedAt = new Date(Date.now() - 600_000)
    const slow = { status: 'COMPLETED', createdAt: startedAt, startedAt, finishedAt: new Date(), durationMs: 600_000 }
    await prisma.jobRun.create({ data: run({ scheduleId: 'warm-cache', jobName: 'warm-cache', ...slow }) })
    await prisma.$disconnect()
    expect(await textOf('/schedules/warm-cache', 'main')).toContain(
      '1 of these took over a fifth longer than 95 of 100',
    )
  })

  it('a run: its error, log, attempts and their course', async () => {
    const page = await visitor.visit('/runs?schedule=exchange-rates&status=FAILED')
    await page.locator('a.row-link').first().click()
    expect(await page.textContent('#error pre')).toContain('at rates.example.com/latest')
    expect(await page.textContent('#log pre')).toMatch(/^reading\nwrote \d+ rows\n/)
    expect(await page.locator('#attempts tbody tr').count()).toBe(3)
    expect(await page.getAttribute('#course svg', 'aria-label')).toMatch(/attempt 1 took .*attempt 3 took/)
  })

  it('a run: what it wrote for a terminal, without colours, tricks and overwritten lines in one', async () => {
    const prisma = await prismaOn(database.url)
    const failed = run({
      scheduleId: 'coloured',
      jobName: 'build',
      status: 'FAILED',
      error: '\u001b[31mbuild failed\u001b[0m: \u202egpj.exe',
      log: '10 %\r100 %\r\n\u001b]0;title\u0007\u001b[1mdone\u001b[0m\n',
    })
    await prisma.jobRun.create({ data: failed })
    await prisma.$disconnect()
    const page = await visitor.visit('/runs?schedule=coloured')
    expect(await page.textContent('.error-line')).toBe('build failed: gpj.exe')
    await page.locator('a.row-link').first().click()
    expect(await page.textContent('#error pre')).toBe('build failed: gpj.exe')
    expect(await page.textContent('#log pre')).toBe('10 %\n100 %\ndone\n')
  })

  it('a schedule: words without a space, however long, on a page that is no wider for them', async () => {
    const prisma = await prismaOn(database.url)
    const long = 'x'.repeat(800)
    const row = { description: long, enabled: false, pausedReason: long, lastError: long, consecutiveFailures: 1 }
    const id = `wordy/${'_'.repeat(122)}`
    await prisma.jobSchedule.create({ data: schedule({ id, ...row }) })
    await prisma.$disconnect()
    for (const path of [`/schedules/${encodeURIComponent(id)}`, '/schedules?search=wordy']) {
      const page = await visitor.visit(path)
      for (const width of [1280, 360]) {
        await page.setViewportSize({ width, height: 720 })
        expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, width])
      }
    }
    await visitor.page.setViewportSize({ width: 1280, height: 720 })
  })

  it('timeline: a lane for each schedule, a bar for each run that leads to it, and the same as a table', async () => {
    const page = await visitor.visit('/timeline')
    const lane = page.locator('.lane', { hasText: 'hourly-sync' })
    const href = await lane.locator('svg a').last().getAttribute('href')
    expect(href).toMatch(/^\/runs\//)
    await page.click('summary:has-text("As a table")')
    await page.locator(`#timeline table a[href="${href ?? ''}"]`).click()
    expect(await page.textContent('h1')).toMatch(/pull-orders|push-stock/)
  })

  it('timeline: a failure among runs that are closer than their bars are wide', async () => {
    const prisma = await prismaOn(database.url)
    const minutely = Array.from({ length: 30 }, (_, minutes) => new Date(Date.now() - (minutes + 5) * 60_000))
    await prisma.jobRun.createMany({
      data: minutely.map((scheduledFor, index) =>
        run({ scheduleId: 'minutely', jobName: 'job', scheduledFor, status: index === 20 ? 'FAILED' : 'COMPLETED' }),
      ),
    })
    await prisma.$disconnect()
    const page = await visitor.visit('/timeline')
    const drawnLast = page.locator('.lane', { hasText: 'minutely' }).locator('svg rect').last()
    expect(await drawnLast.getAttribute('class')).toContain('tone-bad')
  })

  it('sign-in: what a token is, and that a wrong one is none', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(`${server.url}/runs?status=FAILED`)
    expect(page.url()).toContain('/sign-in?next=')
    expect(await page.textContent('main')).toContain('run-due-schedules token --role viewer')
    await page.fill('input[name=token]', 'wrong')
    await page.click('button')
    expect(await page.textContent('[role=alert]')).not.toBe('')
    expect(await seriousFindings(page)).toEqual([])
    await closeContext(context)
  })
})
