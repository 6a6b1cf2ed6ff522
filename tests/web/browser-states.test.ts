import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { engines, type TestDatabase } from '../support/servers.js'
import { prismaOn } from '../queries/fixture.js'
import { describeInBrowser, openBrowser, seriousFindings, signedIn } from './browser-support.js'
import { startWebServer, type WebServer } from './support.js'

const HOUR_MS = 3_600_000

describeInBrowser.each(engines())('an empty database on $name', (engine) => {
  let browser: Browser
  let database: TestDatabase
  let server: WebServer

  beforeAll(async () => {
    database = await engine.createDatabase()
    server = await startWebServer(database.url)
    browser = await openBrowser()
  })

  afterAll(async () => {
    await browser.close()
    await server.stop()
    await database.drop()
  })

  it('teaches what to do first, on every page', async () => {
    const { visit, page, complaints, leave } = await signedIn(browser, server, 'operator')
    const lessons = {
      '/': 'Write a schedule in',
      '/schedules': 'Write one in',
      '/runs': 'The first pass that finds something due',
      '/passes': 'Let the cron of your platform start',
      '/timeline': 'Runs appear here as bars',
    }
    for (const [path, lesson] of Object.entries(lessons)) {
      await visit(path)
      expect(await page.textContent('main')).not.toMatch(/All clear|about nobody|unknown/)
      expect(await page.textContent('main')).toContain(lesson)
      expect(await seriousFindings(page)).toEqual([])
    }
    expect(complaints).toEqual([])
    await leave()
  })

  it('fits a phone, as do pages for those who are not signed in and for what cannot be', async () => {
    const phone = { viewport: { width: 360, height: 740 } }
    const { visit, page, leave } = await signedIn(browser, server, 'operator', phone)
    const widthOf = () => page.evaluate<number>('document.documentElement.scrollWidth')
    const missing = `/runs/${'x'.repeat(60)}`
    for (const path of ['/', '/schedules', '/runs', '/passes', '/timeline', '/pause-all', missing]) {
      await visit(path)
      expect([path, await widthOf()]).toEqual([path, 360])
    }
    await visit('/pause-all')
    await page.fill('input[name=reason]', 'a-reason-without-a-space-'.repeat(9))
    await page.evaluate('document.querySelectorAll("input[name=csrf]").forEach((field) => (field.value = ""))')
    await page.check('input[name=confirmed]')
    await page.click('button:has-text("Pause everything")')
    expect(await page.textContent('.kept')).toContain('a-reason-without-a-space')
    expect(await widthOf()).toBe(360)
    expect(await seriousFindings(page)).toEqual([])
    await page.click('button:has-text("Sign out")')
    expect(await page.textContent('.sign-in')).toContain('Token')
    expect(await widthOf()).toBe(360)
    await leave()
  })

  it("says since when the platform's cron has been silent", async () => {
    const prisma = await prismaOn(database.url)
    const startedAt = new Date(Date.now() - 5 * HOUR_MS)
    await prisma.runnerPass.create({
      data: { host: 'h', pid: 1, version: '0', startedAt, finishedAt: startedAt, status: 'IDLE', exitCode: 0 },
    })
    await prisma.$disconnect()
    const phone = { viewport: { width: 360, height: 740 } }
    const { visit, page, leave } = await signedIn(browser, server, 'viewer', phone)
    for (const path of ['/', '/passes']) {
      await visit(path)
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBe(360)
      expect(await page.textContent('[role=alert]')).toMatch(/cron has stopped.*No pass since.*5 h ago/s)
    }
    await leave()
  })

  it('shows a page for what does not exist', async () => {
    const { visit, page, leave } = await signedIn(browser, server, 'viewer')
    await visit('/schedules/nope')
    expect(await page.textContent('main')).toContain("There is no schedule 'nope'")
    await visit('/runs/nope')
    expect(await page.textContent('main')).toContain("There is no run 'nope'")
    await leave()
  })
})
