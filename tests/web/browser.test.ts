import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openQueries } from '../../src/queries/open-queries.js'
import type { Queries } from '../../src/queries/queries.js'
import { engines, type TestDatabase } from '../support/servers.js'
import { prismaOn, run, schedule } from '../queries/fixture.js'
import { describeInBrowser, openBrowser, seriousFindings, signedIn, type Visitor } from './browser-support.js'
import { seedDashboard } from './pages-seed.js'
import { startWebServer, type WebServer } from './support.js'

const EVIL = `<img src=x onerror="alert(1)"><script>alert(2)</script>'"&`
// All that can be opened side by side, and one of the menus.
const OPEN_DETAILS = `
  for (const details of document.querySelectorAll('details:not(.action)')) details.open = true
  for (const details of [...document.querySelectorAll('details.action')].slice(0, 1)) details.open = true`
const PATHS = [
  '/',
  '/schedules',
  '/schedules?filter=paused',
  '/schedules?search=nothing-like-it',
  '/schedules/exchange-rates',
  '/schedules/upload-cleanup',
  '/schedules/billing%2Finvoices',
  '/runs',
  '/runs?status=FAILED,TIMED_OUT&from=2020-01-01T00%3A00',
  '/passes',
  '/passes?kind=WORKER',
  '/timeline',
  '/schedules/hourly-sync/backfill?from=2026-01-01T00%3A00&to=2026-01-01T04%3A00',
]

let browser: Browser
let database: TestDatabase
let server: WebServer
let queries: Queries

beforeAll(async () => {
  const [sqlite] = engines()
  if (sqlite === undefined) throw new Error('these tests need an engine')
  database = await sqlite.createDatabase()
  await seedDashboard(database.url, new Date())
  server = await startWebServer(database.url)
  queries = await openQueries(database.url)
  browser = await openBrowser()
})

afterAll(async () => {
  await browser.close()
  await queries.close()
  await server.stop()
  await database.drop()
})

async function as(
  role: 'viewer' | 'operator',
  options: Parameters<typeof signedIn>[3],
  use: (visitor: Visitor) => Promise<void>,
): Promise<void> {
  const visitor = await signedIn(browser, server, role, options)
  try {
    await use(visitor)
  } finally {
    await visitor.leave()
  }
}

describeInBrowser.each(['light', 'dark'] as const)('every page in %s', (colorScheme) => {
  let visitor: Visitor

  beforeAll(async () => {
    visitor = await signedIn(browser, server, 'operator', { colorScheme })
  })

  afterAll(() => visitor.leave())

  it.each([...PATHS, 'a run'])(
    '%s leaves axe nothing serious to find, and the browser nothing to complain of',
    async (path) => {
      const page = await visitor.visit(path === 'a run' ? await runPath() : path)
      await page.evaluate(OPEN_DETAILS)
      expect(await seriousFindings(page)).toEqual([])
      expect(visitor.complaints).toEqual([])
    },
  )
})

