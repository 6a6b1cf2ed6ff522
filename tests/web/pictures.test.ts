import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { ROOT } from '../architecture/read-imports.js'
import { execute } from '../support/execute.js'
import { describeInBrowser } from './browser-support.js'

const SCRIPT = 'scripts/screenshots.mjs'
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47])

describeInBrowser('the pictures of the README', () => {
  it('are there', () => {
    const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8')
    const pictures = [...readme.matchAll(/docs\/images\/[\w-]+\.png/g)].map(([file]) => file)
    expect(pictures.length).toBeGreaterThan(0)
    for (const file of pictures) expect([file, existsSync(path.join(ROOT, file))]).toEqual([file, true])
  })

  it('are made by a script that works', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'rds-pictures-'))
    const { code, stderr } = await execute(process.execPath, [path.join(ROOT, SCRIPT), folder, 'overview'], {
      cwd: ROOT,
      env: { CHROMIUM: process.env['CHROMIUM'] ?? '/usr/bin/chromium' },
    })
    expect([code, stderr]).toEqual([0, ''])
    for (const look of ['light', 'dark', 'phone']) {
      expect(readFileSync(path.join(folder, `overview-${look}.png`)).subarray(0, 4)).toEqual(PNG)
    }
    rmSync(folder, { recursive: true })
  })
})
