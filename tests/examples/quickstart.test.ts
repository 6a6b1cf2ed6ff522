import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import Database from 'libsql'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { execute, type Ended } from '../support/execute.js'

describe('the quickstart', () => {
  let folder: string
  let first: Ended
  let second: Ended

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'rds-quickstart-'))
    await awayFromAQuarter()
    first = await start()
    second = await start()
  })
  afterAll(() => rm(folder, { recursive: true }))

  const start = () =>
    execute(process.execPath, [path.join(ROOT, 'scripts/quickstart.mjs')], {
      cwd: ROOT,
      env: { QUICKSTART_DATABASE: `file:${path.join(folder, 'quickstart.db')}`, NODE_ENV: 'production' },
    })

  it('makes a real pass over a function, a command and a request', () => {
    expect(first.stderr).toBe('')
    expect(first.stdout).toMatch(/4 completed/)
    expect(first.stdout).toMatch(/check-links {5}\d+ pages, \d+ words, \d+ links, 0 broken/)
    expect(first.stdout).toMatch(/measure-source {2}\d+ lines in \d+ files/)
    expect(first.stdout).toMatch(/inspect-node {4}Node v\d+.* run by machine/)
    expect(first.stdout).toMatch(/post-digest {5}POST .* answered 201/)
    expect(first.code).toBe(0)
    expect(existsSync(path.join(folder, 'quickstart.db'))).toBe(true)
  })

  it('has nothing to do the second time, and says what is next', () => {
    expect(second.stdout).toMatch(/nothing due/)
    expect(second.stdout).toMatch(/next: (machine|documents) .* \(in /)
    expect(second.stdout).not.toContain('What the jobs said')
    expect(second.code).toBe(0)
  })

  it('says nothing of slots that did not run', async () => {
    const database = new Database(path.join(folder, 'quickstart.db'))
    database.exec(
      `UPDATE JobSchedule SET nextRunAt = strftime('%Y-%m-%dT%H:00:00.000+00:00', 'now', '-2 hours'), lastSlotAt = NULL WHERE id = 'machine'`,
    )
    database.close()
    const { stdout } = await start()
    expect(stdout).toMatch(/slots missed/)
    expect(stdout).toMatch(/What the jobs said\n {2}inspect-node {4}Node/)
    expect(stdout).not.toMatch(/^ {2}\*/m)
  })

  it('tells what to do next', () => {
    expect(first.stdout).toContain('npx run-due-schedules list')
    expect(first.stdout).toContain('docs/tutorial.md')
  })
})

/** A slot that came due between the two passes would be run by the second. */
async function awayFromAQuarter(): Promise<void> {
  const left = 900_000 - (Date.now() % 900_000)
  if (left < 15_000) await sleep(left + 1000)
}