describeInBrowser('every page', () => {
  it('fits a phone 360 pixels wide', () =>
    as('operator', { viewport: { width: 360, height: 740 } }, async ({ visit, page }) => {
      const tooWide: string[] = []
      for (const path of [...PATHS, await runPath()]) {
        await visit(path)
        if ((await page.evaluate<number>('document.documentElement.scrollWidth')) > 360) tooWide.push(path)
      }
      expect(tooWide).toEqual([])
    }))

  it('works without JavaScript, with times in UTC', () =>
    as('operator', { javaScriptEnabled: false }, async ({ visit, page }) => {
      for (const path of PATHS) await visit(path)
      await visit('/schedules/warm-cache')
      await page.click('summary:has-text("Pause")')
      await page.fill('input[name=reason]', 'without a script')
      await page.click('form[action$="/pause"] button')
      expect(await page.textContent('#standing')).toContain('without a script')
      await page.click('form[action$="/resume"] button')
      expect(await page.textContent('.notice')).toContain('Resumed')
      expect(await page.textContent('#next')).toContain('UTC')
    }))

  it('shows times in the zone of who looks', () =>
    as('viewer', { timezoneId: 'Asia/Kolkata' }, async ({ visit, page }) => {
      await visit('/passes')
      const time = page.locator('#passes time').first()
      const utc = new Date((await time.getAttribute('datetime')) ?? '')
      const kolkata = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'Asia/Kolkata' }).format(utc)
      expect(await time.textContent()).toContain(kolkata)
      expect(await page.textContent('#zone')).toMatch(/Asia\/(Kolkata|Calcutta)/)
    }))

  it('gives viewers nothing to press', () =>
    as('viewer', {}, async ({ visit, page }) => {
      for (const path of ['/schedules/exchange-rates', '/schedules/upload-cleanup', await runPath()]) {
        await visit(path)
        expect(await page.locator('main form[method=post], main details.action').count()).toBe(0)
      }
    }))

  it('can be reached with the keyboard, past the navigation', () =>
    as('viewer', {}, async ({ visit, page }) => {
      await visit('/schedules')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      expect(await page.evaluate('document.activeElement.id')).toBe('content')
    }))

  it('opens its menus with the keyboard, one at a time, and closes them with Escape', () =>
    as('operator', {}, async ({ visit, page }) => {
      await visit('/schedules/warm-cache')
      const open = () => page.locator('details.action[open] summary').allInnerTexts()
      await page.focus('summary:has-text("Run now")')
      await page.keyboard.press('Enter')
      expect(await open()).toEqual(['Run now'])
      await page.keyboard.press('Tab')
      expect(await page.evaluate('document.activeElement.name')).toBe('job')
      await page.keyboard.press('Escape')
      expect(await open()).toEqual([])
      expect(await page.evaluate('document.activeElement.innerText')).toBe('Run now')
      await page.keyboard.press('Space')
      await page.focus('summary:has-text("Pause")')
      await page.keyboard.press('Enter')
      expect(await open()).toEqual(['Pause…'])
      await page.click('h1')
      expect(await open()).toEqual([])
    }))
})

