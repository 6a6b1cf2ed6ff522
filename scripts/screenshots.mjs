// Makes the pictures of the dashboard in docs/images/ from a database of its own. Needs a build and Chromium.
// `node scripts/screenshots.mjs [FOLDER [PAGE...]]`; with a folder every page, or those named, is taken there, in light,
// dark and on a phone.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createJiti } from 'jiti'
import { chromium } from 'playwright-core'

const root = path.resolve(import.meta.dirname, '..')
const DESKTOP = { width: 1280, height: 860 }
const PHONE = { width: 390, height: 844 }
const BEST = [
  ['dashboard', '/', 'light', DESKTOP],
  ['schedules', '/schedules', 'dark', DESKTOP],
]
const SIGNED_OUT = '/sign-in'
const FIRST_RUN = 'a.row-link'
// A page, or one and the link to follow from it.
const PAGES = {
  'sign-in': SIGNED_OUT,
  overview: '/',
  schedules: '/schedules',
  schedule: '/schedules/hourly-sync',
  failing: '/schedules/exchange-rates',
  runs: '/runs',
  failed: '/runs?status=FAILED,TIMED_OUT,ABANDONED',
  'failed-run': ['/runs?status=FAILED', FIRST_RUN],
  'running-run': ['/runs?status=RUNNING', FIRST_RUN],
  'waiting-run': ['/runs?status=PENDING', FIRST_RUN],
  'no-runs': '/runs?schedule=nothing-like-it',
  'skipped-run': ['/runs?status=SKIPPED', FIRST_RUN],
  'unknown-filter': '/runs?status=failed',
  paused: '/schedules/upload-cleanup',
  'pause-all': '/pause-all',
  backfill: `/schedules/hourly-sync/backfill?from=${dayAgo(3)}&to=${dayAgo(2)}`,
  'no-backfill': '/schedules/hourly-sync/backfill?from=2099-01-01T00:00&to=2099-01-02T00:00',
  missing: '/schedules/nothing-like-it',
  passes: '/passes',
  timeline: '/timeline',
}

const folder = await mkdtemp(path.join(tmpdir(), 'screenshots-'))
const secret = randomBytes(32).toString('base64url')
const server = await startServer()
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking'],
})
try {
  await takeAll(...process.argv.slice(2))
} finally {
  await browser.close()
  server.process.kill('SIGTERM')
  await rm(folder, { recursive: true, force: true })
}

async function startServer() {
  const url = `file:${path.join(folder, 'dashboard.db')}`
  const jiti = createJiti(import.meta.url)
  const { migrate } = await jiti.import('../src/store/migrations.ts')
  const { seedDashboard } = await jiti.import('../tests/web/pages-seed.ts')
  await migrate(url)
  await seedDashboard(url, new Date())
  const child = spawn(process.execPath, [path.join(root, 'bin/web-server.js')], {
    cwd: folder,
    env: { PATH: process.env['PATH'], DATABASE_URL: url, JWT_SECRET: secret, PORT: '0', HOST: '127.0.0.1' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  return { process: child, address: await addressOf(child) }
}

function addressOf(child) {
  return new Promise((resolve, reject) => {
    let output = ''
    child.stderr.on('data', (chunk) => {
      output += chunk
      const found = /serves (http:\S+)/.exec(output)
      if (found) resolve(found[1].replace(/\/$/, ''))
    })
    child.on('exit', () => reject(new Error(`the web server did not start:\n${output}`)))
  })
}

async function takeAll(target, ...names) {
  const { issueToken } = await createJiti(import.meta.url).import('../src/access/token.ts')
  const token = await issueToken({
    secret: new TextEncoder().encode(secret),
    role: 'operator',
    subject: 'dana',
    issuedAt: new Date(),
    expiresAt: new Date(Date.now() + 600_000),
  })
  const jobs =
    target === undefined
      ? BEST
      : Object.entries(PAGES)
          .filter(([name]) => names.length === 0 || names.includes(name))
          .flatMap(([name, at]) => [
            [`${name}-light`, at, 'light', DESKTOP],
            [`${name}-dark`, at, 'dark', DESKTOP],
            [`${name}-phone`, at, 'light', PHONE],
          ])
  const images = target ?? path.join(root, 'docs/images')
  await mkdir(images, { recursive: true })
  for (const [name, at, colorScheme, viewport] of jobs) {
    const file = path.join(images, `${name}.png`)
    await take(token, at, { colorScheme, viewport }, file, target !== undefined)
    process.stdout.write(`${file}\n`)
  }
}

async function take(token, page, look, file, fullPage) {
  const [at, link] = [page].flat()
  const context = await browser.newContext({ ...look, timezoneId: 'Europe/Berlin', locale: 'en-GB' })
  const tab = await context.newPage()
  await tab.goto(`${server.address}/sign-in?next=${encodeURIComponent(at)}`)
  if (at !== SIGNED_OUT) {
    await tab.fill('input[name=token]', token)
    await tab.click('button')
    await tab.waitForLoadState('load')
  }
  if (link !== undefined) {
    await tab.click(link)
    await tab.waitForLoadState('load')
  }
  await tab.screenshot({ path: file, fullPage })
  await context.close()
}

function dayAgo(days) {
  return `${new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)}T00:00`
}
