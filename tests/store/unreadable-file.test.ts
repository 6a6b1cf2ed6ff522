import { mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openQueries } from '../../src/queries/open-queries.js'
import { migrate, pendingMigrations } from '../../src/store/migrations.js'
import { openStore } from '../../src/store/open-store.js'
import { containing } from '../support/matchers.js'
import { sharedFolder } from '../support/shared-folder.js'

describe('a file that is no database', () => {
  const folder = mkdtempSync(path.join(sharedFolder(), 'unreadable-'))
  const file = path.join(folder, 'notes.db')
  writeFileSync(file, 'Not a database, whatever its name says. '.repeat(200))
  const url = `file:${file}`
  afterAll(() => rm(folder, { recursive: true }))

  async function list(): Promise<unknown> {
    const queries = await openQueries(url)
    return queries.listSchedules().finally(() => queries.close())
  }

  it.each([
    ['a pass', () => openStore({ databaseUrl: url })],
    ['a dry run', () => openStore({ databaseUrl: url, readOnly: true })],
    ['doctor', () => pendingMigrations(url)],
    ['migrate', () => migrate(url)],
    ['list', list],
  ])('is told %s with what to do about it', async (_, open) => {
    await expect(open()).rejects.toMatchObject({
      name: 'ScheduleError',
      message: containing('file is not a database'),
      fix: containing('Check'),
    })
  })
})