describeInBrowser('what an operator does', () => {
  it('queues a run for the next pass and takes it back', () =>
    as('operator', {}, async ({ visit, page, complaints }) => {
      await visit('/schedules/hourly-sync')
      await page.click('summary:has-text("Run now")')
      await page.selectOption('select[name=job]', 'push-stock')
      await page.fill('textarea[name=params]', '{"only":"shoes"}')
      await page.click('form[action$="/requests"] button')
      expect(await page.textContent('#waiting')).toMatch(/push-stock.*queued for the pass at about \d\d:30/s)
      const [asked] = (await queries.listRuns({ scheduleId: 'hourly-sync', statuses: ['PENDING'] })).runs
      expect(asked).toMatchObject({ jobName: 'push-stock', requestedBy: 'web:operator@example.com' })
      await page.click('#waiting form[action$="/cancel"] button')
      expect(await page.textContent('main')).toContain('The run is taken back')
      expect(await queries.getRun(asked?.id ?? '')).toMatchObject({ status: 'CANCELLED', params: { only: 'shoes' } })
      expect(complaints).toEqual([])
    }))

  it('pauses with a reason and an end, and resumes', () =>
    as('operator', {}, async ({ visit, page }) => {
      await visit('/schedules/search-index')
      await page.click('summary:has-text("Pause")')
      await page.fill('input[name=reason]', 'moving the index')
      await page.selectOption('select[name=for]', '4h')
      await page.click('form[action$="/pause"] button')
      expect(await page.textContent('#standing')).toMatch(/moving the index.*in 4 h/s)
      expect(await queries.getSchedule('search-index')).toMatchObject({ state: 'paused' })
      expect(await page.textContent('#audit')).toContain('web:operator@example.com')
      await page.click('form[action$="/resume"] button')
      expect(await page.textContent('.notice')).toContain('Resumed')
      expect(await queries.getSchedule('search-index')).toMatchObject({ enabled: true, pausedReason: null })
    }))

  it('sees what a backfill would run before asking for it', () =>
    as('operator', {}, async ({ visit, page }) => {
      await visit('/schedules/billing%2Finvoices')
      await page.click('summary:has-text("Backfill")')
      await page.fill('form[action$="/backfill"] input[name=from]', '2026-01-05T00:00')
      await page.fill('form[action$="/backfill"] input[name=to]', '2026-01-08T00:00')
      await page.click('form[action$="/backfill"] button')
      expect(await page.textContent('main')).toContain('6 runs for 3 slots')
      expect((await queries.listRuns({ scheduleId: 'billing/invoices', statuses: ['PENDING'] })).runs).toEqual([])
      const utc = '2026-01-05T00:00:00.000Z'
      const berlin = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'Europe/Berlin' })
      expect(await page.textContent('.lead')).toMatch(
        new RegExp(`Mon 5 Jan.*, ${berlin.format(new Date(utc))} to .*, Europe/Berlin`),
      )
      await page.click('button:has-text("Ask for 6 runs")')
      expect(await page.textContent('.notice')).toContain('The backfill is noted')
      expect(await page.innerText('#audit')).toMatch(
        /web:operator@example.com asked for a backfill.*\sfrom .* · 3 slots/,
      )
      const { events } = await queries.listAuditEvents({ scheduleId: 'billing/invoices', action: 'backfill' })
      expect(events).toMatchObject([
        { actor: 'web:operator@example.com', detail: { from: utc, to: '2026-01-08T00:00:00.000Z', slots: 3 } },
      ])
      expect((await queries.listRuns({ scheduleId: 'billing/invoices', statuses: ['PENDING'] })).runs).toHaveLength(6)
    }))

  it.each([
    ['2099-01-01T00:00', '2099-01-02T00:00', 'The period lies ahead'],
    ['2026-01-05T05:01', '2026-01-05T05:02', 'had no slot in this period'],
  ])('is told why there is nothing to backfill from %s to %s', (from, to, why) =>
    as('operator', {}, async ({ visit, page }) => {
      await visit(`/schedules/billing%2Finvoices/backfill?from=${from}&to=${to}`)
      expect(await page.textContent('.empty')).toContain(why)
    }),
  )

  it('runs a failed run again with what it was given', () =>
    as('operator', {}, async ({ visit, page }) => {
      await visit('/runs?schedule=customer-digest&status=TIMED_OUT')
      await page.click('a.row-link')
      await page.click('button:has-text("Run again")')
      expect(await page.textContent('#outcome')).toMatch(/Waiting.*queued for the pass/s)
      expect(await page.textContent('main')).toContain('The request is noted')
    }))

  it('asks a run that is under way to stop', () =>
    as('operator', {}, async ({ visit, page }) => {
      const [running] = (await queries.listRuns({ statuses: ['RUNNING'] })).runs
      await visit(`/runs/${running?.id ?? ''}`)
      expect(await page.textContent('#outcome')).toContain('62 %')
      await page.click('button:has-text("Ask it to stop")')
      expect(await page.textContent('.notice')).toContain('The run was asked to stop')
      expect((await queries.getRun(running?.id ?? ''))?.cancelRequestedAt).not.toBeNull()
    }))

  it('is told what is wrong with a period, parameters or a filter', () =>
    as('operator', {}, async ({ visit, page }) => {
      await visit('/schedules/hourly-sync/backfill?from=2026-02-31T00%3A00&to=2026-03-02T00%3A00')
      expect(await page.textContent('main')).toContain('is not a time')
      await visit('/schedules/hourly-sync')
      await page.click('summary:has-text("Run now")')
      await page.fill('textarea[name=params]', '{broken')
      await page.click('form[action$="/requests"] button')
      expect(await page.textContent('form[action$="/requests"] .field-problem')).toContain('not JSON')
      await visit('/runs?from=yesterday')
      expect(await page.textContent('[role=alert]')).toContain('That filter cannot be read')
    }))
})

