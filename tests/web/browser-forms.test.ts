import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openQueries } from '../../src/queries/open-queries.js'
import type { Queries } from '../../src/queries/queries.js'
import { engines, type TestDatabase } from '../support/servers.js'
import { describeInBrowser, openBrowser, seriousFindings, signedIn, type Visitor } from './browser-support.js'
import { seed } from './seed.js'
import { call, startWebServer, tokenFor, type WebServer } from './support.js'

const SCHEDULE = '/schedules/hourly'

let browser: Browser
let database: TestDatabase
let server: WebServer
let queries: Queries

beforeAll(async () => {
  const [engine] = engines()
  if (engine === undefined) throw new Error('these tests need an engine')
  database = await engine.createDatabase()
  await seed(database.url)
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

async function asOperator(javaScriptEnabled: boolean, use: (visitor: Visitor) => Promise<void>): Promise<void> {
  const visitor = await signedIn(browser, server, 'operator', { javaScriptEnabled })
  try {
    await use(visitor)
  } finally {
    await visitor.leave()
  }
}

/** What is said to be wrong with the only field that is marked as wrong. */
async function problemWith(page: Page, selector: string): Promise<string> {
  const field = page.locator('[aria-invalid=true]')
  expect(await field.count()).toBe(1)
  expect(await page.locator(selector).getAttribute('aria-invalid')).toBe('true')
  const described = (await field.getAttribute('aria-describedby')) ?? ''
  return (await page.textContent(`#${described}`)) ?? ''
}

describeInBrowser('everything', () => {
  it('is paused after a question, and resumed, without JavaScript', () =>
    asOperator(false, async ({ visit, page }) => {
      await visit('/')
      await page.click('text=Pause everything…')
      expect(await page.textContent('main')).toContain('2 active schedules now')
      await page.fill('input[name=reason]', 'moving the database')
      await page.selectOption('select[name=for]', '4h')
      await page.check('input[name=confirmed]')
      await page.click('button:has-text("Pause everything")')
      expect(page.url()).toBe(`${server.url}/`)
      expect(await page.textContent('#banner')).toMatch(
        /Everything is paused.*moving the database.*Since .* by web:operator@example.com, until .*\(in 4 h\)/s,
      )
      expect(await page.locator('text=Pause everything…').count()).toBe(0)
      expect((await queries.overview()).globalPause).toMatchObject({ reason: 'moving the database' })
      await visit('/schedules')
      expect(await page.textContent('#schedules-pause')).toContain('moving the database')
      await visit('/')
      await page.click('button:has-text("Resume everything")')
      expect(await page.textContent('.notice')).toContain('Resumed')
      expect(await page.locator('#banner .notice').count()).toBe(0)
      expect((await queries.overview()).globalPause).toBeNull()
    }))

  it('is paused wherever it shows: no page promises a slot meanwhile', () =>
    asOperator(true, async ({ visit, page }) => {
      const token = await tokenFor('operator')
      const until = new Date(Date.now() + 90 * 24 * 3_600_000).toISOString()
      await call(server, '/api/pause-all', { token, body: { reason: 'moving the database', until } })
      await visit('/')
      expect(await page.innerText('#tiles')).toMatch(/Paused\s+3\s+everything; 1 by itself/)
      expect(await page.locator('#coming .when').allInnerTexts()).toEqual(['paused', 'paused'])
      await visit('/schedules?search=hourly')
      expect(await page.innerText('.schedule-next .rel')).toBe('paused')
      await visit(SCHEDULE)
      expect(await page.innerText('#state')).toBe('Paused')
      expect(await page.innerText('#standing')).toMatch(/Everything is paused\s+moving the database/)
      expect(await page.innerText('#next')).not.toMatch(/\bin \d/)
      expect(await page.locator('#next li.muted').count()).toBe(5)
      await page.click('summary:has-text("Pause it by itself")')
      expect(await page.innerText('form[action$="/pause"]')).toContain('stays paused when everything is resumed')
      expect(await seriousFindings(page)).toEqual([])
      await page.click('button:has-text("Resume everything")')
      expect(await page.textContent('.notice')).toContain('Resumed')
      await visit(SCHEDULE)
      expect(await page.innerText('#next')).toMatch(/\bin \d/)
    }))

  it('is not paused by who did not say so, or meant a time that is over', () =>
    asOperator(true, async ({ visit, page }) => {
      await visit('/pause-all')
      expect(await seriousFindings(page)).toEqual([])
      await page.fill('input[name=reason]', 'by mistake')
      await page.fill('input[name=until]', '2001-01-01T00:00')
      await page.check('input[name=confirmed]')
      await page.click('button:has-text("Pause everything")')
      expect(await problemWith(page, 'input[name=until]')).toContain('cannot end in the past')
      expect(await page.inputValue('input[name=reason]')).toBe('by mistake')
      expect(await page.inputValue('input[name=until]')).toBe('2001-01-01T00:00')
      expect(await page.isChecked('input[name=confirmed]')).toBe(true)
      expect(await seriousFindings(page)).toEqual([])

      await page.fill('input[name=until]', '')
      await page.uncheck('input[name=confirmed]')
      await page.evaluate("document.querySelector('form.form').noValidate = true")
      await page.click('button:has-text("Pause everything")')
      expect(await problemWith(page, 'input[name=confirmed]')).toContain('Tick the box')
      expect((await queries.overview()).globalPause).toBeNull()
    }))

  it('is nothing that viewers may pause or resume', async () => {
    const { visit, page, leave } = await signedIn(browser, server, 'viewer')
    await visit('/')
    expect(await page.locator('a[href="/pause-all"]').count()).toBe(0)
    expect((await page.goto(`${server.url}/pause-all`))?.status()).toBe(403)
    const token = await tokenFor('operator')
    expect(await call(server, '/api/pause-all', { token, body: {} })).toMatchObject({ status: 200 })
    for (const path of ['/', '/schedules']) {
      await visit(path)
      expect(await page.textContent('main')).toContain('Everything is paused')
      expect(await page.locator('main form[method=post]').count()).toBe(0)
    }
    expect(await call(server, '/api/resume-all', { token, body: {} })).toMatchObject({ status: 200 })
    await leave()
  })
})

describeInBrowser.each([
  ['with', true],
  ['without', false],
] as const)('a form that is refused, %s JavaScript', (_word, hasScripts) => {
  it('to request a run keeps the job and the parameters', () =>
    asOperator(hasScripts, async ({ visit, page }) => {
      await visit(SCHEDULE)
      await page.click('summary:has-text("Run now")')
      await page.selectOption('select[name=job]', 'report')
      await page.fill('textarea[name=params]', '{"tenant":\n</textarea><b>')
      await page.click('form[action$="/requests"] button')
      expect(await problemWith(page, 'textarea[name=params]')).toContain('not JSON')
      expect(await page.isVisible('textarea[name=params]')).toBe(true)
      expect(await page.inputValue('textarea[name=params]')).toBe('{"tenant":\n</textarea><b>')
      expect(await page.inputValue('select[name=job]')).toBe('report')
      await page.fill('textarea[name=params]', '{"tenant":"acme"}')
      await page.click('form[action$="/requests"] button')
      expect(await page.textContent('.notice')).toContain('The request is noted')
    }))

  it('to pause keeps the reason, the length and the end', () =>
    asOperator(hasScripts, async ({ visit, page }) => {
      await visit(SCHEDULE)
      await page.click('summary:has-text("Pause")')
      await page.fill('input[name=reason]', 'moving "the" <b>index</b>')
      await page.selectOption('select[name=for]', '1d')
      await page.fill('input[name=until]', '2001-01-01T00:00')
      await page.click('form[action$="/pause"] button')
      expect(await problemWith(page, 'input[name=until]')).toContain('cannot end in the past')
      expect(await page.isVisible('input[name=reason]')).toBe(true)
      expect(await page.inputValue('input[name=reason]')).toBe('moving "the" <b>index</b>')
      expect(await page.inputValue('select[name=for]')).toBe('1d')
      expect(await page.inputValue('input[name=until]')).toBe('2001-01-01T00:00')
      expect(await queries.getSchedule('hourly')).toMatchObject({ enabled: true })
    }))

  it('to backfill keeps the period', () =>
    asOperator(hasScripts, async ({ visit, page }) => {
      await visit(SCHEDULE)
      await page.click('summary:has-text("Backfill")')
      await page.fill('form[action$="/backfill"] input[name=from]', '2026-01-08T00:00')
      await page.fill('form[action$="/backfill"] input[name=to]', '2026-01-05T00:00')
      await page.click('form[action$="/backfill"] button')
      expect(await problemWith(page, 'form[action$="/backfill"] input[name=to]')).toContain('The period is empty')
      expect(await page.inputValue('form[action$="/backfill"] input[name=from]')).toBe('2026-01-08T00:00')
      expect(await page.inputValue('form[action$="/backfill"] input[name=to]')).toBe('2026-01-05T00:00')
      await page.fill('form[action$="/backfill"] input[name=from]', '1980-01-01T00:00')
      await page.click('form[action$="/backfill"] button')
      expect(await problemWith(page, 'form[action$="/backfill"] input[name=to]')).toContain('at most')
    }))
})

describeInBrowser('a form that is refused', () => {
  it('stands open, with the keyboard in the field that is wrong, and leaves axe nothing serious to find', () =>
    asOperator(true, async ({ visit, page, complaints }) => {
      await visit(`${SCHEDULE}/backfill?from=2026-01-08T00:00:00.000Z&to=2026-01-05T00:00:00.000Z`)
      expect(await page.evaluate('document.activeElement.name')).toBe('to')
      expect(await page.inputValue('input[name=to]')).toBe('2026-01-05T00:00')
      expect(await seriousFindings(page)).toEqual([])
      expect(complaints.filter((complaint) => !complaint.includes('400'))).toEqual([])
    }))
})