describeInBrowser('whoever signs out', () => {
  it('is asked for a token again', () =>
    as('viewer', {}, async ({ visit, page }) => {
      await visit('/runs')
      await page.click('button:has-text("Sign out")')
      expect(await page.textContent('.sign-in')).toContain('run-due-schedules token')
      await visit('/runs')
      expect(page.url()).toBe(`${server.url}/sign-in?next=%2Fruns`)
    }))
})

describeInBrowser('what is on a page', () => {
  it('pages through runs by what the address says', () =>
    as('viewer', {}, async ({ visit, page }) => {
      await visit('/runs?schedule=upload-cleanup')
      const first = await page.locator('table.runs tbody tr').count()
      const newest = await page.getAttribute('a.row-link', 'href')
      await page.click('a[rel=next]')
      expect(first).toBe(40)
      expect(page.url()).toContain('schedule=upload-cleanup')
      expect(await page.locator('table.runs tbody tr').count()).toBe(20)
      expect(await page.getAttribute('a.row-link', 'href')).not.toBe(newest)
    }))

  it('shows 60 slots with their outcome in words', () =>
    as('viewer', {}, async ({ visit, page }) => {
      await visit('/schedules/exchange-rates')
      expect(await page.locator('#slots .slot').count()).toBe(60)
      expect(await page.getAttribute('#slots svg', 'aria-label')).toContain('4 failed')
    }))

  it('says which passes did not come, and which were late', () =>
    as('viewer', {}, async ({ visit, page }) => {
      await visit('/passes')
      expect(await page.textContent('#passes')).toContain('2 expected passes did not come')
      expect(await page.textContent('#passes')).toMatch(/[89] min( \d+ s)? late/)
      // The last of a page, too: it goes by the one before, which the page does not show.
      const last = page.locator('table.passes tbody tr:not(.gap)').last()
      expect(await last.locator('td').nth(2).innerText()).not.toBe('–')
    }))

  it('keeps itself up to date', () =>
    as('viewer', {}, async ({ visit, page }) => {
      const prisma = await prismaOn(database.url)
      await visit('/runs?schedule=live')
      expect(await page.textContent('#runs')).toContain('No run matches')
      await prisma.jobRun.create({ data: run({ scheduleId: 'live', jobName: 'just-now', createdAt: new Date() }) })
      await prisma.$disconnect()
      await page.waitForSelector('text=just-now', { timeout: 25_000 })
      expect(await page.textContent('#live')).toBe('Live')
    }))

  it('leaves the reader of a log where they are, and what they have marked', () =>
    as('viewer', {}, async ({ visit, page }) => {
      const prisma = await prismaOn(database.url)
      const lines = (count: number) => Array.from({ length: count }, (_, index) => `line ${index}\n`).join('')
      const running = run({ scheduleId: 'chatty', jobName: 'chatty', status: 'RUNNING', log: lines(200) })
      await prisma.jobRun.create({ data: { ...running, finishedAt: null, durationMs: null } })
      const write = (count: number) => prisma.jobRun.update({ where: { id: running.id }, data: { log: lines(count) } })
      const refresh = () => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
      try {
        await visit(`/runs/${running.id}`)
        await page.evaluate(`document.querySelector('#log pre').scrollTo(0, 300)`)
        await write(201)
        await refresh()
        await page.locator('#log pre', { hasText: 'line 200' }).waitFor()
        expect(await page.evaluate(`document.querySelector('#log pre').scrollTop`)).toBe(300)
        await page.evaluate(`getSelection().selectAllChildren(document.querySelector('#log pre'))`)
        await write(202)
        const answered = page.waitForResponse(`**/runs/${running.id}`)
        await refresh()
        await (await answered).finished()
        await page.evaluate(`getSelection().toString()`)
        expect(await page.evaluate(`getSelection().toString()`)).toContain('line 200')
        await page.evaluate(`getSelection().removeAllRanges()`)
        await refresh()
        await page.locator('#log pre', { hasText: 'line 201' }).waitFor()
      } finally {
        await prisma.jobRun.delete({ where: { id: running.id } })
        await prisma.$disconnect()
      }
    }))

  it('announces a notice once, however often it is brought up to date', () =>
    as('viewer', {}, async ({ visit, page }) => {
      const prisma = await prismaOn(database.url)
      const refresh = () => page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`)
      await prisma.jobSchedule.create({ data: schedule({ id: 'noticed' }) })
      const change = (data: { enabled?: boolean; pausedReason?: string }) =>
        prisma.jobSchedule.update({ where: { id: 'noticed' }, data })
      await visit('/schedules/noticed')
      await change({ enabled: false, pausedReason: 'moving' })
      await refresh()
      const notice = page.locator('#standing .notice')
      await notice.filter({ hasText: 'moving.' }).waitFor()
      expect(await notice.getAttribute('role')).toBe('status')
      await change({ pausedReason: 'still moving' })
      await refresh()
      await notice.filter({ hasText: 'still moving.' }).waitFor()
      expect(await notice.getAttribute('role')).toBeNull()
      await prisma.jobSchedule.delete({ where: { id: 'noticed' } })
      await prisma.$disconnect()
    }))

  it('says that it is not up to date while the server hangs, and no more once it answers', () =>
    as('viewer', {}, async ({ visit, page }) => {
      await visit('/runs')
      server.child.kill('SIGSTOP')
      try {
        await page.waitForSelector('#live.is-stale', { timeout: 40_000 })
        expect(await page.textContent('#live')).toBe('Not up to date: the server does not answer')
      } finally {
        server.child.kill('SIGCONT')
      }
      await page.waitForSelector('#live.is-live', { timeout: 40_000 })
    }))

  it('names the year of a time that is not of this one', () =>
    as('viewer', {}, async ({ visit, page }) => {
      const prisma = await prismaOn(database.url)
      const createdAt = new Date('2024-02-29T12:00:00Z')
      await prisma.jobRun.create({
        data: run({ scheduleId: 'old', jobName: 'old', createdAt, scheduledFor: createdAt }),
      })
      await prisma.$disconnect()
      await visit('/runs?schedule=old')
      expect(await page.textContent('#runs td time')).toBe('Thu 29 Feb 2024, 17:30')
    }))

  it('shows hostile names, logs, errors and parameters as the text they are', () =>
    as('operator', {}, async ({ visit, page, complaints }) => {
      const prisma = await prismaOn(database.url)
      const evil = run({
        scheduleId: EVIL,
        jobName: EVIL,
        status: 'FAILED',
        error: EVIL,
        log: EVIL,
        output: { evil: EVIL },
        params: { evil: EVIL },
        requestedBy: EVIL,
        createdAt: new Date(),
      })
      await prisma.jobRun.create({ data: evil })
      await prisma.jobSchedule.create({
        data: schedule({
          id: EVIL,
          description: EVIL,
          pausedReason: EVIL,
          enabled: false,
          timezone: EVIL.slice(0, 60),
          cron: EVIL,
        }),
      })
      await prisma.auditEvent.create({ data: { actor: EVIL, action: EVIL, scheduleId: EVIL, detail: { evil: EVIL } } })
      await prisma.$disconnect()
      const own = `/schedules/${encodeURIComponent(EVIL)}`
      for (const path of ['/', '/schedules', own, '/runs', `/runs/${evil.id}`, '/timeline', `/schedules/${EVIL}x`]) {
        await visit(path)
        expect(await page.locator('img, main script').count(), path).toBe(0)
      }
      await visit(`/runs?schedule=${encodeURIComponent(EVIL)}&cursor=${encodeURIComponent(EVIL)}`)
      expect(await page.inputValue('input[name=schedule]')).toBe(EVIL)
      await visit(`/runs/${evil.id}`)
      expect(await page.textContent('#log pre')).toBe(EVIL)
      expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([])
    }))
})

async function runPath(): Promise<string> {
  const { runs } = await queries.listRuns({ statuses: ['FAILED'], limit: 1 })
  return `/runs/${runs[0]?.id ?? ''}`
}
